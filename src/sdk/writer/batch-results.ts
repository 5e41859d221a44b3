import { ConnectorError } from '../errors.js';
import type { BatchResult, RowResult } from './batch.js';
import { batchName, type BatchPlace } from './batch-attempts.js';
import type { PendingBatch } from './pending-batch.js';

/** A row that was refused, by its index in the batch. */
export interface Rejection {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** What a batch comes to, with the rows by their index. */
export interface SortedResults {
  /** Whether the row of an index was accepted. */
  readonly isAccepted: (index: number) => boolean;
  /** Whether the endpoint decided on any row. */
  readonly isTaken: boolean;
  readonly rejected: readonly Rejection[];
  readonly later: readonly number[];
  /** Seconds that the rows of `later` are to wait. */
  readonly retryAfter: number;
}

/** @throws ConnectorError where there is not one result for each row */
export function sortResults(result: BatchResult, batch: PendingBatch, place: BatchPlace): SortedResults {
  const rows: unknown = (result as Partial<BatchResult>).rows;
  if (!Array.isArray(rows)) throw wrong(batch, place, 'writeBatch returned no list of results');
  if (rows.length !== batch.rows.length) {
    throw wrong(
      batch,
      place,
      `writeBatch returned ${rows.length} ${rows.length === 1 ? 'result' : 'results'} for ${batch.rows.length} ${batch.rows.length === 1 ? 'row' : 'rows'}`,
    );
  }
  const rejected: Rejection[] = [];
  const later: number[] = [];
  const accepted = new Set<number>();
  let retryAfter = 0;
  (rows as readonly RowResult[]).forEach((row, index) => {
    if ('ok' in row && (row.ok as unknown) === true) accepted.add(index);
    else if ('reject' in row) rejected.push({ index, code: row.reject.code, message: row.reject.message });
    else if ('retryAfter' in row && row.retryAfter >= 0) {
      later.push(index);
      retryAfter = Math.max(retryAfter, row.retryAfter);
    } else throw wrong(batch, place, `result ${index + 1} is not ok, retryAfter or reject`);
  });
  return {
    isAccepted: (index) => accepted.has(index),
    isTaken: accepted.size + rejected.length > 0,
    rejected,
    later,
    retryAfter,
  };
}

function wrong(batch: PendingBatch, place: BatchPlace, what: string): ConnectorError {
  return new ConnectorError(`${batchName(batch, place)}: ${what}`, {
    code: 'WRITER_FAILED',
    action: 'Return one result for each row of the batch, in their order, or nothing where all were taken.',
    details: place.table === '' ? {} : { table: place.table },
  });
}
