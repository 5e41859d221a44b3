import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { RowBatch, SchemaChange, TableColumn, TargetTable } from '../target.js';
import { ChunkAppender } from './chunk-appender.js';
import { quoteName, quoteText, sqlType } from './sql.js';
import { registerTextFunctions, widenedExpression } from './widen-to-text.js';

/** One table that a session fills: the table itself with append, its shadow with overwrite. */
export interface DuckdbTableOptions {
  readonly connection: DuckDBConnection;
  /** Name for people and errors. */
  readonly name: string;
  /** Name of the table that rows are appended to. */
  readonly physicalName: string;
  readonly columns: readonly TableColumn[];
  readonly existing: readonly TableColumn[] | null;
}

/** Appends rows to one table. Its statements run in the session's transaction. */
export class DuckdbTable implements TargetTable {
  readonly existing: readonly TableColumn[] | null;
  readonly #connection: DuckDBConnection;
  readonly #name: string;
  readonly #physicalName: string;
  #columns: readonly TableColumn[];
  #appender: ChunkAppender | undefined;
  /** Rows that came before the first column did. */
  #rowsWithoutColumns = 0;

  constructor({ connection, name, physicalName, columns, existing }: DuckdbTableOptions) {
    this.existing = existing;
    this.#connection = connection;
    this.#name = name;
    this.#physicalName = physicalName;
    this.#columns = existing ?? columns;
  }

  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  /** Makes the table where it does not exist yet; DuckDB has no table without columns, so it may have to wait. */
  async create(): Promise<void> {
    if (this.#columns.length === 0) return;
    const columns = this.#columns.map(({ name, type }) => `${quoteName(name)} ${sqlType(type)}`);
    await this.#run(`CREATE TABLE ${quoteName(this.#physicalName)} (${columns.join(', ')})`);
    if (this.#rowsWithoutColumns === 0) return;
    const nulls = this.#columns.map(() => 'NULL').join(', ');
    await this.#run(
      `INSERT INTO ${quoteName(this.#physicalName)} SELECT ${nulls} FROM range(${this.#rowsWithoutColumns})`,
    );
  }

  async alter({ columns, added, retyped }: SchemaChange): Promise<void> {
    const isNew = this.#columns.length === 0;
    this.closeAppender();
    this.#columns = columns;
    if (isNew) return this.create();
    for (const { name, type } of added) await this.#alter(`ADD COLUMN ${quoteName(name)} ${sqlType(type)}`);
    if (retyped.some(({ to }) => to === 'string')) registerTextFunctions(this.#connection);
    for (const { name, from, to } of retyped) {
      const type = sqlType(to);
      await this.#alter(
        `ALTER COLUMN ${quoteName(name)} TYPE ${type} USING ${widenedExpression(name, from, to, type)}`,
      );
    }
  }

  async write(batch: RowBatch): Promise<void> {
    if (this.#columns.length === 0) {
      this.#rowsWithoutColumns += batch.rows.length;
      return;
    }
    this.#appender ??= new ChunkAppender(await this.#openAppender(), this.#name, this.#columns);
    this.#appender.append(batch);
  }

  async integersAreExact(column: string): Promise<boolean> {
    this.closeAppender();
    const name = quoteName(column);
    const result = await this.#connection.runAndReadAll(
      `SELECT coalesce(bool_and(abs(CAST(${name} AS HUGEINT)) <= ${Number.MAX_SAFE_INTEGER}), true)
       FROM ${quoteName(this.#physicalName)}`,
    );
    return result.getRows()[0]?.[0] === true;
  }

  /** Writes the comments of the columns that have one. */
  async comment(table: string): Promise<void> {
    for (const { name, comment } of this.#columns) {
      if (comment === undefined) continue;
      await this.#run(`COMMENT ON COLUMN ${quoteName(table)}.${quoteName(name)} IS ${quoteText(comment)}`);
    }
  }

  /** Hands everything appended so far to DuckDB. Needed before any other statement on the table. */
  closeAppender(): void {
    this.#appender?.close();
    this.#appender = undefined;
  }

  /** Drops what was appended since the last statement on the table. */
  discardAppender(): void {
    this.#appender?.discard();
    this.#appender = undefined;
  }

  #openAppender(): Promise<DuckDBAppender> {
    return this.#connection.createAppender(this.#physicalName);
  }

  #alter(action: string): Promise<unknown> {
    return this.#run(`ALTER TABLE ${quoteName(this.#physicalName)} ${action}`);
  }

  #run(sql: string): Promise<unknown> {
    return this.#connection.run(sql);
  }
}
