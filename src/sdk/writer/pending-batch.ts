import { estimateBytes } from '../estimate-bytes.js';
import type { Row } from '../schema.js';
import type { KeyPlace } from './key-place.js';
import { contentKey, requestKey } from './row-key.js';
import type { RowsInfo, WriteOperation } from './rows-info.js';
import type { SavedBatch } from './writer-host.js';

/** Where the rows of a batch came from, from one row of it on. */
export interface Origin {
  /** Index in the batch of the first row that came so. */
  readonly at: number;
  /** Index of that row among those of the call. */
  readonly from: number;
  /** Undefined: the call said nothing. */
  readonly info: RowsInfo | undefined;
}

/** What a batch is made of. */
export interface BatchParts {
  readonly ordinal: number;
  readonly operation: WriteOperation;
  readonly rows: readonly Row[];
  /** Number of each row in the run. */
  readonly numbers: readonly number[];
  readonly rowKey: (index: number) => string;
  /** Estimated; absent: counted when asked for. */
  readonly bytes?: number;
  /** How often its rows were sent in other batches. */
  readonly sentBefore?: number;
}

/** Rows that are sent together, and how that went so far. */
export class PendingBatch {
  readonly ordinal: number;
  readonly operation: WriteOperation;
  readonly rows: readonly Row[];
  readonly numbers: readonly number[];
  readonly sentBefore: number;
  /** How often it was sent as it is. */
  tries = 0;
  /** Requests of the writer that were taken when this batch first failed by a fault that may pass; undefined: it did not. */
  takenBefore: number | undefined;
  /** The same for the batch that it is a part of. */
  parentTakenBefore: number | undefined;
  /** Whether it is sent to see if the endpoint takes anything at all. */
  isProbe = false;
  /** Number of its request that is under way; undefined: none is. */
  request: number | undefined;
  /** Its place among the batches that have rows of its keys; undefined: its order is free. */
  place: KeyPlace | undefined;
  /** True: it is sent exactly as an earlier run noted it. */
  readonly isSaved: boolean;
  readonly #rowKey: (index: number) => string;
  #bytes: number | undefined;
  #rowKeys: readonly string[] | undefined;
  #key: string | undefined;

  constructor(
    { ordinal, operation, rows, numbers, rowKey, bytes, sentBefore = 0 }: BatchParts,
    saved?: SavedBatch,
  ) {
    this.ordinal = ordinal;
    this.operation = operation;
    this.rows = rows;
    this.numbers = numbers;
    this.sentBefore = sentBefore;
    this.#rowKey = rowKey;
    this.#bytes = bytes;
    this.isSaved = saved !== undefined;
    this.#rowKeys = saved?.rowKeys;
    this.#key = saved?.idempotencyKey;
  }

  static ofSaved(saved: SavedBatch, ordinal: number): PendingBatch {
    const { operation, rows, numbers, rowKeys } = saved;
    return new PendingBatch(
      { ordinal, operation, rows, numbers, rowKey: (index) => rowKeys[index] as string },
      saved,
    );
  }

  get bytes(): number {
    return (this.#bytes ??= this.rows.reduce((sum, row) => sum + estimateBytes(row), 0));
  }

  get rowKeys(): readonly string[] {
    return (this.#rowKeys ??= this.rows.map((_row, index) => this.#rowKey(index)));
  }

  get idempotencyKey(): string {
    return (this.#key ??= requestKey(this.operation, this.rowKeys));
  }

  /** How often its rows were sent, in whatever batch. */
  get attempts(): number {
    return this.sentBefore + this.tries;
  }

  /** The rows from one index up to another one as a batch of their own. */
  slice(start: number, end: number): PendingBatch {
    const part = new PendingBatch({
      ordinal: this.ordinal,
      operation: this.operation,
      rows: this.rows.slice(start, end),
      numbers: this.numbers.slice(start, end),
      rowKey: (index) => this.rowKeys[start + index] as string,
      sentBefore: this.attempts,
    });
    part.parentTakenBefore = this.takenBefore ?? this.parentTakenBefore;
    return part;
  }

  /** Both halves. */
  halves(): PendingBatch[] {
    const middle = Math.ceil(this.rows.length / 2);
    return [this.slice(0, middle), this.slice(middle, this.rows.length)];
  }

  /**
   * Some of its rows, after the endpoint decided on the others. They are tried as if this was the first try: with each
   * answer fewer are left, and they are not to be given up for the others' sake.
   */
  pick(indexes: readonly number[]): PendingBatch {
    if (indexes.length === this.rows.length) return this;
    const part = new PendingBatch({
      ordinal: this.ordinal,
      operation: this.operation,
      rows: indexes.map((index) => this.rows[index] as Row),
      numbers: indexes.map((index) => this.numbers[index] as number),
      rowKey: (index) => this.rowKeys[indexes[index] as number] as string,
      sentBefore: this.sentBefore + this.tries - 1,
    });
    part.tries = 1;
    part.takenBefore = this.takenBefore;
    part.parentTakenBefore = this.parentTakenBefore;
    return part;
  }
}

/** Names rows as the calls that brought them do. */
export function rowKeyOf(
  origins: readonly Origin[],
  rows: readonly Row[],
  numbers: readonly number[],
): (index: number) => string {
  return (index) => {
    const origin = origins.findLast(({ at }) => at <= index);
    return origin?.info
      ? origin.info.rowKey(origin.from + index - origin.at)
      : contentKey(rows[index] as Row, numbers[index] as number);
  };
}
