import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import type { ColumnType } from '../../sdk/column-types.js';
import { parseJson } from '../../sdk/parse-json.js';
import type { Row } from '../../sdk/schema.js';
import type { TableColumn } from '../target.js';
import { setField } from '../values/row-field.js';
import { dateText, timestampText, timeText } from '../values/temporal.js';
import { quoteName } from './sql.js';

/** The last day that a Date can hold, counted from 1970-01-01; as many lie before it. */
const FARTHEST_DAY = 100_000_000;
/** DuckDB's infinite future, as a day. */
const INFINITE_DAYS = 2 ** 31 - 1;
const FARTHEST_MICROS = BigInt(FARTHEST_DAY) * 86_400_000_000n;
/** Digits after which a float is known exactly. */
const FLOAT_DIGITS = 9;

/**
 * Reads the rows of a table in the order in which they lie there, as every target and every connector takes them. Each
 * value is exact and can be written to a column of its type again:
 *
 * | type | value |
 * |---|---|
 * | string, boolean | the same |
 * | int, bigint | number when it is safe, else a bigint |
 * | double | number |
 * | float | the number of the fewest digits that is this float |
 * | decimal | text with all digits of its scale |
 * | date, time | text: `2026-11-21`, `07:00:00.000001` |
 * | timestamp, timestamptz | text with microseconds, where there are any; timestamptz in UTC with `Z` |
 * | binary | Uint8Array |
 * | json | the value, its integers exact |
 *
 * Dates and times that JavaScript has no name for (`infinity`, years beyond 275760) are DuckDB's own text.
 *
 * @param connection in a transaction, as for {@link streamChunks}
 * @param physicalName a table of the current schema
 * @param columns those to read, each of the type that it has there
 * @param batchRows rows in a batch at most
 * @throws StreamFailure
 */
export async function* readRows(
  connection: DuckDBConnection,
  physicalName: string,
  columns: readonly TableColumn[],
  batchRows: number,
): AsyncGenerator<Row[], void, undefined> {
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const fields = columns.map(({ name, type }) => ({ name, read: rowValue(type) }));
  // The order is DuckDB's promise as long as preserve_insertion_order is on; a sort would hold all rows.
  const sql = `SELECT ${names} FROM ${quoteName(physicalName)}`;
  yield* readSelect(connection, { sql, fields, batchRows });
}

/** One column of the rows that a SELECT gives. */
export interface Field {
  readonly name: string;
  /** Makes the value of a row of what DuckDB's library gives; not called for null. */
  readonly read: (value: unknown) => unknown;
}

/** What {@link readSelect} reads. */
export interface Select {
  readonly sql: string;
  /** Values of its parameters. */
  readonly values?: DuckDBValue[];
  /** In the order of its columns. */
  readonly fields: readonly Field[];
  /** Rows in a batch at most. */
  readonly batchRows: number;
}

/**
 * Reads the rows that a SELECT gives, as they come: nothing but a sort or a group of its own holds them all.
 * @param connection in a transaction, as for {@link streamChunks}
 * @throws StreamFailure
 */
export async function* readSelect(
  connection: DuckDBConnection,
  { sql, values, fields, batchRows }: Select,
): AsyncGenerator<Row[], void, undefined> {
  for await (const chunk of streamChunks(connection, sql, values)) {
    for (let start = 0; start < chunk.rowCount; start += batchRows) {
      yield rowsOf(chunk, fields, start, Math.min(start + batchRows, chunk.rowCount));
    }
  }
}

/** A statement that failed after its first rows. DuckDB's library does not say by what. */
export class StreamFailure extends Error {
  constructor(rows: number, cause: unknown) {
    super(`it failed after ${rows} rows`, { cause });
  }
}

/**
 * Reads what a SELECT gives as chunks of columns, as they come.
 *
 * @param connection in a transaction: a failure in the middle looks like the end of the rows, and nothing but the
 *   transaction, which it has ended, shows it
 * @throws StreamFailure
 */
