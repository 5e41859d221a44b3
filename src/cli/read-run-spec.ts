import type { RunSpec } from '../host/run-spec.js';
import { badRowPolicyOf, commitIntervalOf, shareOf } from '../host/run-texts.js';
import type { CommitInterval } from '../sync/sync-options.js';
import type { Io } from './io.js';
import { readCount, readLimit, readSeconds, usageError } from './options.js';
import { readPartitionsSpec, type PartitionOptions } from './read-partitions-spec.js';
import { readSourceSpec, type SourceOptions } from './read-source-spec.js';
import { DEFAULT_MAX_DELETE } from '../targets/mirror/mirror-options.js';

/** Options of `host run`. */
export interface RunOptions extends SourceOptions, PartitionOptions {
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
  readonly onBadRow?: 'fail' | 'dead-letter';
  readonly maxRejected?: string;
  readonly nested?: string;
  readonly maxDepth?: string;
  readonly names?: string;
  readonly rename: readonly string[];
  readonly parseTimestamps: readonly string[];
  readonly schemaContract?: NonNullable<RunSpec['contract']>;
  readonly auditColumns?: boolean;
  readonly resume?: boolean;
  readonly prune?: boolean;
  readonly concurrency?: string;
  readonly failFast?: boolean;
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
  readonly all?: boolean;
}

const MAX_RETRIES = 1000;
const MAX_CONCURRENCY = 1000;

/**
 * Makes the definition of a run from the options of `host run`. What was not given is undefined.
 *
 * @param source what is read: a connector's id, a path or URL, or the name of a pipeline
 * @throws ConfigError CLI_USAGE for a value that does not read
 */
export function readRunSpec(source: string, options: RunOptions): RunSpec {
  const maxDelete = readMaxDelete(options.maxDelete);
  return {
    ...readSourceSpec(source, options),
    to: options.to,
    toConfig: { configFile: options.toConfig, sets: options.toSet },
    table: options.table,
    name: options.name,
    format: options.format,
    pgSchema: options.pgSchema,
    limit: readLimit(options.limit),
    ...readPartitionsSpec(options),
    resume: options.resume,
    prune: options.prune,
    concurrency: readConcurrency(options.concurrency),
    failFast: options.failFast,
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
    deleteMissing: options.deleteMissing ? { maxShare: maxDelete ?? DEFAULT_MAX_DELETE } : undefined,
    maxDelete,
    badRows: readBadRows(options),
    contract: options.schemaContract,
    auditColumns: options.auditColumns,
    fullRefresh: options.fullRefresh,
    keepState: options.keepState,
    adopt: options.adopt,
    force: options.force,
    allowEmpty: options.allowEmpty,
    commitEvery: readCommitEvery(options.commitEvery),
    retries: readCount('--retries', options.retries, MAX_RETRIES),
    lockTimeout: readSeconds('--lock-timeout', options.lockTimeout),
  };
}

/** Seconds to wait for a database in use: a person does not like to wait, a schedule does not like to fail. */
export function readLockTimeout({ lockTimeout }: { readonly lockTimeout?: string }, io: Io): number {
  return readSeconds('--lock-timeout', lockTimeout) ?? defaultLockTimeout(io);
}

/** The same where nobody says how long, in seconds. */
export function defaultLockTimeout({ isTerminal }: Pick<Io, 'isTerminal'>): number {
  return isTerminal ? 5 : 60;
}

function readConcurrency(text: string | undefined): number | undefined {
  const count = readCount('--concurrency', text, MAX_CONCURRENCY);
  if (count !== 0) return count;
  throw usageError('--concurrency must be at least 1', 'Give how many partitions are read at once.');
}

function readCommitEvery(text: string | undefined): CommitInterval | undefined {
  if (text === undefined) return undefined;
  const interval = commitIntervalOf(text);
  if (interval) return interval;
  throw usageError(
    `--commit-every must be seconds as in 5s, or a number of rows (got ${JSON.stringify(text)})`,
    'Give 5s, 10000, or 0 for a commit at each checkpoint.',
  );
}

/** Null: the first bad row ends the run, whatever a pipeline file says. */
function readBadRows({ onBadRow, maxRejected }: RunOptions): RunSpec['badRows'] {
  if (maxRejected === undefined) return onBadRow === undefined ? undefined : onBadRow === 'fail' ? null : {};
  if (onBadRow === 'fail') {
    throw usageError(
      '--max-rejected lets bad rows pass, and --on-bad-row fail does not',
      'Leave one of the two out.',
    );
  }
  const policy = badRowPolicyOf(maxRejected);
  if (policy) return policy;
  throw usageError(
    `--max-rejected must be a number of rows, or a share as in 1% (got ${JSON.stringify(maxRejected)})`,
    'Give a number, as in --max-rejected 100, or a share from 0% to 100%.',
  );
}

function readMaxDelete(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const share = shareOf(text);
  if (share !== undefined) return share;
  throw usageError(
    `--max-delete must be a share from 0% to 100% (got ${JSON.stringify(text)})`,
    'Give a share with its sign, as in --max-delete 10%.',
  );
}
