import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { PartitionStage } from '../../sql/partitions/partition-database.js';
import type { Segment } from '../../sql/segments.js';
import type { RowBatch, TableColumn } from '../../target.js';
import { ChunkAppender, ChunkMaker } from '../chunk-appender.js';
import { CHUNK_ROWS } from '../column-writer.js';
import { alterTable, createTableSql } from '../ddl.js';
import { quoteName } from '../sql.js';

/** Chunks that all stages of a run may hold in memory: 2,048 rows each, about 300 KB and what long texts take. */
const MAX_CHUNKS = 400;

/** Bounds the chunks that the stages of a run hold. */
export interface HeldChunks {
  count: number;
}

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
  #chunks: DuckDBDataChunk[] = [];
  #rows = 0;
  /** Set where rows are in a temporary table. */
  #isSpilled = false;
  #appender: ChunkAppender | undefined;

  constructor(parts: PlainStageParts) {
    this.physicalName = parts.physicalName;
    this.#parts = parts;
    this.#columns = parts.columns;
    this.#maker = new ChunkMaker(parts.table, parts.columns);
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
    const chunks = Math.ceil(batch.rows.length / CHUNK_ROWS);
    if (this.#isSpilled || held.count + chunks > MAX_CHUNKS) return false;
    this.#keep(this.#maker.make(batch), batch.rows.length);
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
    this.#maker = new ChunkMaker(this.#parts.table, columns);
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

  async pour(table: string): Promise<void> {
    const appender = await this.#parts.connection.createAppender(table);
    const rows = new ChunkAppender(appender, this.#parts.table, this.#columns);
    try {
      rows.appendChunks(this.#chunks);
    } catch (error) {
      rows.discard();
      throw error;
    }
    rows.close();
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

  #keep(chunks: readonly DuckDBDataChunk[], rows: number): void {
    this.#chunks.push(...chunks);
    this.#parts.held.count += chunks.length;
    this.#rows += rows;
  }

  #letGo(): void {
    this.#parts.held.count -= this.#chunks.length;
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
