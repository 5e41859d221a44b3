import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { CHUNK_ROWS } from './column-writer.js';

/** Bytes of a value in a vector at most, without the text behind it. */
const VALUE = 16;
/** Texts of up to so many bytes lie in the vector itself. */
const SHORT = 12;

/** Bytes that a chunk of columns takes, about. */
export function chunkBytes({ chunk, rowCount }: DuckDBDataChunk): number {
  const columns = duckdb.data_chunk_get_column_count(chunk);
  // A vector has room for all rows of a chunk, however few there are.
  let bytes = columns * CHUNK_ROWS * VALUE;
  for (let i = 0; i < columns; i += 1) {
    const vector = duckdb.data_chunk_get_vector(chunk, i);
    const type = duckdb.get_type_id(duckdb.vector_get_column_type(vector));
    if (type === duckdb.Type.VARCHAR || type === duckdb.Type.BLOB) bytes += textBytes(vector, rowCount);
  }
  return bytes;
}

/** Bytes of the long texts of a vector. */
function textBytes(vector: duckdb.Vector, rows: number): number {
  const values = duckdb.vector_get_data(vector, rows * VALUE);
  // One bit a row; null where each row has a value, which the library's types do not say.
  const validity = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  let bytes = 0;
  for (let i = 0; i < rows; i += 1) {
    // What stands in the place of a null is anything.
    if (validity && ((validity[i >> 3] as number) & (1 << (i & 7))) === 0) continue;
    const length = view.getUint32(i * VALUE, true);
    if (length > SHORT) bytes += length;
  }
  return bytes;
}
