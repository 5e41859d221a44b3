import { isDeepStrictEqual } from 'node:util';
import type { ParamDefinition } from '../../sdk/manifest.js';
import type { Row } from '../../sdk/schema.js';
import { didYouMean } from '../suggest.js';
import { ConfigProblems } from './config-problems.js';
import type { Environment } from './environment.js';
import { readConfigFile } from './read-config-file.js';
import { readDefaultValue } from './read-param-value.js';
import { readSetOptions, type ConfigInput } from './read-set-options.js';
import { registerSecrets, type SecretSink } from './register-secrets.js';
import { isEmpty, paramsByName, resolveParams } from './resolve-params.js';
import type { ParamScope, ResolvedParams } from './resolve-params.js';

/** Marks a name of --set or of a config file that belongs to plugin.json: `plugin.user_agent`. */
export const PLUGIN_PREFIX = 'plugin.';

/** What is needed to make the config of one connector. */
export interface ConfigRequest {
  /** Params of connector.json. */
  readonly params: readonly ParamDefinition[];
  /** Params of plugin.json; given as `plugin.<name>`, unless the connector itself declares that exact name. */
  readonly pluginParams?: readonly ParamDefinition[] | undefined;
  /** Values that are given in a pipeline file; every other source wins over them. */
  readonly given?: Readonly<Record<string, unknown>> | undefined;
  /** File of --config. */
  readonly configFile?: string | undefined;
  /** Texts of --set, in order. */
  readonly sets?: readonly string[] | undefined;
  /** The option's name in messages. Default `--set`. */
  readonly setOption?: string | undefined;
  readonly environment: Environment;
  /** Gets every secret before any error is made. */
  readonly redactor: SecretSink;
  /** Folder that paths are relative to. Default: the working directory. */
  readonly cwd?: string | undefined;
  /** Id of the connector, for the details of an error. */
  readonly connector?: string | undefined;
  /** Put before the problems in a message, where it is not plain whose config is wrong. */
  readonly subject?: string | undefined;
}

/** The config of one connector, complete and checked. */
export interface ResolvedConfig {
  /** For the connector's constructor. A param without value and default is absent. */
  readonly config: Row;
  /** For `context.pluginConfig`. */
  readonly pluginConfig: Row;
  /** The params that their conditions hide: they keep their value or default, and are not mandatory. */
  readonly hidden: readonly string[];
  /** What the user should know although nothing is wrong, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Makes the config of a connector and of its plugin: defaults, then the config file, then --set, each value read by
 * its param's type, references to the environment filled in, and everything checked.
 *
 * @throws ConfigError that lists every problem: CONFIG_INVALID, or where all are of one other kind ENV_MISSING,
 *   CONFIG_FILE_UNREADABLE or CLI_USAGE; a config file that cannot be used is reported alone
 */
export async function resolveConfig(request: ConfigRequest): Promise<ResolvedConfig> {
  const {
    params,
    pluginParams = [],
    configFile,
    environment,
    redactor,
    connector,
    cwd = process.cwd(),
  } = request;
  const own = new Set(paramsByName(params).keys());
  const names = new Set([
    ...own,
    ...[...paramsByName(pluginParams).keys()].map((name) => PLUGIN_PREFIX + name),
  ]);
  const passwords = new Set([
    ...passwordNames(params),
    ...passwordNames(pluginParams).map((name) => PLUGIN_PREFIX + name),
  ]);
  const problems = new ConfigProblems();

  const { sets = [], setOption: option = '--set' } = request;
  const fromSets = await readSetOptions({ sets, option, cwd, names, passwords }, problems);
  // Before the file is read: a file that is broken must not leave the secrets of --set unknown.
  const register = (inputs: ReadonlyMap<string, ConfigInput>): string[] => {
    const { ofConnector, ofPlugin } = splitByOwner(inputs, own);
    return [
      ...registerSecrets(params, ofConnector, environment, redactor),
      ...registerSecrets(pluginParams, ofPlugin, environment, redactor),
    ];
  };
  const warnings = new Set(register(fromSets));
  const inputs = new Map<string, ConfigInput>();
  for (const [name, value] of Object.entries(request.given ?? {})) {
    inputs.set(name, { value, source: 'config-file' });
  }
  for (const warning of register(inputs)) warnings.add(warning);
  if (configFile !== undefined) {
    for (const [name, value] of Object.entries(await readConfigFile(configFile, cwd))) {
      inputs.set(name, { value, source: 'config-file' });
    }
    for (const warning of register(inputs)) warnings.add(warning);
  }
  for (const [name, input] of fromSets) inputs.set(name, input);

  for (const name of [...inputs.keys()].filter((given) => !names.has(given))) {
    problems.add('CONFIG_INVALID', `unknown param ${JSON.stringify(name)}${didYouMean(name, names)}`);
    inputs.delete(name);
  }
  const { ofConnector, ofPlugin } = splitByOwner(inputs, own);
  const resolved = await resolveParams({ params, prefix: '', inputs: ofConnector }, environment, problems);
  const plugin = await resolveParams(
    { params: pluginParams, prefix: PLUGIN_PREFIX, inputs: ofPlugin },
    environment,
    problems,
  );
  problems.throwIfAny(connector === undefined ? {} : { connector }, request.subject);
  for (const warning of [
    ...hiddenButGiven({ params, prefix: '', inputs: ofConnector }, resolved),
    ...hiddenButGiven({ params: pluginParams, prefix: PLUGIN_PREFIX, inputs: ofPlugin }, plugin),
  ]) {
    warnings.add(warning);
  }
  return {
    config: resolved.values,
    pluginConfig: plugin.values,
    hidden: resolved.hidden,
    warnings: [...warnings],
  };
}

function passwordNames(params: readonly ParamDefinition[]): string[] {
  return params.flatMap(({ type, name }) => (type === 'PASSWORD' && name !== undefined ? [name] : []));
}

/** A sentence for each param that was given something else than its default, although its condition hides it. */
function hiddenButGiven(
  { params, prefix, inputs }: ParamScope,
  { hidden, values }: ResolvedParams,
): string[] {
  const definitions = paramsByName(params);
  return hidden
    .filter((name) => inputs.has(name) && !isEmpty(values[name]))
    .filter((name) => !definitions.get(name)?.some((param) => isDefault(param, values[name])))
    .map((name) => {
      const conditions = definitions.get(name)?.map(({ visibilityCondition }) => String(visibilityCondition));
      return `param "${prefix}${name}" is set, but its visibilityCondition hides it, so it may have no effect: ${conditions?.join(' or ') ?? ''} does not hold`;
    });
}

/** Forms write all values down, hidden defaults too. */
function isDefault(param: ParamDefinition, value: unknown): boolean {
  return isDeepStrictEqual(readDefaultValue(param).value, value);
}

/** Tells the plugin's values, whose names lose their prefix, from the connector's own. */
function splitByOwner(
  inputs: ReadonlyMap<string, ConfigInput>,
  own: ReadonlySet<string>,
): { ofConnector: Map<string, ConfigInput>; ofPlugin: Map<string, ConfigInput> } {
  const ofConnector = new Map<string, ConfigInput>();
  const ofPlugin = new Map<string, ConfigInput>();
  for (const [name, input] of inputs) {
    if (own.has(name) || !name.startsWith(PLUGIN_PREFIX)) ofConnector.set(name, input);
    else ofPlugin.set(name.slice(PLUGIN_PREFIX.length), input);
  }
  return { ofConnector, ofPlugin };
}
