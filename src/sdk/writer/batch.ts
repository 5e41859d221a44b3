import type { WriteOperation } from './rows-info.js';

/** What a batch is, for the request that sends it. */
export interface BatchInfo {
  /** Ordinal of the batch in this writer, counted from 1; halves and further tries of a batch have its ordinal. */
  readonly ordinal: number;
  readonly table: string;
  /** One for all rows of the batch. */
  readonly operation: WriteOperation;
  /** Names of the key columns; empty where there is no key. */
  readonly key: readonly string[];
  /** The same for the same rows in every try and every run; another one for other rows. */
  readonly idempotencyKey: string;
  /** One for each row, the same in every try and every run, whatever batch the row is in. */
  readonly rowKeys: readonly string[];
  /** Number of this try, counted from 1. */
  readonly attempt: number;
  /** Aborted when the run is stopped, or the batch took too long. */
  readonly signal: AbortSignal;
}

/** What became of one row of a batch. */
export type RowResult =
  | { readonly ok: true }
  /** Send it again after so many seconds. */
  | { readonly retryAfter: number }
  /** It will never be taken as it is. */
  | { readonly reject: { readonly code: string; readonly message: string } };

/** What became of each row of a batch, in their order. */
export interface BatchResult {
  /** As long as the batch. */
  readonly rows: readonly RowResult[];
  /** What was asked and answered, kept with refused rows: `POST https://host/path`, the status, the start of the body. */
  readonly exchange?: Exchange;
}

/** A request and its answer, as far as they may be shown: without credentials. */
export interface Exchange {
  readonly request?: string;
  readonly status?: number;
  /** The start of the answer's body. */
  readonly response?: string;
}
