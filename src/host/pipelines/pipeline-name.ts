import { createHash } from 'node:crypto';
import { relative, resolve } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { isFileTarget } from '../../targets/open-target.js';
import type { Target } from '../../targets/target.js';
import type { OpenedSource } from '../sources/opened-source.js';
import type { RunSpec } from '../run-spec.js';

const MAX_LENGTH = 200;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** What the name of a pipeline is made of. */
export interface PipelineParts {
  readonly source: Pick<OpenedSource, 'id' | 'label' | 'defaultTable' | 'root'>;
  readonly spec: Pick<RunSpec, 'name' | 'table' | 'to'>;
  readonly target: Pick<Target, 'label'> & {
    readonly capabilities: Pick<Target['capabilities'], 'keepsState'>;
  };
  /** True: the connector declares tables of its own. */
  readonly isSync: boolean;
  /** Folder that relative paths start from. */
  readonly cwd: string;
}

/**
 * The name that state, history and lock of a run hang on. State lies in the target where it can; elsewhere the target is
 * part of the name.
 *
 * @throws ConfigError CLI_USAGE for one table where the connector declares several
 */
export function pipelineName({ source, spec, target, isSync, cwd }: PipelineParts): string {
  if (isSync && spec.table !== undefined) {
    throw new ConfigError(
      `${source.label} declares tables of its own, so --table ${JSON.stringify(spec.table)} cannot name one`,
      {
        code: 'CLI_USAGE',
        action: 'Leave --table out; --tables chooses among its tables and --rename gives them other names.',
        details: { connector: source.id },
      },
    );
  }
  if (spec.name !== undefined) return spec.name;
  const name = isSync ? source.id : `${source.id}.${spec.table ?? source.defaultTable}`;
  if (target.capabilities.keepsState) return name;
  const { to = '' } = spec;
  const place = isFileTarget(to) ? relative(source.root, resolve(cwd, to)) : target.label;
  return `${name}@${createHash('sha256').update(place).digest('hex').slice(0, 8)}`;
}

/**
 * Looks at a name that the user gave.
 * @throws ConfigError CLI_USAGE
 */
export function checkPipelineName(name: string | undefined): void {
  if (name === undefined) return;
  if (name.trim() === name && name !== '' && name.length <= MAX_LENGTH && !CONTROL.test(name)) return;
  throw new ConfigError(
    `--name must be a text of 1 to ${MAX_LENGTH} characters, without blanks at its ends or control characters`,
    { code: 'CLI_USAGE', action: 'Give a short name, as in --name orders-eu.' },
  );
}
