import type { DuckDBConnection } from '@duckdb/node-api';
import { killPoint } from '../kill-point.js';
import type { RowBatch, SchemaChange, TableBefore, TableColumn, TargetTable } from '../target.js';
import { ChunkAppender } from './chunk-appender.js';
import { alterTable, createTableSql } from './ddl.js';
import { integersAreExact } from './integers-are-exact.js';
import { quoteName } from './sql.js';

/** What a {@link DirectTable} is made of. */
export interface DirectTableOptions {
  /** Connection whose transaction all statements run in. */
  readonly connection: DuckDBConnection;
  /** Name for people and errors. */
  readonly name: string;
  /** Name of the table that rows are appended to. */
  readonly physicalName: string;
  readonly columns: readonly TableColumn[];
  readonly before: TableBefore | null;
}

/** A shadow that only gets rows: they are appended to it at once, without a stage. */
export class DirectTable implements TargetTable {
  readonly existing = null;
  readonly before: TableBefore | null;
  readonly #connection: DuckDBConnection;
  readonly #name: string;
  readonly #physicalName: string;
  #columns: readonly TableColumn[];
  #appender: ChunkAppender | undefined;
  /** Rows that came before the first column did. */
  #rowsWithoutColumns = 0;

  constructor({ connection, name, physicalName, columns, before }: DirectTableOptions) {
    this.before = before;
    this.#connection = connection;
    this.#name = name;
    this.#physicalName = physicalName;
    this.#columns = columns;
  }

  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  /** Makes the table; without columns it has to wait. */
  async create(): Promise<void> {
    if (this.#columns.length === 0) return;
    await this.#connection.run(createTableSql(this.#physicalName, this.#columns));
    if (this.#rowsWithoutColumns === 0) return;
    const nulls = this.#columns.map(() => 'NULL').join(', ');
    await this.#connection.run(
      `INSERT INTO ${quoteName(this.#physicalName)} SELECT ${nulls} FROM range(${this.#rowsWithoutColumns})`,
    );
  }

  async alter({ columns }: SchemaChange): Promise<void> {
    const before = this.#columns;
    this.#closeAppender();
    this.#columns = columns;
    if (before.length === 0) return this.create();
    await alterTable(this.#connection, this.#physicalName, before, columns);
  }

  async write(batch: RowBatch): Promise<void> {
    if (this.#columns.length === 0) {
      this.#rowsWithoutColumns += batch.rows.length;
      return;
    }
    this.#appender ??= new ChunkAppender(
      await this.#connection.createAppender(this.#physicalName),
      this.#name,
      this.#columns,
    );
    this.#appender.append(batch);
    killPoint('duckdb.after-shadow-rows');
  }

  async integersAreExact(column: string): Promise<boolean> {
    this.#closeAppender();
    return integersAreExact(this.#connection, this.#physicalName, column);
  }

  /** Hands everything appended so far to DuckDB. */
  flush(): void {
    this.#closeAppender();
  }

  /** Drops what was appended since the last statement on the table. */
  discard(): void {
    this.#appender?.discard();
    this.#appender = undefined;
  }

  /** Needed before any other statement on the table. */
  #closeAppender(): void {
    this.#appender?.close();
    this.#appender = undefined;
  }
}
