import type { DuckDBConnection } from '@duckdb/node-api';
import { killPoint } from '../kill-point.js';
import type { Relation } from '../relation.js';
import type { RowBatch, SchemaChange, TableBefore, TableColumn, TargetTable } from '../target.js';
import { ChunkAppender } from './chunk-appender.js';
import { alterTable, createTableSql } from './ddl.js';
import { DuckdbRelation, RelationFailure } from './duckdb-relation.js';
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
    this.#appender ??= await this.#openAppender();
    this.#appender.append(batch);
    killPoint('duckdb.after-shadow-rows');
  }

  async take(relation: Relation): Promise<number | undefined> {
    if (!(relation instanceof DuckdbRelation) || !relation.fits(this.#columns)) return undefined;
    this.#appender = await this.#openAppender();
    let rows = 0;
    try {
      for await (const chunk of relation.chunks(this.#columns)) {
        this.#appender.appendChunks([chunk]);
        rows += chunk.rowCount;
        killPoint('duckdb.after-shadow-rows');
      }
    } catch (error) {
      if (!(error instanceof RelationFailure)) throw error;
      this.discard();
      await this.#connection.run(`DROP TABLE ${quoteName(this.#physicalName)}`);
      await this.create();
      return undefined;
    }
    return rows;
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

  async #openAppender(): Promise<ChunkAppender> {
    const appender = await this.#connection.createAppender(this.#physicalName);
    return new ChunkAppender(appender, this.#name, this.#columns);
  }

  /** Needed before any other statement on the table. */
  #closeAppender(): void {
    this.#appender?.close();
    this.#appender = undefined;
  }
}
