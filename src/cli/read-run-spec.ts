import type { RunSpec } from '../host/run-spec.js';
import type { CommitInterval } from '../sync/sync-options.js';
import type { Io } from './io.js';
import { readCount, readLimit, readSeconds, usageError, type ConfigOptions } from './options.js';

/** Options of `host run`. */
export interface RunOptions extends ConfigOptions {
  readonly to?: string;
  readonly toConfig?: string;
  readonly toSet: readonly string[];
  readonly table?: string;
  readonly name?: string;
  readonly format?: NonNullable<RunSpec['format']>;
  readonly pgSchema?: string;
  readonly limit?: string;
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  readonly exclude: readonly string[];
  readonly hashColumns: readonly string[];
  readonly mode?: NonNullable<RunSpec['mode']>;
  readonly deletes?: NonNullable<RunSpec['deletes']>;
  readonly deleteMissing?: boolean;
  readonly maxDelete?: string;
  readonly nested?: string;
  readonly maxDepth?: string;
  readonly names?: string;
  readonly rename: readonly string[];
  readonly parseTimestamps: readonly string[];
  readonly schemaContract?: NonNullable<RunSpec['contract']>;
  readonly auditColumns?: boolean;
  readonly dryRun?: boolean;
  readonly fullRefresh?: boolean;
  readonly keepState?: boolean;
  readonly adopt?: boolean;
  readonly force?: boolean;
  readonly allowEmpty?: boolean;
  readonly commitEvery?: string;
  readonly retries?: string;
  readonly lockTimeout?: string;
  readonly stateDir?: string;
}

/** Largest share of a table that --delete-missing removes where nobody says otherwise. */
const DEFAULT_MAX_SHARE = 0.1;
const MAX_RETRIES = 1000;

/**
 * Makes the definition of a run from the options of `host run`.
 *
 * @param source what is read: a connector's id, or a path or URL
 * @throws ConfigError CLI_USAGE for a value that does not read
 */
export function readRunSpec(source: string, options: RunOptions, io: Io): RunSpec {
  return {
    source,
    configFile: options.config,
    sets: options.set,
    to: options.to,
    toConfig: { configFile: options.toConfig, sets: options.toSet },
    table: options.table,
    name: options.name,
    format: options.format,
    pgSchema: options.pgSchema,
    limit: readLimit(options.limit),
    shape: {
      tables: options.tables,
      columns: options.columns,
      exclude: options.exclude,
      hashColumns: options.hashColumns,
      nested: options.nested,
      maxDepth: options.maxDepth,
      names: options.names,
      rename: options.rename,
      parseTimestamps: options.parseTimestamps,
    },
    mode: options.mode,
    deletes: options.deletes,
    deleteMissing: readDeleteMissing(options),
    contract: options.schemaContract,
    auditColumns: options.auditColumns,
    fullRefresh: options.fullRefresh,
    keepState: options.keepState,
    adopt: options.adopt,
    force: options.force,
    allowEmpty: options.allowEmpty,
    commitEvery: readCommitEvery(options.commitEvery),
    retries: readCount('--retries', options.retries, MAX_RETRIES),
    lockTimeout: readLockTimeout(options, io),
  };
}

/** Seconds to wait for a database in use: a person does not like to wait, a schedule does not like to fail. */
export function readLockTimeout({ lockTimeout }: { readonly lockTimeout?: string }, io: Io): number {
  return readSeconds('--lock-timeout', lockTimeout) ?? (io.isTerminal ? 5 : 60);
}

/** What is given stands alone: of seconds and rows, the other one never makes a commit due. */
function readCommitEvery(text: string | undefined): CommitInterval | undefined {
  if (text === undefined) return undefined;
  const [, number = '', unit] = /^(\d+(?:\.\d+)?)(s?)$/.exec(text) ?? [];
  const value = Number(number);
  if (number !== '' && value === 0) return { seconds: 0, rows: 0 };
  if (unit === 's' && value <= Number.MAX_SAFE_INTEGER) return { seconds: value, rows: Infinity };
  if (unit === '' && Number.isSafeInteger(value)) return { seconds: Infinity, rows: value };
  throw usageError(
    `--commit-every must be seconds as in 5s, or a number of rows (got ${JSON.stringify(text)})`,
    'Give 5s, 10000, or 0 for a commit at each checkpoint.',
  );
}

function readDeleteMissing({ deleteMissing, maxDelete }: RunOptions): RunSpec['deleteMissing'] {
  const maxShare = readShare(maxDelete);
  if (deleteMissing) return { maxShare: maxShare ?? DEFAULT_MAX_SHARE };
  if (maxShare === undefined) return undefined;
  throw usageError('--max-delete limits --delete-missing, which is not there', 'Give both, or none of them.');
}

function readShare(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number = ''] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (number !== '' && Number(number) <= 100) return Number(number) / 100;
  throw usageError(
    `--max-delete must be a share from 0% to 100% (got ${JSON.stringify(text)})`,
    'Give a share with its sign, as in --max-delete 10%.',
  );
}
