import { ConfigError, type HostError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import type { WriteOperation } from '../sdk/writer/index.js';
import type { DeleteMode, RejectedRow, RejectedSchema, TableColumn, WriteMode } from '../targets/target.js';
import { setField } from '../targets/values/row-field.js';
import { keyMissing } from './row-batch-builder.js';
import { reasonOf } from './row-rejects.js';
import type { TableReport } from './run-report.js';
import type { TableSink } from './table-buffer.js';

/** Column of a table of operations that says what each row does. */
const OP = '_op';

/** The column that rows get where each table has its own log. */
export const OP_COLUMN: TableColumn = { name: OP, type: 'string', declared: true, nullable: false };

/** Name and columns of the one table that holds the operations on all others. */
export const LOG_TABLE = 'operations';
export const LOG_COLUMNS: readonly TableColumn[] = [
  { name: 'table', type: 'string', declared: true, nullable: false },
  { name: 'op', type: 'string', declared: true, nullable: false },
  { name: 'row', type: 'json', declared: true, nullable: true },
];

/**
 * How operations become rows: `each-table` gets a column, `one-table` holds those of all tables, and with `rows` only
 * whole rows can be written.
 */
export type LogStyle = 'each-table' | 'one-table' | 'rows';

/** The table whose operations a log holds. */
export interface LogSubject {
  readonly name: string;
  /** Columns of the primary key; empty: it has none. */
  readonly key: readonly string[];
  /** What the source declared. */
  readonly schema: RejectedSchema | undefined;
}

/** Writes the operations on one table down as rows, for targets that cannot apply them. */
export class OperationLog implements TableSink {
  readonly #buffer: TableSink;
  readonly #table: string;
  readonly #key: readonly string[];
  readonly #schema: RejectedSchema | undefined;
  readonly #style: LogStyle;
  #rows = 0;

  /** @param buffer takes the rows; with `one-table` it is that of all tables */
  constructor(buffer: TableSink, { name, key, schema }: LogSubject, style: LogStyle) {
    this.#buffer = buffer;
    this.#table = name;
    this.#key = key;
    this.#schema = schema;
    this.#style = style;
  }

  get isFull(): boolean {
    return this.#buffer.isFull;
  }

  get length(): number {
    return this.#buffer.length;
  }

  get bytes(): number {
    return this.#buffer.bytes;
  }

  get rowsFlushed(): number {
    return this.#buffer.rowsFlushed;
  }

  report(takesBack: boolean): TableReport {
    const report = this.#buffer.report(takesBack);
    return this.#style === 'one-table' ? { ...report, name: this.#table, rows: this.#rows } : report;
  }

  add(row: Row, number: number): void {
    if (this.#hasKey('upsert', row, number)) this.#log('upsert', row, number);
  }

  update(row: Row, number: number): void {
    if (this.#hasKey('update', row, number)) this.#log('update', row, number);
  }

  delete(key: Row, number: number): void {
    if (!this.#hasKey('delete', key, number)) return;
    const only: Row = {};
    for (const name of this.#key) setField(only, name, key[name]);
    this.#log('delete', only, number);
  }

  remove(where: Row, number: number): void {
    this.#log(Object.keys(where).length === 0 ? 'truncate' : 'deleteWhere', where, number);
  }

  refuse(error: HostError, row: RejectedRow): void {
    this.#buffer.refuse(error, row);
  }

  flush(): Promise<void> {
    return this.#buffer.flush();
  }

  clear(): void {
    this.#buffer.clear();
  }

  committed(): void {
    this.#buffer.committed();
  }

  async addColumns(names: readonly string[]): Promise<void> {
    if (this.#style !== 'one-table') await this.#buffer.addColumns(names);
  }

  #hasKey(operation: WriteOperation, row: Row, number: number): boolean {
    for (const name of this.#key) {
      const value = Object.hasOwn(row, name) ? row[name] : undefined;
      if (value !== null && value !== undefined) continue;
      const error = keyMissing(this.#table, name, number);
      const { code } = error;
      this.refuse(error, {
        table: this.#table,
        number,
        code,
        reason: reasonOf(error),
        row,
        operation,
        ...(this.#schema ? { schema: this.#schema } : {}),
        ...(this.#style === 'rows' ? {} : { isLogged: true }),
      });
      return false;
    }
    return true;
  }

  #log(op: string, row: Row, number: number): void {
    this.#buffer.add(this.#logged(op, row), number);
    this.#rows += 1;
  }

  #logged(op: string, row: Row): Row {
    switch (this.#style) {
      case 'each-table':
        if (Object.hasOwn(row, OP)) throw ownOp(this.#table);
        return { [OP]: op, ...row };
      case 'one-table':
        return { table: this.#table, op, row };
      default:
        if (op === 'upsert') return row;
        throw new ConfigError(
          `the target takes whole rows only, and table "${this.#table}" gets the operation "${op}"`,
          {
            code: 'TARGET_MODE_UNSUPPORTED',
            action: 'Load into a database, for example --to warehouse.duckdb.',
            details: { table: this.#table },
          },
        );
    }
  }
}

/** What a row of a table of operations stands for, so that it can be given again as what it was. */
export function unlogged(style: LogStyle): ((row: Row) => Unlogged) | undefined {
  if (style === 'rows') return undefined;
  if (style === 'one-table') {
    return ({ table, op, row }) => ({
      table: String(table),
      operation: op as WriteOperation,
      row: row as Row,
      isLogged: true,
    });
  }
  return ({ [OP]: op, ...row }) => ({ operation: op as WriteOperation, row, isLogged: true });
}

/** A row as it was before it was written down. */
type Unlogged = Pick<RejectedRow, 'row'> & Partial<Pick<RejectedRow, 'table' | 'operation' | 'isLogged'>>;

/** A table whose operations are to be written down. */
export interface LoggedTable {
  readonly table: string;
  readonly mode: WriteMode;
  readonly key: readonly string[];
  readonly columns: readonly TableColumn[];
  /** Absent: hard. */
  readonly deletes: DeleteMode | undefined;
}

/**
 * Refuses what a log cannot hold.
 * @throws ConfigError TARGET_MODE_UNSUPPORTED, COLUMN_NAME_INVALID
 */
export function checkLog(style: LogStyle, { table, mode, key, columns, deletes }: LoggedTable): void {
  if (style !== 'rows' && deletes === 'soft') {
    throw new ConfigError(
      `the target writes the operations on table "${table}" down, so it marks no row as deleted`,
      {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Leave --deletes soft out; the deletes are among the operations.',
        details: { table },
      },
    );
  }
  if (style !== 'each-table') return;
  if (columns.some(({ name }) => name === OP)) throw ownOp(table);
  if (mode === 'append' || key.length === 0) return;
  throw new ConfigError(`the target cannot replace rows of table "${table}" by key`, {
    code: 'TARGET_MODE_UNSUPPORTED',
    action:
      'Run with --mode append, which writes every operation down with a column _op, with --mode overwrite, or load into a database.',
    details: { table },
  });
}

function ownOp(table: string): ConfigError {
  return new ConfigError(`table "${table}" has a column "${OP}", a name that the host needs itself`, {
    code: 'COLUMN_NAME_INVALID',
    details: { table, column: OP },
  });
}
