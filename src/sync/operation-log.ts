import { ConfigError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import type { TableColumn } from '../targets/target.js';
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

/** Writes the operations on one table down as rows, for targets that cannot apply them. */
export class OperationLog implements TableSink {
  readonly #buffer: TableSink;
  readonly #table: string;
  readonly #style: LogStyle;
  #rows = 0;

  /** @param buffer takes the rows; with `one-table` it is that of all tables */
  constructor(buffer: TableSink, table: string, style: LogStyle) {
    this.#buffer = buffer;
    this.#table = table;
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
    this.#log('upsert', row, number);
  }

  update(row: Row, number: number): void {
    this.#log('update', row, number);
  }

  delete(key: Row, number: number): void {
    this.#log('delete', key, number);
  }

  remove(where: Row, number: number): void {
    this.#log(Object.keys(where).length === 0 ? 'truncate' : 'deleteWhere', where, number);
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

  #log(op: string, row: Row, number: number): void {
    this.#buffer.add(this.#logged(op, row), number);
    this.#rows += 1;
  }

  #logged(op: string, row: Row): Row {
    switch (this.#style) {
      case 'each-table':
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

/**
 * Refuses what a log cannot hold.
 * @throws ConfigError TARGET_MODE_UNSUPPORTED
 */
export function checkLogMode(style: LogStyle, table: string, mode: string, key: readonly string[]): void {
  if (style !== 'each-table' || mode === 'append' || key.length === 0) return;
  throw new ConfigError(`the target cannot replace rows of table "${table}" by key`, {
    code: 'TARGET_MODE_UNSUPPORTED',
    action:
      'Run with --mode append, which writes every operation down with a column _op, or load into a database.',
    details: { table },
  });
}
