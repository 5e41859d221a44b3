import { estimateBytes } from '../estimate-bytes.js';
import type { Row } from '../schema.js';
import { PendingBatch, rowKeyOf, type Origin } from './pending-batch.js';
import type { RowsInfo, WriteOperation } from './rows-info.js';
import type { SizeCap } from './size-cap.js';

/** Gathers rows into batches: one operation each, no larger than the cap, in the order in which they come. */
export class BatchCutter {
  #rows: Row[] = [];
  #numbers: number[] = [];
  #origins: Origin[] = [];
  #bytes = 0;
  #operation: WriteOperation = 'upsert';
  #ordinal = 0;
  #since = 0;

  /** @param onBatch called with each batch that is full */
  constructor(
    private readonly cap: SizeCap,
    private readonly onBatch: (batch: PendingBatch) => void,
  ) {}

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** When the oldest row came that is in no batch yet, in milliseconds as performance.now counts. */
  get since(): number {
    return this.#since;
  }

  /** The ordinal of one more batch, for one that is not made of gathered rows. */
  nextOrdinal(): number {
    return (this.#ordinal += 1);
  }

  /** @param index of the row among those of the call */
  add(row: Row, number: number, operation: WriteOperation, info: RowsInfo | undefined, index: number): void {
    const bytes = estimateBytes(row);
    const count = this.#rows.length;
    if (count > 0 && (operation !== this.#operation || this.#bytes + bytes > this.cap.bytes)) this.cut();
    if (this.#rows.length === 0) this.#since = performance.now();
    this.#operation = operation;
    this.#note(info, index);
    this.#rows.push(row);
    this.#numbers.push(number);
    this.#bytes += bytes;
    if (this.#rows.length >= this.cap.rows) this.cut();
  }

  /** Ends the batch that is being filled, where there is one. */
  cut(): void {
    if (this.#rows.length === 0) return;
    const [rows, numbers, origins, bytes] = [this.#rows, this.#numbers, this.#origins, this.#bytes];
    this.clear();
    this.onBatch(
      new PendingBatch({
        ordinal: this.nextOrdinal(),
        operation: this.#operation,
        rows,
        numbers,
        rowKey: rowKeyOf(origins, rows, numbers),
        bytes,
      }),
    );
  }

  /** Forgets the rows that are in no batch yet. */
  clear(): void {
    this.#rows = [];
    this.#numbers = [];
    this.#origins = [];
    this.#bytes = 0;
  }

  #note(info: RowsInfo | undefined, from: number): void {
    const last = this.#origins.at(-1);
    const at = this.#rows.length;
    const isNext = last !== undefined && last.info === info && (!info || last.from + at - last.at === from);
    if (!isNext) this.#origins.push({ at, from, info });
  }
}
