import type { ErrorCode } from '../../sdk/errors.js';
import type { TableReport } from '../../sync/run-report.js';

/**
 * The work of one partition as plain JSON, so that it may be done in another process or on another machine: whoever does it
 * makes everything else again from the pipeline's definition.
 */
export interface PartitionTask {
  /** Id of the run that it is a part of. */
  readonly run: string;
  readonly pipeline: string;
  readonly partition: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Rows to read at most; -1: all. */
  readonly recordsLimit: number;
}

/** How the work of one partition ended, as plain JSON. */
export interface PartitionResult {
  readonly partition: string;
  readonly attempt: number;
  /** `partial`: a limit ended it; `stopped`: the run was stopped, and what it did not commit is gone. */
  readonly status: 'completed' | 'partial' | 'failed' | 'stopped';
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly rowsDeleted: number;
  readonly rejected: number;
  readonly seconds: number;
  /** Code of the error that ended it; null when there is none. */
  readonly code: ErrorCode | null;
  /** What happened, secrets redacted. */
  readonly message: string | null;
  /** What to do about it, secrets redacted. */
  readonly action: string | null;
  /** Exit code of the error; 0 when there is none. */
  readonly exitCode: number;
  readonly tables: readonly TableReport[];
  readonly warnings: readonly string[];
}
