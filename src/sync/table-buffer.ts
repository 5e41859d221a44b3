import { estimateBytes } from '../sdk/estimate-bytes.js';
import type { Row } from '../sdk/schema.js';
import type { TargetTable } from '../targets/target.js';
import type { RunProgress } from './run-progress.js';
import type { TableReport } from './run-report.js';
import type { SchemaTracker } from './schema-tracker.js';

/** Bytes in a batch, about. */
const MAX_BYTES = 8 * 1024 * 1024;
/** One row in so many is measured; the others are taken to be as large as the average of those. */
const SAMPLE_EVERY = 16;
/** Moves the sample from one group of rows to the next, so that rows that repeat do not hide from it. */
const SAMPLE_SHIFT = 7;
/** A row with a text, list or binary longer than this is always measured. */
const LONG = 1000;

/** What a {@link TableBuffer} works with. */
export interface TableBufferOptions {
  readonly name: string;
  readonly table: TargetTable;
  /** Rows in a batch at most. */
  readonly maxRows: number;
  readonly tracker: SchemaTracker;
  readonly progress: RunProgress;
  /** Called when a flush in flight fails, so that a run that waits for its source hears of it. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Gathers the rows of one table and hands them to the target in batches. One flush is in flight while the next rows
 * are gathered; the second waits, so memory stays flat whatever the number of rows.
 */
export class TableBuffer {
  readonly #options: TableBufferOptions;
  readonly #added: string[] = [];
  readonly #widened: TableReport['columnsWidened'][number][] = [];
  #rows: Row[] = [];
  #sampledRows = 0;
  #sampledBytes = 0;
  /** Rows with a long value, each of them measured. */
  #longRows = 0;
  #longBytes = 0;
  /** Number of the first row in the buffer, in the run. */
  #firstRow = 1;
  #rowsFlushed = 0;
  #inFlight: Promise<void> = Promise.resolve();
  /** Batches that the target has not taken yet. */
  #pending = 0;
  #closed = false;

  constructor(options: TableBufferOptions) {
    this.#options = options;
  }

  /** True at the target's number of rows or at 8 MiB: the rows must be flushed before more are added. */
  get isFull(): boolean {
    return this.#rows.length >= this.#options.maxRows || this.#bytes >= MAX_BYTES;
  }

  /** True when the target has taken every batch that it was handed. */
  get isIdle(): boolean {
    return this.#pending === 0;
  }

  get report(): TableReport {
    const { name } = this.#options;
    return { name, rows: this.#rowsFlushed, columnsAdded: this.#added, columnsWidened: this.#widened };
  }

  add(row: Row): void {
    const index = this.#rows.length;
    if (hasLongValue(row)) {
      this.#longRows += 1;
      this.#longBytes += estimateBytes(row);
    } else if ((Math.floor(index / SAMPLE_EVERY) * SAMPLE_SHIFT - index) % SAMPLE_EVERY === 0) {
      this.#sampledRows += 1;
      this.#sampledBytes += estimateBytes(row);
    }
    this.#rows.push(row);
  }

  /** Hands the rows to the target: waits for the batch before, starts this one, and does not wait for it. */
  async flush(): Promise<void> {
    if (this.#rows.length === 0 || this.#closed) return;
    const { progress, onFailure } = this.#options;
    const batch = { rows: this.#rows, firstRow: this.#firstRow };
    this.#firstRow += this.#rows.length;
    this.#rows = [];
    this.#sampledRows = 0;
    this.#sampledBytes = 0;
    this.#longRows = 0;
    this.#longBytes = 0;
    const before = this.#inFlight;
    this.#pending += 1;
    this.#inFlight = before.then(() => this.#write(batch));
    this.#inFlight.catch(onFailure);
    progress.enter('target');
    await before;
    progress.enter('source');
  }

  /** Flushes what is left and waits until the target has taken everything. */
  async finish(): Promise<void> {
    await this.flush();
    this.#options.progress.enter('target');
    await this.#inFlight;
    this.#options.progress.enter('host');
  }

  /** Waits until the target is idle, whether its last batch succeeded or not. Nothing is written afterwards. */
  async settle(): Promise<void> {
    this.#closed = true;
    // A failure was reported by onFailure already.
    await Promise.allSettled([this.#inFlight]);
  }

  get #bytes(): number {
    const average = this.#sampledRows === 0 ? 0 : this.#sampledBytes / this.#sampledRows;
    return this.#longBytes + average * (this.#rows.length - this.#longRows);
  }

  async #write(batch: { rows: readonly Row[]; firstRow: number }): Promise<void> {
    const { table, tracker, progress } = this.#options;
    progress.enter('host');
    tracker.observe(batch.rows, batch.firstRow);
    const change = await tracker.takeChange(
      async (column) => (await table.integersAreExact?.(column)) ?? true,
    );
    progress.enter('target');
    if (change) {
      if (this.#rowsFlushed > 0 || table.existing)
        this.#added.push(...change.added.map((column) => column.name));
      // A column that had only nulls so far got its first type, which widens nothing.
      for (const { name, from, to } of change.retyped)
        if (from !== null) this.#widened.push({ name, from, to });
      await table.alter(change);
    }
    await table.write(batch);
    progress.enter('source');
    this.#pending -= 1;
    this.#rowsFlushed += batch.rows.length;
    progress.rowsWritten += batch.rows.length;
  }
}

/** Looks at the values of a row, not into them: it runs for every row. */
function hasLongValue(row: Row): boolean {
  for (const key in row) {
    const value = row[key];
    if (typeof value === 'string') {
      if (value.length > LONG) return true;
    } else if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value) ? value.length > LONG : ArrayBuffer.isView(value) && value.byteLength > LONG)
        return true;
    }
  }
  return false;
}
