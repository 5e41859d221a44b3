import { estimateBytes } from '../sdk/estimate-bytes.js';
import type { Row } from '../sdk/schema.js';
import { killPoint } from '../targets/kill-point.js';
import type { Relation } from '../targets/relation.js';
import type { HostError } from '../sdk/errors.js';
import type { WriteOperation } from '../sdk/writer/index.js';
import {
  DELETE,
  rowNumber,
  UPSERT,
  type RejectedRow,
  type RejectedSchema,
  type RowBatch,
  type TargetTable,
} from '../targets/target.js';
import { setField } from '../targets/values/row-field.js';
import { halves, withoutRows } from './cut-batch.js';
import type { FlushQueue } from './flush-queue.js';
import { RowBatchBuilder, type FoldingRule } from './row-batch-builder.js';
import { reasonOf, type RowRejects } from './row-rejects.js';
import type { RowScreen } from './row-screen.js';
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

/** Rows of a batch that the target refuses one by one before the batch is halved, since each costs a try. */
const MAX_REFUSED = 3;

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
  /** Where bad rows go; absent: the first one ends the run. */
  readonly bad?: BadRowHandling | undefined;
}

/** What becomes of the bad rows of one table. */
export interface BadRowHandling {
  readonly rejects: RowRejects;
  readonly screen: RowScreen;
  /** True: rows have a key, so that one that is given again is written in the place of the one that is there. */
  readonly hasKey: boolean;
  /** What the source declared, whatever becomes of it in the target. */
  readonly schema: RejectedSchema | undefined;
  /** What a row of a table of operations stands for; absent: rows stand for themselves. */
  readonly unlogged?: ((row: Row) => Pick<RejectedRow, 'row'> & Partial<RejectedRow>) | undefined;
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
  /**
   * Adds a whole row; one of the same key is replaced.
   * @param number of the row in the run
   * @throws RowError for a row without its key, where the run does not keep it aside
   */
  add(row: Row, number: number): void;
  /** Changes some columns of a row. */
  update(row: Row, number: number): void;
  /** Removes a row by its key. */
  delete(key: Row, number: number): void;
  /** Keeps a row aside for an error. @throws the error itself, where the run keeps none */
  refuse(error: HostError, row: RejectedRow): void;
  /** Removes rows by value; without columns all of them. */
  remove(where: Row, number: number): void;
  /**
   * Hands all rows of a read to the target as a whole, in the place of every `add`. Absent: it takes rows only.
   * @returns how many there are; undefined: they have to come one by one, and none was taken
   */
  take?(relation: Relation): Promise<number | undefined>;
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
  /** Their numbers, where some rows are left out. */
  #numbers: number[] = [];
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
    if (!this.#passes('upsert', row, number)) return;
    this.#measure(row);
    const builder = this.#builder;
    if (builder) {
      if (this.#options.bad) this.#gather('upsert', row, number, () => builder.upsert(row, number));
      else builder.upsert(row, number);
      return;
    }
    if (this.#rows.length === 0) this.#firstRow = number;
    this.#rows.push(row);
    if (this.#options.bad) this.#numbers.push(number);
  }

  update(row: Row, number: number): void {
    if (!this.#passes('update', row, number)) return;
    this.#measure(row);
    this.#gather('update', row, number, () => this.#builder?.update(row, number));
  }

  delete(key: Row, number: number): void {
    if (!this.#passes('delete', key, number)) return;
    this.#measure(key);
    this.#gather('delete', key, number, () => this.#builder?.delete(key, number));
  }

  refuse(error: HostError, row: RejectedRow): void {
    const { bad } = this.#options;
    if (!bad?.rejects.isOfRow(error)) throw error;
    bad.rejects.keep([row]);
  }

  remove(where: Row): void {
    this.#builder?.remove(where);
  }

  async flush(): Promise<void> {
    const { progress, queue } = this.#options;
    if (this.length === 0 || queue.isClosed) return;
    const batch = this.#builder?.take() ?? this.#plainBatch();
    this.clear();
    progress.enter('target');
    await queue.push(() => this.#write(batch));
    progress.enter('source');
  }

  async take(relation: Relation): Promise<number | undefined> {
    const { table, progress, queue, contract, bad } = this.#options;
    // Where something may become of a single row, it has to be looked at.
    if (!table.take || this.#builder || contract || bad || queue.isClosed) return undefined;
    let rows: number | undefined;
    await queue.push(async () => {
      killPoint('sync.before-flush');
      await this.#alter();
      progress.enter('target');
      rows = await table.take?.(relation);
      killPoint('sync.after-flush');
      this.#rowsFlushed += rows ?? 0;
      progress.rowsWritten += rows ?? 0;
    });
    await queue.drain();
    progress.enter('source');
    return rows;
  }

  clear(): void {
    this.#builder?.take();
    this.#rows = [];
    this.#numbers = [];
    this.#sampledRows = 0;
    this.#sampledBytes = 0;
    this.#longRows = 0;
    this.#longBytes = 0;
    this.#counted = 0;
  }

  committed(): void {
    this.#rowsCommitted = this.#rowsFlushed;
  }

  #plainBatch(): RowBatch {
    const batch = { rows: this.#rows, firstRow: this.#firstRow };
    return this.#options.bad ? { ...batch, numbers: this.#numbers } : batch;
  }

  /** Whether a row fits the declared columns, where that is asked before it is gathered. */
  #passes(operation: WriteOperation, row: Row, number: number): boolean {
    const problem = this.#options.bad?.screen.problem(operation, row, number);
    if (!problem) return true;
    this.refuse(problem, this.#rejected(problem, operation, row, number));
    return false;
  }

  /** Does a step that fails for a row without its key. */
  #gather(operation: WriteOperation, row: Row, number: number, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!this.#options.bad?.rejects.isOfRow(error)) throw error;
      this.refuse(error, this.#rejected(error, operation, row, number));
    }
  }

  #rejected(error: HostError, operation: WriteOperation, row: Row, number: number): RejectedRow {
    const { name, bad } = this.#options;
    return {
      table: name,
      number,
      code: error.code,
      reason: reasonOf(error),
      row,
      operation: operation === 'upsert' && bad?.hasKey === false ? 'insert' : operation,
      ...(bad?.schema ? { schema: bad.schema } : {}),
      ...bad?.unlogged?.(row),
    };
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
    const { tracker, progress, contract } = this.#options;
    killPoint('sync.before-flush');
    progress.enter('host');
    const batch = contract ? contract.hold(whole) : whole;
    tracker.observe(batch);
    await this.#alter();
    const written = await this.#hand(batch);
    killPoint('sync.after-flush');
    progress.enter('source');
    this.#rowsFlushed += written;
    progress.rowsWritten += written;
  }

  /** Gives a batch to the target, without the rows that it refuses. @returns how many rows were written */
  async #hand(given: RowBatch): Promise<number> {
    const { table, bad } = this.#options;
    let batch = given;
    for (let refused = 0; refused < MAX_REFUSED || batch.rows.length < 2; refused += 1) {
      try {
        await table.write(batch);
        return writtenRows(batch);
      } catch (error) {
        if (!bad?.rejects.isOfRow(error)) throw error;
        batch = this.#withoutRefused(batch, error);
      }
    }
    const [first, second] = halves(batch);
    return (await this.#hand(first)) + (await this.#hand(second));
  }

  /** Child rows have the number of their root row, so of those with one number all are refused together. */
  #withoutRefused(batch: RowBatch, error: HostError): RowBatch {
    const isRefused = (i: number): boolean => rowNumber(batch, i) === error.details.row;
    const refused = batch.rows.flatMap((row, i) =>
      isRefused(i) ? [this.#rejected(error, operationOf(batch.kinds?.[i]), row, rowNumber(batch, i))] : [],
    );
    // It is none of these rows, so nothing is won without one.
    if (refused.length === 0) throw error;
    this.#options.bad?.rejects.keep(refused);
    return withoutRows(batch, isRefused);
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

function writtenRows({ kinds, rows }: RowBatch): number {
  return kinds ? kinds.filter((kind) => kind !== DELETE).length : rows.length;
}

function operationOf(kind = UPSERT): WriteOperation {
  if (kind === DELETE) return 'delete';
  return kind === UPSERT ? 'upsert' : 'update';
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
