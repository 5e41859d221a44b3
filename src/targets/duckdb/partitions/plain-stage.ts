import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { PartitionStage } from '../../sql/partitions/partition-database.js';
import type { Segment } from '../../sql/segments.js';
import type { RowBatch, TableColumn } from '../../target.js';
import { ChunkAppender, ChunkMaker } from '../chunk-appender.js';
import { CHUNK_ROWS } from '../column-writer.js';
import { alterTable, createTableSql } from '../ddl.js';
import { quoteName } from '../sql.js';
import type { HeldChunks } from './held-chunks.js';

/** What a {@link PlainStage} is made of. */
export interface PlainStageParts {
  readonly connection: DuckDBConnection;
  /** Unique among the temporary tables of the connection. */
  readonly physicalName: string;
  /** Name for people and errors. */
  readonly table: string;
  readonly columns: readonly TableColumn[];
  readonly held: HeldChunks;
}

/**
 * Rows that are only added: they wait as the chunks that they are appended by, so that a commit writes them to the table
 * itself, once. Where there are too many for memory they go to a temporary table.
 */
export class PlainStage implements PartitionStage {
  readonly physicalName: string;
  readonly columnSets = [];
  readonly #parts: PlainStageParts;
  #columns: readonly TableColumn[];
  #maker: ChunkMaker;
  /** The types of the columns. */
  #form: string;
  #chunks: DuckDBDataChunk[] = [];
  #rows = 0;
  /** Set where rows are in a temporary table. */
  #isSpilled = false;
  #appender: ChunkAppender | undefined;

  constructor(parts: PlainStageParts) {
    this.physicalName = parts.physicalName;
    this.#parts = parts;
    this.#columns = parts.columns;
    this.#form = formOf(parts.columns);
    this.#maker = this.#makeMaker();
  }

  get rows(): number {
    return this.#rows;
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  get segments(): readonly Segment[] {
    return [{ from: 0, to: this.#rows, isMixed: false, removals: [], columns: [] }];
  }

  tryAppend(batch: RowBatch): boolean {
    const { held } = this.#parts;
    const room = Math.ceil(batch.rows.length / CHUNK_ROWS);
    if (this.#isSpilled || !held.take(room)) return false;
    try {
      this.#chunks.push(...this.#maker.make(batch));
    } catch (error) {
      held.give(room);
      throw error;
    }
    this.#rows += batch.rows.length;
    return true;
  }

  async append(batch: RowBatch): Promise<void> {
    if (this.tryAppend(batch)) return;
    // Before anything else, since of a batch that is refused nothing may stay.
    const chunks = this.#maker.make(batch);
    await this.#spill();
    (await this.#openAppender()).appendChunks(chunks);
    this.#rows += batch.rows.length;
  }

  async alter(columns: readonly TableColumn[]): Promise<void> {
    if (this.#rows > 0) {
      await this.flush();
      await alterTable(this.#parts.connection, this.physicalName, this.#columns, columns);
    }
    this.#columns = columns;
    this.#form = formOf(columns);
    this.#maker = this.#makeMaker();
  }

  async flush(): Promise<void> {
    await this.#spill();
    this.#appender?.close();
    this.#appender = undefined;
  }

  canPour(columns: readonly TableColumn[]): boolean {
    const form = (all: readonly TableColumn[]): string =>
      JSON.stringify(all.map(({ name, type }) => [name, type]));
    return !this.#isSpilled && form(columns) === form(this.#columns);
  }

  /** Appends its rows to a table of its columns, for {@link canPour} said so. */
  pour(appender: DuckDBAppender): void {
    for (const chunk of this.#chunks) appender.appendDataChunk(chunk);
  }

  async clear(): Promise<void> {
    this.#appender?.discard();
    this.#appender = undefined;
    this.#letGo();
    this.#rows = 0;
    if (!this.#isSpilled) return;
    this.#isSpilled = false;
    await this.#parts.connection.run(`DROP TABLE IF EXISTS ${quoteName(this.physicalName)}`);
  }

  #makeMaker(): ChunkMaker {
    const { table, held } = this.#parts;
    return new ChunkMaker(table, this.#columns, { spare: () => held.spare(this.#form) });
  }

  #letGo(): void {
    this.#parts.held.release(this.#form, this.#chunks);
    this.#chunks = [];
  }

  async #spill(): Promise<void> {
    if (this.#isSpilled) return;
    const { connection } = this.#parts;
    await connection.run(createTableSql(this.physicalName, this.#columns, { temporary: true }));
    this.#isSpilled = true;
    if (this.#chunks.length > 0) (await this.#openAppender()).appendChunks(this.#chunks);
    this.#letGo();
  }

  async #openAppender(): Promise<ChunkAppender> {
    const { connection, table } = this.#parts;
    this.#appender ??= new ChunkAppender(
      await connection.createAppender(this.physicalName, null, 'temp'),
      table,
      this.#columns,
    );
    return this.#appender;
  }
}

function formOf(columns: readonly TableColumn[]): string {
  return columns.map(({ type }) => type ?? '').join();
}
