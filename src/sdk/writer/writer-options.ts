import type { Row } from '../schema.js';

/** The size of a batch: whichever limit is reached first ends it. */
export interface BufferLimits {
  /** Rows in a batch at most. Default 1000. */
  readonly rows?: number;
  /** Bytes of JSON in a batch at most, estimated; a single larger row is a batch of its own. Default 4 MiB. */
  readonly bytes?: number;
}

/** How a {@link BufferedWriter} gathers, sends and repeats. */
export interface BufferedWriterOptions extends BufferLimits {
  /** Seconds that a row waits at most for its batch to fill. Default 1. */
  readonly age?: number;
  /** Batches that are sent at a time at most. Default 1: one after the other, in their order. */
  readonly maxInFlight?: number;
  /**
   * Rows that are equal in these columns (or for which the function returns the same) are never in flight twice, and go
   * in their order. Undefined of the function: the row's order is free. The primary key always counts so, where there is
   * one and rows are not inserts.
   */
  readonly orderKey?: string | readonly string[] | ((row: Row) => string | number | bigint | undefined);
  /** Requests for one batch at most, the first one included, before it counts as failed. Default 5. */
  readonly tries?: number;
  /** Seconds before the second try, about; each later wait is twice as long. Default 0.5. */
  readonly backoffSeconds?: number;
  /** Seconds of such a wait at most. Default 30. */
  readonly maxBackoffSeconds?: number;
  /** Seconds that an endpoint may ask for with Retry-After; a longer wait ends the run. Default 300. */
  readonly maxRetryAfterSeconds?: number;
  /** Seconds that one call of `writeBatch` may take; then its signal is aborted and the run ends. Default 120. */
  readonly timeoutSeconds?: number;
  /**
   * What the endpoint knows again when it is sent once more: single rows by their `rowKeys`, or whole requests by
   * `idempotencyKey`. With `request`, batches are noted before they are sent, so that after a crash exactly these go
   * first. Absent: nothing; after a crash, rows may arrive twice.
   */
  readonly deduplicates?: 'row' | 'request';
  /** True: `writeBatch` also takes batches of `update`: rows with their key and the columns that change. */
  readonly mayUpdate?: boolean;
  /** True: `writeBatch` also takes batches of `delete`: the keys of rows that go. */
  readonly mayDelete?: boolean;
}

/** The options, all decided. */
export type WriterSettings = Required<Omit<BufferedWriterOptions, 'orderKey' | 'deduplicates'>> &
  Pick<BufferedWriterOptions, 'orderKey' | 'deduplicates'>;

const DEFAULTS = {
  rows: 1000,
  bytes: 4 * 1024 * 1024,
  age: 1,
  maxInFlight: 1,
  tries: 5,
  backoffSeconds: 0.5,
  maxBackoffSeconds: 30,
  maxRetryAfterSeconds: 300,
  timeoutSeconds: 120,
  mayUpdate: false,
  mayDelete: false,
};

const WHOLE = ['rows', 'maxInFlight', 'tries'] as const;
const NUMBERS = [
  'bytes',
  'age',
  ...WHOLE,
  'backoffSeconds',
  'maxBackoffSeconds',
  'maxRetryAfterSeconds',
  'timeoutSeconds',
] as const;

/** @throws RangeError when a limit is not a positive number, or not a whole one where only those make sense */
export function writerSettings(options: BufferedWriterOptions): WriterSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: WriterSettings = { ...DEFAULTS, ...given };
  for (const name of NUMBERS) {
    const value = settings[name];
    if (!(value > 0)) throw new RangeError(`BufferedWriter: ${name} must be more than 0 (got ${value})`);
  }
  for (const name of WHOLE) {
    const value = settings[name];
    if (value !== Infinity && !Number.isInteger(value)) {
      throw new RangeError(`BufferedWriter: ${name} must be a whole number (got ${value})`);
    }
  }
  return settings;
}
