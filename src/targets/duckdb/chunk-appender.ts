import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBDataChunk,
  FLOAT,
  INTEGER,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARCHAR,
  type DuckDBAppender,
  type DuckDBType,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { decimalDigits, type ColumnType } from '../../sdk/column-types.js';
import { UPSERT, type RowBatch, type TableColumn } from '../target.js';
import { CHUNK_ROWS, ColumnWriter } from './column-writer.js';

const VECTOR_TYPES: Partial<Record<ColumnType, DuckDBType>> = {
  string: VARCHAR,
  json: VARCHAR,
  boolean: BOOLEAN,
  int: INTEGER,
  bigint: BIGINT,
  float: FLOAT,
  double: DOUBLE,
  date: DATE,
  timestamp: TIMESTAMP,
  timestamptz: TIMESTAMPTZ,
  time: TIME,
  binary: BLOB,
};

/** Kinds and numbers of the rows of one chunk. Writing is synchronous, so one of each will do. */
const kinds = new Int32Array(CHUNK_ROWS);
const numbers = new Int32Array(CHUNK_ROWS);

/** How chunks are made; every field has a default. */
export interface ChunkMakerOptions {
  /** True: two columns before the others, each an INTEGER, take the numbers and the kinds of the rows. */
  readonly isStage?: boolean;
  /** Gives an empty chunk of these columns to write; undefined: a new one is made. */
  readonly spare?: () => DuckDBDataChunk | undefined;
}

/** Makes chunks of columns of batches of rows. */
export class ChunkMaker {
  readonly #types: readonly DuckDBType[];
  readonly #columns: readonly TableColumn[];
  readonly #writers: readonly ColumnWriter[];
  readonly #isStage: boolean;
  readonly #spare: () => DuckDBDataChunk | undefined;

  /** @param columns all columns of the table, in its order */
  constructor(table: string, columns: readonly TableColumn[], options: ChunkMakerOptions = {}) {
    const { isStage = false, spare = () => undefined } = options;
    this.#isStage = isStage;
    this.#spare = spare;
    this.#columns = columns;
    const types = columns.map(({ type }) => vectorType(type));
    this.#types = isStage ? [INTEGER, INTEGER, ...types] : types;
    this.#writers = columns.map((column) => new ColumnWriter(table, column));
  }

  /**
   * @param firstNumber of the first row, in a stage
   * @throws RowError for a value that does not convert
   */
  make(batch: RowBatch, firstNumber = 0): DuckDBDataChunk[] {
    const { rows, constants = {} } = batch;
    const first = this.#isStage ? 2 : 0;
    const chunks: DuckDBDataChunk[] = [];
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows.length - start);
      const chunk = this.#spare() ?? DuckDBDataChunk.create(this.#types);
      chunk.rowCount = count;
      for (const [index, writer] of this.#writers.entries()) {
        const vector = duckdb.data_chunk_get_vector(chunk.chunk, first + index);
        const constant = constants[this.#columns[index]?.name ?? ''];
        // One value for all rows, rather than a call for each.
        if (typeof constant === 'string')
          duckdb.vector_reference_value(vector, duckdb.create_varchar(constant));
        else writer.write(vector, { rows, start, count, batch });
      }
      if (this.#isStage) describeRows(chunk, batch, start, firstNumber);
      chunks.push(chunk);
    }
    return chunks;
  }
}

/** Appends batches of rows to a table as chunks of columns, the fastest way into DuckDB. */
export class ChunkAppender {
  readonly #appender: DuckDBAppender;
  readonly #maker: ChunkMaker;

  /** @see ChunkMaker @see ChunkMakerOptions */
  constructor(appender: DuckDBAppender, table: string, columns: readonly TableColumn[], isStage = false) {
    this.#appender = appender;
    this.#maker = new ChunkMaker(table, columns, { isStage });
  }

  /**
   * @param firstNumber of the first row, in a stage
   * @throws RowError for a value that does not convert; nothing of the batch is appended then
   */
  append(batch: RowBatch, firstNumber = 0): void {
    this.appendChunks(this.#maker.make(batch, firstNumber));
  }

  /** Appends what was made for the same columns. */
  appendChunks(chunks: readonly DuckDBDataChunk[]): void {
    for (const chunk of chunks) this.#appender.appendDataChunk(chunk);
  }

  /** Hands over what is buffered, and ends. */
  close(): void {
    this.#appender.flushSync();
    this.#appender.closeSync();
  }

  /** Drops what is buffered, and ends. Left to the garbage collector, it would be handed over after the rollback. */
  discard(): void {
    this.#appender.clear();
    this.#appender.closeSync();
  }
}

function describeRows(
  { chunk, rowCount }: DuckDBDataChunk,
  batch: RowBatch,
  start: number,
  firstNumber: number,
): void {
  for (let i = 0; i < rowCount; i += 1) {
    numbers[i] = firstNumber + start + i;
    kinds[i] = batch.kinds?.[start + i] ?? UPSERT;
  }
  for (const [index, values] of [numbers, kinds].entries()) {
    const vector = duckdb.data_chunk_get_vector(chunk, index);
    duckdb.copy_data_to_vector(vector, 0, values.buffer, 0, rowCount * values.BYTES_PER_ELEMENT);
  }
}

function vectorType(type: ColumnType | null): DuckDBType {
  if (type === null) return VARCHAR;
  const digits = decimalDigits(type);
  const found = digits ? DECIMAL(digits.precision, digits.scale) : VECTOR_TYPES[type];
  if (!found) throw new TypeError(`no vector type for column type ${type}`);
  return found;
}
