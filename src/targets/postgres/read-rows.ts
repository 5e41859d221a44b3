import type { ColumnType } from '../../sdk/column-types.js';
import { parseJson } from '../../sdk/parse-json.js';
import type { Row } from '../../sdk/schema.js';
import type { TableColumn } from '../target.js';
import { setField } from '../values/row-field.js';
import { canonicalTime } from './postgres-time.js';
import type { PostgresConnection } from './postgres-connection.js';
import { columnTypeOf, quoteName } from './sql.js';

/** One column of what a query gives. */
export interface ReadColumn extends TableColumn {
  /** PostgreSQL's name of its type; one that the host has no type for is read as text, a list or a record as json. */
  readonly sqlType: string;
}

/**
 * The column type that values of a PostgreSQL type are read as: lists are json, and what the host has no type for is text.
 *
 * @param name as `format_type` gives it
 */
export function readTypeOf(name: string): ColumnType {
  return columnTypeOf(name) ?? (name.endsWith('[]') ? 'json' : 'string');
}

/**
 * Reads the rows of a query, as every target and every connector takes them, on a connection of its own and no faster than
 * they are taken. Each value is exact and can be written to a column of its type again:
 *
 * | type | value |
 * |---|---|
 * | string, boolean | the same |
 * | int, bigint | number when it is safe, else a bigint |
 * | float, double | number |
 * | decimal | text with all digits of its scale |
 * | date, time | text: `2026-11-21`, `07:00:00.000001` |
 * | timestamp, timestamptz | text with microseconds, where there are any; timestamptz in UTC with `Z` |
 * | binary | Uint8Array |
 * | json | the value, its integers exact; a list of PostgreSQL as a list |
 *
 * Dates and times that JavaScript has no name for (`infinity`, years beyond 275760) are PostgreSQL's own text.
 *
 * @param select a query that gives these columns
 * @param batchRows rows in a batch at most
 */
export async function* readRows(
  connection: PostgresConnection,
  select: string,
  columns: readonly ReadColumn[],
  batchRows: number,
): AsyncGenerator<Row[], void, undefined> {
  const fields = columns.map(({ name, sqlType }) => ({ name, read: rowValue(readTypeOf(sqlType)) }));
  const list = columns.map(({ name, sqlType }) => readExpression(quoteName(name), sqlType));
  const cursor = await connection.openCursor(`SELECT ${list.join(', ')} FROM (${select}) AS rows`);
  try {
    for (;;) {
      const found = await cursor.read(batchRows);
      if (found.length === 0) return;
      yield found.map((values) => {
        const row: Row = {};
        for (const [i, { name, read }] of fields.entries()) {
          const value = values[i];
          setField(row, name, value === null ? null : read(value));
        }
        return row;
      });
    }
  } finally {
    await cursor.close();
  }
}

/** A list has a text of its own, which JSON has a word for. */
function readExpression(column: string, sqlType: string): string {
  return sqlType.endsWith('[]') ? `to_jsonb(${column})` : column;
}

/** Makes the function that turns what the connection gives for a value of a type into the value of a row. */
function rowValue(type: ColumnType): (value: unknown) => unknown {
  switch (type) {
    case 'float':
    case 'double':
      return Number;
    case 'date':
    case 'timestamp':
      return (value) => canonicalTime(value as string, '');
    case 'timestamptz':
      return (value) => canonicalTime(value as string, 'Z');
    case 'time':
      return (value) => timeOfDay(value as string);
    case 'binary':
      return (value) => new Uint8Array(Buffer.from((value as string).slice(2), 'hex'));
    case 'json':
      return (value) => parseJson(value as string);
    default:
      return (value) => value;
  }
}

/** With a fraction of 3 or 6 digits, where there is one. */
function timeOfDay(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  if (fraction === '') return whole;
  const micros = fraction.padEnd(6, '0');
  return `${whole}.${micros.endsWith('000') ? micros.slice(0, 3) : micros}`;
}
