import { ConfigError } from '../../sdk/errors.js';
import { Segments, type Segment } from '../sql/segments.js';
import { KIND, ROW } from '../sql/sql-database.js';
import { UPSERT, type RowBatch, type TableColumn } from '../target.js';
import { RESERVED_PREFIX } from './bookkeeping.js';
import { copyWriter, type CopyWriter } from './copy-text.js';
import { alterTableSql, createTableSql } from './ddl.js';
import { copySql } from './postgres-database.js';
import type { Link } from './link.js';
import { quoteTemporary } from './sql.js';

/** What a {@link Stage} is made of. */
export interface StageOptions {
  readonly link: Link;
  /** Unique among the temporary tables of the connection. */
  readonly physicalName: string;
  /** Name for people and errors. */
  readonly table: string;
  readonly columns: readonly TableColumn[];
  /** Told of rows that the server refused when a statement that is not of this stage came next; absent: that one fails. */
  readonly onRefused?: (error: Error) => void;
}

/**
 * Gathers the rows of one table between two commits, in a temporary table. The order of its rows is the order of the
 * operations; what cannot be said by rows, removals by value, is kept beside it with its place in that order.
 */
export class Stage {
  readonly physicalName: string;
  readonly #link: Link;
  readonly #table: string;
  readonly #onRefused: ((error: Error) => void) | undefined;
  #columns: readonly TableColumn[];
  #exists = false;
  #write: CopyWriter | undefined;
  #batch: RowBatch | undefined;
  #rows = 0;
  #columnSets: readonly (readonly string[])[] = [];
  #segments = new Segments();

  constructor({ link, physicalName, table, columns, onRefused }: StageOptions) {
    this.#link = link;
    this.physicalName = physicalName;
    this.#table = table;
    this.#onRefused = onRefused;
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
    const before = this.#columns;
    this.#columns = columns;
    this.#write = undefined;
    this.#refuseOwnNames();
    if (!this.#exists) return;
    for (const statement of alterTableSql(quoteTemporary(this.physicalName), before, columns))
      await this.#link.connection.run(statement);
  }

  /** @throws RowError for a value that does not convert; then nothing of the batch is taken */
  async append(batch: RowBatch): Promise<void> {
    const lines = batch.rows.length > 0 ? this.#linesOf(batch) : undefined;
    this.#segments.take(batch, this.#rows);
    this.#columnSets = batch.columnSets ?? this.#columnSets;
    if (!lines) return;
    await this.#make();
    const copy = await this.#link.connection.copyInto(this.#copyStatement(), this.#onRefused);
    await copy.write(lines, batch);
    this.#rows += batch.rows.length;
  }

  /** Called before a commit reads it, when no rows are on their way. */
  async analyze(): Promise<void> {
    // Nobody else tells the planner how large it is.
    if (this.#rows > 0) await this.#link.connection.run(`ANALYZE ${quoteTemporary(this.physicalName)}`);
  }

  /** Empties the table, inside the transaction that applied it; {@link forget} follows. */
  async truncate(): Promise<void> {
    if (this.#rows > 0) await this.#link.connection.run(`TRUNCATE ${quoteTemporary(this.physicalName)}`);
  }

  /** Called when the rows are gone. @param isTableGone true: the table went with its connection or transaction */
  forget(isTableGone: boolean): void {
    if (isTableGone) this.#exists = false;
    this.#rows = 0;
    this.#segments = new Segments();
  }

  /** Drops the table with its rows. */
  async drop(): Promise<void> {
    if (this.#exists)
      await this.#link.connection.run(`DROP TABLE IF EXISTS ${quoteTemporary(this.physicalName)}`);
    this.forget(true);
  }

  #linesOf(batch: RowBatch): Buffer {
    this.#write ??= copyWriter(
      this.#table,
      // Rows of keys and patches lack most columns; whoever writes has checked the others.
      this.#columns.map((column) => ({ ...column, nullable: true })),
      (i) => `${this.#rows + i}\t${this.#batch?.kinds?.[i] ?? UPSERT}\t`,
    );
    this.#batch = batch;
    return this.#write(batch);
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
    await this.#link.connection.run(
      createTableSql(this.physicalName, this.#columns, {
        kind: 'TEMPORARY',
        own: [
          { name: ROW, sqlType: 'integer NOT NULL' },
          { name: KIND, sqlType: 'integer NOT NULL' },
        ],
      }),
    );
    this.#exists = true;
  }

  #copyStatement(): string {
    const names = this.#columns.map(({ name }) => name);
    return copySql(quoteTemporary(this.physicalName), [ROW, KIND, ...names]);
  }
}
