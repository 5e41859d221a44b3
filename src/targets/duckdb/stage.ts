import type { DuckDBConnection } from '@duckdb/node-api';
import { ConfigError } from '../../sdk/errors.js';
import { UPSERT, type RowBatch, type TableColumn } from '../target.js';
import { RESERVED_PREFIX } from './bookkeeping.js';
import { ChunkAppender } from './chunk-appender.js';
import { alterTable, createTableSql } from './ddl.js';
import { RelationFailure, type DuckdbRelation } from './duckdb-relation.js';
import { Segments, type Segment } from '../sql/segments.js';
import { KIND, ROW } from '../sql/sql-database.js';
import { quoteName } from './sql.js';

/** What a {@link Stage} is made of. */
export interface StageOptions {
  readonly connection: DuckDBConnection;
  /** Unique among the temporary tables of the connection. */
  readonly physicalName: string;
  /** Name for people and errors. */
  readonly table: string;
  readonly columns: readonly TableColumn[];
}

/**
 * Gathers the rows of one table between two commits, in a temporary table. The order of its rows is the order of the
 * operations; what cannot be said by rows, removals by value, is kept beside it with its place in that order.
 */
export class Stage {
  readonly physicalName: string;
  readonly #connection: DuckDBConnection;
  readonly #table: string;
  #columns: readonly TableColumn[];
  #exists = false;
  #appender: ChunkAppender | undefined;
  #rows = 0;
  #columnSets: readonly (readonly string[])[] = [];
  #segments = new Segments();

  constructor({ connection, physicalName, table, columns }: StageOptions) {
    this.#connection = connection;
    this.physicalName = physicalName;
    this.#table = table;
    this.#columns = columns;
    this.#refuseOwnNames();
  }

  /** Rows since it was cleared. */
  get rows(): number {
    return this.#rows;
  }

  get isEmpty(): boolean {
    return this.#rows === 0 && !this.#segments.hasRemovals;
  }

  get segments(): readonly Segment[] {
    return this.#segments.list(this.#rows);
  }

  get columnSets(): readonly (readonly string[])[] {
    return this.#columnSets;
  }

  /** Brings what is staged to the columns of the table. */
  async alter(columns: readonly TableColumn[]): Promise<void> {
    this.#closeAppender();
    if (this.#exists) await alterTable(this.#connection, this.physicalName, this.#columns, columns);
    this.#columns = columns;
    this.#refuseOwnNames();
  }

  async append(batch: RowBatch): Promise<void> {
    if (batch.rows.length > 0) {
      await this.#make();
      this.#appender ??= await this.#openAppender();
      this.#appender.append(batch, this.#rows);
    }
    // Only now, since of a batch that is refused nothing may stay.
    this.#segments.take(batch, this.#rows);
    this.#columnSets = batch.columnSets ?? this.#columnSets;
    this.#rows += batch.rows.length;
  }

  /**
   * Takes all rows of a relation, while there are none.
   * @returns how many there are; undefined: they could not be read so, and none was taken
   */
  async take(relation: DuckdbRelation): Promise<number | undefined> {
    await this.#make();
    this.#appender ??= await this.#openAppender();
    const own = [`CAST(row_number() OVER () - 1 AS INTEGER)`, `CAST(${UPSERT} AS INTEGER)`];
    try {
      for await (const chunk of relation.chunks(this.#columns, own)) {
        this.#appender.appendChunks([chunk]);
        this.#rows += chunk.rowCount;
      }
    } catch (error) {
      if (!(error instanceof RelationFailure)) throw error;
      await this.clear();
      return undefined;
    }
    return this.#rows;
  }

  /** Called before any statement reads it: hands over the rows that the appender still holds. */
  flush(): void {
    this.#closeAppender();
  }

  /** Forgets the rows: they were applied, or are not wanted. */
  async clear(): Promise<void> {
    this.#appender?.discard();
    this.#appender = undefined;
    if (this.#exists) await this.#connection.run(`DROP TABLE IF EXISTS ${quoteName(this.physicalName)}`);
    this.#exists = false;
    this.#rows = 0;
    this.#segments = new Segments();
  }

  /** @throws ConfigError for a column that has a name of the host's own */
  #refuseOwnNames(): void {
    const own = this.#columns.find(({ name }) => name.toLowerCase().startsWith(RESERVED_PREFIX));
    if (!own) return;
    throw new ConfigError(
      `table "${this.#table}" has a column "${own.name}", a name that the host needs itself`,
      { code: 'COLUMN_NAME_INVALID', details: { table: this.#table, column: own.name } },
    );
  }

  async #make(): Promise<void> {
    if (this.#exists) return;
    await this.#connection.run(
      createTableSql(this.physicalName, this.#columns, {
        temporary: true,
        own: [
          { name: ROW, sqlType: 'INTEGER' },
          { name: KIND, sqlType: 'INTEGER' },
        ],
      }),
    );
    this.#exists = true;
  }

  async #openAppender(): Promise<ChunkAppender> {
    const appender = await this.#connection.createAppender(this.physicalName, null, 'temp');
    // Rows of keys and patches lack most columns; whoever writes has checked the others.
    const columns = this.#columns.map((column) => ({ ...column, nullable: true }));
    return new ChunkAppender(appender, this.#table, columns, true);
  }

  #closeAppender(): void {
    this.#appender?.close();
    this.#appender = undefined;
  }
}
