import type { HostError } from '../errors.js';
import type { Row } from '../schema.js';
import type { Exchange } from './batch.js';
import type { WriteOperation } from './rows-info.js';

/** A row that an endpoint refused for good. */
export interface RefusedRow extends Exchange {
  readonly row: Row;
  /** Number of the row in its run, counted from 1. */
  readonly number: number;
  readonly operation: WriteOperation;
  /** The endpoint's word for it, or the HTTP status: `duplicate_email`, `422`. */
  readonly code: string;
  /** Says what is wrong, without values of the row where the endpoint allows. */
  readonly message: string;
  /** How often the row was sent. */
  readonly attempts: number;
}

/** A batch that was about to be sent, or was sent and not answered, when a run ended. */
export interface SavedBatch {
  readonly idempotencyKey: string;
  readonly operation: WriteOperation;
  readonly rows: readonly Row[];
  readonly rowKeys: readonly string[];
  readonly numbers: readonly number[];
}

/**
 * Where batches are noted before they are sent, for endpoints that deduplicate by request: after a crash exactly these
 * batches go first, and their rows are not sent once more.
 */
export interface SendJournal {
  /** The batches that an earlier run noted since the last saved state and that were not answered. */
  readonly unanswered: readonly SavedBatch[];
  /** Whether a row was in a batch that an earlier run noted since the last saved state. */
  has(rowKey: string): boolean;
  /**
   * Notes a batch; it is durable when the promise resolves, and may be sent. One that was answered may be noted again:
   * then it is unanswered again.
   */
  note(batch: SavedBatch): Promise<void>;
  /**
   * Notes that a batch was answered: nothing of it is to be sent again. A batch of which rows were refused stays
   * unanswered, so that a run that starts from here refuses them again: what was rejected is kept with a commit only.
   */
  answered(idempotencyKey: string): Promise<void>;
}

/** What the host lends a writer. */
export interface WriterHost {
  readonly table: string;
  /** Names of the key columns; empty where there is no key. */
  readonly primaryKey: readonly string[];
  /** Aborted when the run is stopped; its reason is an AbortError. */
  readonly signal: AbortSignal;
  /**
   * Keeps rows aside that the endpoint refused.
   * @throws RowError where the run takes no refused rows, or no more of them
   */
  reject(rows: readonly RefusedRow[]): void;
  /** Says what the writer waits for, as in `429 of the endpoint, 30 s`; null: it goes on. Shown in the progress. */
  waiting(reason: string | null): void;
  /** What an error of a request means, and who must act. */
  explain(error: unknown): HostError;
  /** Undefined: the host keeps no state for this run. */
  readonly sends: SendJournal | undefined;
}