export async function* streamChunks(
  connection: DuckDBConnection,
  sql: string,
  values?: DuckDBValue[],
): AsyncGenerator<DuckDBDataChunk, void, undefined> {
  const result = await connection.stream(sql, values);
  let isAtEnd = false;
  let rows = 0;
  try {
    for (;;) {
      const chunk = await result.fetchChunk();
      isAtEnd = !chunk || chunk.rowCount === 0;
      if (!chunk || isAtEnd) break;
      rows += chunk.rowCount;
      yield chunk;
    }
  } finally {
    if (!isAtEnd) await abandon(connection, result);
  }
  try {
    await connection.run('SELECT 1');
  } catch (error) {
    throw new StreamFailure(rows, error);
  }
}

/**
 * Brings a result to its end that nobody reads on. One that is left as it is keeps its database open until it happens to
 * be collected, and whoever opens that database again in this process waits for it, for half a minute too.
 */
async function abandon(connection: DuckDBConnection, result: DuckDBResult): Promise<void> {
  // What is computed already, a megabyte at most, still comes.
  connection.interrupt();
  try {
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
    }
  } catch {
    // It was interrupted, as it was told.
  }
}

function rowsOf(chunk: DuckDBDataChunk, fields: readonly Field[], start: number, end: number): Row[] {
  const rows = Array.from({ length: end - start }, (): Row => ({}));
  for (const [index, { name, read }] of fields.entries()) {
    const vector = chunk.getColumnVector(index);
    for (const [i, row] of rows.entries()) {
      const value: unknown = vector.getItem(start + i);
      setField(row, name, value === null ? null : read(value));
    }
  }
  return rows;
}

/** Makes the function that turns what DuckDB's library gives for a value of a type into the value of a row. */
export function rowValue(type: ColumnType | null): (value: unknown) => unknown {
  switch (type) {
    case 'bigint':
      // Integers of fewer bits come as numbers.
      return (value) => (typeof value === 'bigint' ? narrow(value) : value);
    case 'float':
      return (value) => shortestFloat(value as number);
    case 'date':
      return (value) => dayText(value as Day);
    case 'timestamp':
      return (value) => instantText(value as Instant, '');
    case 'timestamptz':
      return (value) => instantText(value as Instant, 'Z');
    case 'time':
      return (value) => timeText(Number((value as Instant).micros));
    case 'binary':
      return (value) => (value as { readonly bytes: Uint8Array }).bytes;
    case 'json':
      return (value) => parseJson(value as string);
    case null:
    case 'string':
    case 'boolean':
    case 'int':
    case 'double':
      return (value) => value;
    default:
      // A decimal, whose text has every digit.
      return String;
  }
}

/** What DuckDB's library gives has a text of its own. */
interface Instant {
  readonly micros: bigint;
  toString(): string;
}

interface Day {
  readonly days: number;
  toString(): string;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A float as a double has digits that nobody gave: 0.1 is 0.10000000149011612. */
function shortestFloat(value: number): number {
  for (let digits = 1; digits <= FLOAT_DIGITS; digits += 1) {
    const short = Number(value.toPrecision(digits));
    // Zero has a sign.
    if (Object.is(Math.fround(short), value)) return short;
  }
  return value;
}

function dayText(value: Day): string {
  const { days } = value;
  // The library has no word of its own for these two days.
  if (Math.abs(days) === INFINITE_DAYS) return days < 0 ? '-infinity' : 'infinity';
  return Math.abs(days) <= FARTHEST_DAY ? dateText(days) : value.toString();
}

function instantText(value: Instant, zone: string): string {
  const { micros } = value;
  const isNamed = micros <= FARTHEST_MICROS && micros >= -FARTHEST_MICROS;
  return isNamed ? timestampText(micros) + zone : value.toString();
}
