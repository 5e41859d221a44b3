import type { ParamDefinition } from '../../sdk/manifest.js';
import type { Row } from '../../sdk/schema.js';
import type { ConfigProblems } from './config-problems.js';
import type { Environment } from './environment.js';
import { checkParamValues, type CheckedParam } from './param-schema.js';
import { readDefaultValue, readGivenValue, type ParamValue } from './read-param-value.js';
import type { ConfigInput } from './read-set-options.js';
import { isVisible } from './visibility.js';

/** The params of one manifest, and what was given for them. */
export interface ParamScope {
  readonly params: readonly ParamDefinition[];
  /** Put before the name of a param in messages: `` or `plugin.`. */
  readonly prefix: string;
  /** What was given, by the param's own name; holds no unknown name. */
  readonly inputs: ReadonlyMap<string, ConfigInput>;
}

/** The values of one manifest's params. */
export interface ResolvedParams {
  readonly values: Row;
  /** Names of the params that their conditions hide. */
  readonly hidden: readonly string[];
}

/** Every definition of each name; a name that several params share is given once. */
export function paramsByName(
  params: readonly ParamDefinition[],
): Map<string, [ParamDefinition, ...ParamDefinition[]]> {
  const byName = new Map<string, [ParamDefinition, ...ParamDefinition[]]>();
  for (const param of params) {
    if (param.type === 'SEPARATOR' || param.name === undefined) continue;
    const others = byName.get(param.name);
    if (others) others.push(param);
    else byName.set(param.name, [param]);
  }
  return byName;
}

/** Reads, completes and checks the values of one manifest's params. What is wrong is added to `problems`. */
export async function resolveParams(
  { params, prefix, inputs }: ParamScope,
  environment: Environment,
  problems: ConfigProblems,
): Promise<ResolvedParams> {
  const read = (name: string, definition: ParamDefinition): ParamValue => {
    const input = inputs.get(name);
    return input ? readGivenValue(definition, input, environment) : readDefaultValue(definition);
  };
  const names = paramsByName(params);
  const first = new Map([...names].map(([name, [definition]]) => [name, read(name, definition)]));
  const model = modelOf(first);

  const values = new Map<string, ParamValue>();
  const checked: CheckedParam[] = [];
  const hidden: string[] = [];
  for (const [name, definitions] of names) {
    const shown = definitions.find((definition) => isVisible(definition, model));
    if (!shown) hidden.push(name);
    // Of several definitions of one name, the one that is shown says what the value is.
    const definition = shown ?? definitions[0];
    const value = read(name, definition);
    values.set(name, value);
    const label = `param "${prefix}${name}"`;
    for (const variable of value.missing) {
      problems.add(
        'ENV_MISSING',
        `${label} refers to the environment variable ${variable}, which is not set`,
      );
    }
    if (value.missing.length > 0 || isUnreadable(inputs.get(name))) continue;
    checked.push({
      name,
      definition,
      label: inputs.has(name) || isEmpty(value.value) ? label : `the default of ${label}`,
      required: shown !== undefined && isMandatory(shown),
      printable: !value.isPrivate && definitions.every(({ type }) => type !== 'PASSWORD'),
    });
  }
  const given = modelOf([...values].filter(([, { value }]) => !isEmpty(value)));
  for (const problem of await checkParamValues(checked, given)) problems.add('CONFIG_INVALID', problem);
  return { values: modelOf([...values].filter(([, { value }]) => value !== undefined)), hidden };
}

function modelOf(values: Iterable<readonly [string, ParamValue]>): Row {
  return Object.fromEntries([...values].map(([name, { value }]) => [name, value]));
}

/** The file of `name=@FILE` could not be read, which has been named already. */
function isUnreadable(input: ConfigInput | undefined): boolean {
  return input?.source === 'set-file' && input.value === undefined;
}

/** Whether a value is as good as none. */
export function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function isMandatory({ mandatory }: ParamDefinition): boolean {
  return mandatory === true || (typeof mandatory === 'string' && mandatory.trim().toLowerCase() === 'true');
}
