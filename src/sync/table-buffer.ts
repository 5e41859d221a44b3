import { estimateBytes } from '../sdk/estimate-bytes.js';
import type { Row } from '../sdk/schema.js';
import { killPoint } from '../targets/kill-point.js';
import { DELETE, type RowBatch, type TargetTable } from '../targets/target.js';
import { setField } from '../targets/values/row-field.js';
import type { FlushQueue } from './flush-queue.js';
import { RowBatchBuilder, type FoldingRule } from './row-batch-builder.js';
import type { RunProgress } from './run-progress.js';
import type { TableReport } from './run-report.js';
import type { ContractCheck } from './schema-contract.js';
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
  readonly queue: FlushQueue;
  /** How operations on the table go together; absent: there are only rows to add. */
  readonly folding?: FoldingRule | undefined;
  /** What holds rows to the columns that are known; absent: new ones are taken. */
  readonly contract?: ContractCheck | undefined;
}

/** What takes the rows and operations of one table. */
export interface TableSink {
  /** True: the rows must be flushed before more are added. */
  readonly isFull: boolean;
  /** Rows that wait. */
  readonly length: number;
  /** Bytes of the rows that wait, about. */
  readonly bytes: number;
  /** Rows that the target took. */
  readonly rowsFlushed: number;
  /** @param takesBack whether rows that were not committed are gone when the run fails */
  report(takesBack: boolean): TableReport;
  /** Adds a whole row; one of the same key is replaced. @param number of the row in the run */
  add(row: Row, number: number): void;
  /** Changes some columns of a row. */
  update(row: Row, number: number): void;
  /** Removes a row by its key. */
  delete(key: Row, number: number): void;
  /** Removes rows by value; without columns all of them. */
  remove(where: Row, number: number): void;
  /** Hands the rows to the target: waits for the batch before, starts this one, and does not wait for it. */
  flush(): Promise<void>;
  /** Forgets the rows that wait. */
  clear(): void;
  /** Called when what was flushed is committed. */
  committed(): void;
  /** Adds columns that had nothing but nulls, after the rows that wait. */
  addColumns(names: readonly string[]): Promise<void>;
}

/**
 * Gathers the rows and operations of one table and hands them to the target in batches. Without a folding rule there are
 * only whole rows.
 */
export class TableBuffer implements TableSink {
  readonly #options: TableBufferOptions;
  readonly #added: string[] = [];
  readonly #widened: TableReport['columnsWidened'][number][] = [];
  readonly #builder: RowBatchBuilder | undefined;
  /** Rows to add, where there is no builder. */
  #rows: Row[] = [];
  #sampledRows = 0;
  #sampledBytes = 0;
  /** Rows with a long value, each of them measured. */
  #longRows = 0;
  #longBytes = 0;
  #counted = 0;
  /** Number of the first row in the buffer, in the run. */
  #firstRow = 1;
  #rowsFlushed = 0;
  #rowsCommitted = 0;

  constructor(options: TableBufferOptions) {
    this.#options = options;
    this.#builder = options.folding ? new RowBatchBuilder(options.folding) : undefined;
  }

  /** At the target's number of rows, or at 8 MiB. */
  get isFull(): boolean {
    return this.length >= this.#options.maxRows || this.bytes >= MAX_BYTES;
  }

  get length(): number {
    return this.#builder?.length ?? this.#rows.length;
  }

  get bytes(): number {
    const average = this.#sampledRows === 0 ? 0 : this.#sampledBytes / this.#sampledRows;
    return this.#longBytes + average * (this.#counted - this.#longRows);
  }

  get rowsFlushed(): number {
    return this.#rowsFlushed;
  }

  report(takesBack: boolean): TableReport {
    const { name } = this.#options;
    const rows = takesBack ? this.#rowsCommitted : this.#rowsFlushed;
    return { name, rows, columnsAdded: this.#added, columnsWidened: this.#widened };
  }

  add(row: Row, number: number): void {
    this.#measure(row);
    if (this.#builder) this.#builder.upsert(row, number);
    else {
      if (this.#rows.length === 0) this.#firstRow = number;
      this.#rows.push(row);
    }
  }

  update(row: Row, number: number): void {
    this.#measure(row);
    this.#builder?.update(row, number);
  }

  delete(key: Row, number: number): void {
    this.#measure(key);
    this.#builder?.delete(key, number);
  }

  remove(where: Row): void {
    this.#builder?.remove(where);
  }

  async flush(): Promise<void> {
    const { progress, queue } = this.#options;
    if (this.length === 0 || queue.isClosed) return;
    const batch = this.#builder?.take() ?? { rows: this.#rows, firstRow: this.#firstRow };
    this.clear();
    progress.enter('target');
    await queue.push(() => this.#write(batch));
    progress.enter('source');
  }

  clear(): void {
    this.#builder?.take();
    this.#rows = [];
    this.#sampledRows = 0;
    this.#sampledBytes = 0;
    this.#longRows = 0;
    this.#longBytes = 0;
    this.#counted = 0;
  }

  committed(): void {
    this.#rowsCommitted = this.#rowsFlushed;
  }

  #measure(row: Row): void {
    const index = this.#counted;
    this.#counted += 1;
    if (hasLongValue(row)) {
      this.#longRows += 1;
      this.#longBytes += estimateBytes(row);
    } else if ((Math.floor(index / SAMPLE_EVERY) * SAMPLE_SHIFT - index) % SAMPLE_EVERY === 0) {
      this.#sampledRows += 1;
      this.#sampledBytes += estimateBytes(row);
    }
  }

  async addColumns(names: readonly string[]): Promise<void> {
    await this.flush();
    const row: Row = {};
    for (const name of names) setField(row, name, null);
    await this.#options.queue.push(async () => {
      this.#options.tracker.observe({ rows: [row], firstRow: 1 });
      await this.#alter();
    });
  }

  async #write(whole: RowBatch): Promise<void> {
    const { table, tracker, progress, contract } = this.#options;
    killPoint('sync.before-flush');
    progress.enter('host');
    const batch = contract ? contract.hold(whole) : whole;
    tracker.observe(batch);
    await this.#alter();
    await table.write(batch);
    killPoint('sync.after-flush');
    progress.enter('source');
    const written = batch.kinds ? batch.kinds.filter((kind) => kind !== DELETE).length : batch.rows.length;
    this.#rowsFlushed += written;
    progress.rowsWritten += written;
  }

  /** Tells the target of what the rows seen changed about the columns. */
  async #alter(): Promise<void> {
    const { table, tracker, progress } = this.#options;
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
