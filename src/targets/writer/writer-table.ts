import { ConfigError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import type { DatasetWriter, RowsInfo, WriteOperation } from '../../sdk/writer/index.js';
import { rowKey, type RowNaming, type RowOrigin } from '../row-key.js';
import { DELETE, rowNumber, UPSERT, type RowBatch, type TableRequest, type TargetTable } from '../target.js';
import { rowJson, type RowJson } from '../values/json-value.js';

/** What a {@link WriterTable} works with. */
export interface WriterTableParts {
  readonly request: TableRequest;
  readonly writer: DatasetWriter;
  /** For errors. */
  readonly connector: string;
  /** Runs a step of the writer; names its errors, and ends with the run. */
  readonly call: <T>(step: () => Promise<T>) => Promise<T>;
  readonly naming: RowNaming;
  /** Whether the whole row of a number is inserted, whatever the mode says; absent: the mode says it of all. */
  readonly isInsert: ((number: number) => boolean) | undefined;
  /** What the run goes on from now. */
  readonly origin: () => RowOrigin;
  /** Called after each batch. */
  readonly onWritten: () => Promise<void>;
}

/** The rows of one batch that follow each other and have one operation. */
interface Run {
  readonly operation: WriteOperation;
  readonly start: number;
  readonly end: number;
}

/** One table whose rows and operations go to a writer, in their order. */
export class WriterTable implements TargetTable {
  readonly existing = null;
  readonly #parts: WriterTableParts;
  readonly #wholeRow: RowJson;
  /** A key or a patch lacks columns that a whole row must have. */
  readonly #partOfRow: RowJson;
  readonly #writesWhole: WriteOperation;

  constructor(parts: WriterTableParts) {
    const { name, columns, primaryKey, mode, hasOperations = false } = parts.request;
    this.#parts = parts;
    // Only declared columns are converted, and a schema change adds none of those.
    this.#wholeRow = rowJson(name, columns);
    this.#partOfRow = rowJson(
      name,
      columns.map((column) => ({ ...column, nullable: true })),
    );
    // Where operations replace a table as a whole, a key may come more than once.
    const isByKey = primaryKey.length > 0 && (mode === 'merge' || (mode === 'overwrite' && hasOperations));
    this.#writesWhole = isByKey ? 'upsert' : 'insert';
  }

  async alter(): Promise<void> {
    // A writer sees the columns of each row.
  }

  async write(batch: RowBatch): Promise<void> {
    this.#refuseRemovals(batch);
    const runs = this.#runs(batch);
    for (const { operation } of runs) this.refuseUnsupported(operation);
    const rows = batch.rows.map((row, i) => {
      const convert = (batch.kinds?.[i] ?? UPSERT) === UPSERT ? this.#wholeRow : this.#partOfRow;
      return convert(row, rowNumber(batch, i));
    });
    const numbers = rows.map((_, i) => rowNumber(batch, i));
    for (const { operation, start, end } of runs) {
      const isAll = end - start === rows.length;
      const part = isAll ? rows : rows.slice(start, end);
      await this.send(operation, part, isAll ? numbers : numbers.slice(start, end));
    }
  }

  /**
   * Gives rows of one operation to the writer.
   * @param rows converted already
   */
  async send(operation: WriteOperation, rows: readonly Row[], numbers: readonly number[]): Promise<void> {
    const { writer, call, onWritten } = this.#parts;
    const info = this.#info(operation, rows, numbers);
    await call(async () => {
      if (operation === 'update') return writer.updateRows?.(rows, info);
      if (operation === 'delete') return writer.deleteRows?.(rows, info);
      if (writer.writeRows) return writer.writeRows(rows, info);
      for (const row of rows) {
        // Most writers only buffer here; a promise for each row would cost more than the row.
        const waiting = writer.writeRow(row);
        if (waiting) await waiting;
      }
    });
    await onWritten();
  }

  /** @throws ConfigError TARGET_MODE_UNSUPPORTED where the writer has no method for an operation */
  refuseUnsupported(operation: WriteOperation): void {
    const { writer, connector, request } = this.#parts;
    const method = operation === 'update' ? 'updateRows' : operation === 'delete' ? 'deleteRows' : undefined;
    if (method === undefined || writer[method]) return;
    const what = operation === 'update' ? 'changes some columns of a row' : 'deletes a row';
    throw new ConfigError(
      `the writer of connector "${connector}" has no ${method}, and the run ${what} of table "${request.name}"`,
      {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: `Write ${method} in the connector, or load into a database.`,
        details: { connector, table: request.name },
      },
    );
  }

  #runs(batch: RowBatch): Run[] {
    const { rows, kinds } = batch;
    if (rows.length === 0) return [];
    if (!kinds && !this.#parts.isInsert)
      return [{ operation: this.#writesWhole, start: 0, end: rows.length }];
    const runs: Run[] = [];
    let start = 0;
    for (let i = 1; i <= rows.length; i += 1) {
      const operation = this.#operationOf(batch, start);
      if (i < rows.length && this.#operationOf(batch, i) === operation) continue;
      runs.push({ operation, start, end: i });
      start = i;
    }
    return runs;
  }

  #operationOf(batch: RowBatch, index: number): WriteOperation {
    const kind = batch.kinds?.[index] ?? UPSERT;
    const { isInsert } = this.#parts;
    if (kind === UPSERT) return isInsert?.(rowNumber(batch, index)) === true ? 'insert' : this.#writesWhole;
    return kind === DELETE ? 'delete' : 'update';
  }

  #info(operation: WriteOperation, rows: readonly Row[], numbers: readonly number[]): RowsInfo {
    const { origin, naming, request } = this.#parts;
    const { name: table, primaryKey } = request;
    // Of now: the writer may ask when a commit has gone by.
    const from = origin();
    return {
      operation,
      numbers,
      rowKey: (i) => {
        const [row, number] = [rows[i], numbers[i]];
        if (!row || number === undefined) throw new RangeError(`there is no row ${i} among ${rows.length}`);
        return rowKey(from, { table, operation, number, row }, naming, primaryKey);
      },
    };
  }

  #refuseRemovals({ removals = [] }: RowBatch): void {
    const [first] = removals;
    if (!first) return;
    const { connector, request } = this.#parts;
    const operation = Object.keys(first.where).length === 0 ? 'truncate' : 'deleteWhere';
    throw new ConfigError(
      `an endpoint removes rows by key only, and table "${request.name}" gets the operation "${operation}"`,
      {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Load into a database, and send that to the endpoint with --mode mirror.',
        details: { connector, table: request.name },
      },
    );
  }
}
