import type { ErrorCode, HostError } from '../sdk/errors.js';
import type { ColumnType } from '../sdk/column-types.js';
import type { RunRecord } from '../targets/target.js';
import type { PagingReport } from './paging-log.js';
import type { RunProgress, Waiting } from './run-progress.js';

/** What a run did to one table. */
export interface TableReport {
  readonly name: string;
  /** Rows in the table because of this run: those that it committed. */
  readonly rows: number;
  /** Columns that were not there when the first batch was written. */
  readonly columnsAdded: readonly string[];
  /** Columns whose inferred type was widened. */
  readonly columnsWidened: readonly {
    readonly name: string;
    readonly from: ColumnType;
    readonly to: ColumnType;
  }[];
}

/** How one partition of a run ended. */
export interface PartitionReport {
  readonly partition: string;
  /** `partial`: a limit ended it; `stopped`: the run was stopped. */
  readonly status: 'completed' | 'partial' | 'failed' | 'stopped';
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly seconds: number;
  readonly attempts: number;
  readonly code: ErrorCode | null;
  readonly message: string | null;
}

/** How many partitions of a run ended how. */
export interface PartitionCounts {
  readonly completed: number;
  readonly failed: number;
  /** They were begun, and not read to their end. */
  readonly unfinished: number;
  /** They were chosen and not begun; null: not known, since the run ended while it was still choosing. */
  readonly notRun: number | null;
  /** They were chosen, and the connector does not have them. */
  readonly notThere: number;
}

/** What a run did: `host run --json` prints it as one object. */
export interface RunReport {
  /** Unique id of the run. */
  readonly run: string;
  readonly pipeline: string;
  readonly status: 'succeeded' | 'failed' | 'aborted';
  /** Code of the error that ended the run; null when there is none. */
  readonly code: ErrorCode | null;
  /** What happened, secrets redacted; null when the run succeeded. */
  readonly message: string | null;
  readonly rowsRead: number;
  /** Rows in the target because of this run: those it committed, or all where the target takes nothing back. */
  readonly rowsWritten: number;
  /** Rows that deletes and truncates removed, or marked as deleted. */
  readonly rowsDeleted: number;
  /** Rows kept aside as bad. */
  readonly rejected: number;
  readonly commits: number;
  /** Bytes that the target wrote, where it knows; else 0. */
  readonly bytes: number;
  readonly seconds: number;
  /** Seconds spent waiting on each. */
  readonly waitingOn: Readonly<Record<Waiting, number>>;
  readonly tables: readonly TableReport[];
  /** Those that did not complete first, then the others in the order in which they ended; at most 1,000. */
  readonly partitions: readonly PartitionReport[];
  /** Null: the run was of no partitions. */
  readonly partitionCounts: PartitionCounts | null;
  /** Reads of APIs by `paginate`, and why each ended. */
  readonly paging: readonly PagingReport[];
  readonly warnings: readonly string[];
  /** Version of the saved state; null: none was saved. */
  readonly stateVersion: number | null;
}

/** What is known of a run besides its counters. */
export interface RunFacts {
  readonly run: string;
  readonly pipeline: string;
  readonly progress: RunProgress;
  readonly tables: readonly TableReport[];
  readonly paging?: readonly PagingReport[] | undefined;
  readonly warnings: readonly string[];
  readonly error?: HostError | undefined;
  /** Default null. */
  readonly stateVersion?: number | null;
}

/** Makes the report of a run that has ended. */
export function makeReport(facts: RunFacts): RunReport {
  const { run, pipeline, progress, tables, warnings, error, stateVersion = null } = facts;
  const { status } = runRecord(error, progress, progress.commits);
  return {
    run,
    pipeline,
    status,
    code: error?.code ?? null,
    message: error?.message ?? null,
    rowsRead: progress.rowsRead,
    rowsWritten: progress.rowsWritten,
    rowsDeleted: progress.rowsDeleted,
    rejected: progress.rowsRejected,
    commits: progress.commits,
    bytes: progress.bytes,
    seconds: round(progress.seconds),
    waitingOn: rounded(progress.waited),
    tables,
    partitions: [],
    partitionCounts: null,
    paging: facts.paging ?? [],
    warnings,
    stateVersion,
  };
}

/**
 * How a run ended, for the history of its pipeline.
 *
 * @param commits how many there were, the one that this goes with counted
 */
export function runRecord(
  error: HostError | undefined,
  { rowsRead, rowsWritten, rowsDeleted }: RunProgress,
  commits: number,
): RunRecord {
  return {
    status: error === undefined ? 'succeeded' : error.name === 'AbortError' ? 'aborted' : 'failed',
    code: error?.code ?? null,
    message: error?.message ?? null,
    rowsRead,
    rowsWritten,
    rowsDeleted,
    commits,
  };
}

function rounded(seconds: Readonly<Record<Waiting, number>>): Record<Waiting, number> {
  return { source: round(seconds.source), host: round(seconds.host), target: round(seconds.target) };
}

/** To milliseconds. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
