import duckdb from '@duckdb/node-bindings';
import { decimalDigits, type ColumnType } from '../../sdk/column-types.js';
import type { RowError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { rowNumber, type RowBatch, type TableColumn } from '../target.js';
import { valueReader, type CanonicalValue, type ValueReader } from '../values/read-value.js';
import { rowError } from '../values/row-error.js';

/** Rows in a chunk at most: DuckDB's vector size. */
export const CHUNK_ROWS = 2048;

/** Scratch space for one column of a chunk, 16 bytes a value. Writing is synchronous, so one will do. */
const scratch = new ArrayBuffer(CHUNK_ROWS * 16);
const u8 = new Uint8Array(scratch);
const i16 = new Int16Array(scratch);
const i32 = new Int32Array(scratch);
const u32 = new Uint32Array(scratch);
const i64 = new BigInt64Array(scratch);
const f32 = new Float32Array(scratch);
const f64 = new Float64Array(scratch);
/** One bit a row, set where there is a value. */
const validity = new Uint8Array(CHUNK_ROWS / 8);

const TWO_32 = 2 ** 32;

const NO_FIELDS = Object.create(null) as Row;

/** The rows of one chunk. */
export interface ChunkRows {
  readonly rows: readonly Row[];
  readonly start: number;
  readonly count: number;
  /** The batch that the chunk is a part of, for errors. */
  readonly batch: RowBatch;
}

/**
 * Writes one column of rows into DuckDB's vectors: the one place where rows become columns. There is a function for
 * each type; each takes the usual values of its type at once and sends all others through the type's reader.
 */
export class ColumnWriter {
  readonly #table: string;
  readonly #column: TableColumn;
  readonly #read: ValueReader;
  readonly #fill: (vector: duckdb.Vector, chunk: ChunkRows) => void;
  /** Rows without a value in the chunk at hand. */
  #nulls = 0;
  #chunk: ChunkRows | undefined;

  constructor(table: string, column: TableColumn) {
    this.#table = table;
    this.#column = column;
    this.#read = valueReader(column.type);
    this.#fill = this.#filler(column.type);
  }

  /** @throws RowError for a value that does not convert */
  write(vector: duckdb.Vector, chunk: ChunkRows): void {
    this.#nulls = 0;
    this.#chunk = chunk;
    this.#fill(
      vector,
      this.#column.name in Object.prototype ? withOwnFields(chunk, this.#column.name) : chunk,
    );
    // A writer may live longer than its rows are needed.
    this.#chunk = undefined;
    if (this.#nulls === 0) return;
    duckdb.vector_ensure_validity_writable(vector);
    // DuckDB reads the mask in words of 64 rows.
    const bytes = Math.ceil(chunk.count / 64) * 8;
    duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, bytes);
  }

  #filler(type: ColumnType | null): (vector: duckdb.Vector, chunk: ChunkRows) => void {
    switch (type) {
      case null:
      case 'string':
        return this.#text;
      case 'json':
        return this.#readText;
      case 'bigint':
        return this.#bigint;
      case 'int':
      case 'date':
        return this.#int32;
      case 'double':
        return this.#double;
      case 'float':
        return this.#float;
      case 'boolean':
        return this.#boolean;
      case 'timestamp':
      case 'timestamptz':
      case 'time':
        return this.#micros;
      case 'binary':
        return this.#binary;
      default:
        return this.#decimal;
    }
  }

  #text(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) {
      const value = rows[start + i]?.[name];
      const text = typeof value === 'string' ? value : this.#other(value, i);
      if (text !== undefined) duckdb.vector_assign_string_element(vector, i, text as string);
    }
  }

  #readText(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) {
      const text = this.#other(rows[start + i]?.[name], i);
      if (text !== undefined) duckdb.vector_assign_string_element(vector, i, text as string);
    }
  }

  #bigint(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) {
      const value = rows[start + i]?.[name];
      if (Number.isSafeInteger(value)) setInt64(i, value as number);
      else this.#setInteger(i, this.#other(value, i));
    }
    duckdb.copy_data_to_vector(vector, 0, scratch, 0, count * 8);
  }

  #micros(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) this.#setInteger(i, this.#other(rows[start + i]?.[name], i));
    duckdb.copy_data_to_vector(vector, 0, scratch, 0, count * 8);
  }

  #int32(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) i32[i] = Number(this.#other(rows[start + i]?.[name], i) ?? 0);
    duckdb.copy_data_to_vector(vector, 0, scratch, 0, count * 4);
  }

  #double(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) {
      const value = rows[start + i]?.[name];
      f64[i] = typeof value === 'number' ? value : Number(this.#other(value, i) ?? 0);
    }
    duckdb.copy_data_to_vector(vector, 0, scratch, 0, count * 8);
  }

  #float(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) f32[i] = Number(this.#other(rows[start + i]?.[name], i) ?? 0);
    duckdb.copy_data_to_vector(vector, 0, scratch, 0, count * 4);
  }

  #boolean(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) {
      const value = rows[start + i]?.[name];
      u8[i] = (typeof value === 'boolean' ? value : this.#other(value, i)) ? 1 : 0;
    }
    duckdb.copy_data_to_vector(vector, 0, scratch, 0, count);
  }

  #binary(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name } = this.#column;
    for (let i = 0; i < count; i += 1) {
      const bytes = this.#other(rows[start + i]?.[name], i);
      if (bytes !== undefined) duckdb.vector_assign_string_element_len(vector, i, bytes as Uint8Array);
    }
  }

  /** Decimals are integers of 16, 32, 64 or 128 bits, by their precision. */
  #decimal(vector: duckdb.Vector, { rows, start, count }: ChunkRows): void {
    const { name, type } = this.#column;
    const precision = decimalDigits(type as ColumnType)?.precision ?? 0;
    const bytes = precision <= 4 ? 2 : precision <= 9 ? 4 : precision <= 18 ? 8 : 16;
    for (let i = 0; i < count; i += 1) {
      const text = this.#other(rows[start + i]?.[name], i) as string | undefined;
      const unscaled = text === undefined ? 0n : BigInt(text.replace('.', ''));
      if (bytes === 2) i16[i] = Number(unscaled);
      else if (bytes === 4) i32[i] = Number(unscaled);
      else if (bytes === 8) i64[i] = unscaled;
      else {
        i64[i * 2] = BigInt.asIntN(64, unscaled);
        i64[i * 2 + 1] = unscaled >> 64n;
      }
    }
    duckdb.copy_data_to_vector(vector, 0, scratch, 0, count * bytes);
  }

  #setInteger(i: number, value: CanonicalValue | undefined): void {
    if (typeof value === 'bigint') i64[i] = value;
    else setInt64(i, (value as number | undefined) ?? 0);
  }

  /** The canonical form of a value; undefined for null, which is noted in the validity mask. */
  #other(value: unknown, i: number): CanonicalValue | undefined {
    if (value === null || value === undefined) {
      if (!this.#column.nullable) throw this.#error(i, value);
      if (this.#nulls === 0) validity.fill(0xff);
      this.#nulls += 1;
      // One bit a row: byte i / 8, bit i % 8.
      validity[i >> 3] = (validity[i >> 3] as number) & ~(1 << (i & 7));
      return undefined;
    }
    const read = this.#read(value);
    if (read === undefined) throw this.#error(i, value);
    return read;
  }

  #error(i: number, value: unknown): RowError {
    const { batch, start } = this.#chunk as ChunkRows;
    return rowError(this.#table, this.#column, rowNumber(batch, start + i), value);
  }
}

/** The rows of a chunk, where a column is named like what every object inherits: such a thing is no value. */
function withOwnFields({ rows, start, count, batch }: ChunkRows, name: string): ChunkRows {
  const own = rows.slice(start, start + count).map((row) => (Object.hasOwn(row, name) ? row : NO_FIELDS));
  return { rows: own, start: 0, count, batch };
}

/** A safe integer as two halves, which costs no BigInt. */
function setInt64(i: number, value: number): void {
  u32[i * 2] = value;
  i32[i * 2 + 1] = Math.floor(value / TWO_32);
}
