import type { ColumnType } from '../../sdk/column-types.js';
import type { Row } from '../../sdk/schema.js';
import type { TableColumn } from '../target.js';
import { canonicalText } from './cell-text.js';
import { jsonText } from './json-text.js';
import { valueReader } from './read-value.js';
import { rowError } from './row-error.js';
import { fieldReader, setField } from './row-field.js';

/** A row whose declared columns hold JSON values (or bigint); all others are as the connector gave them. */
export type RowJson = (row: Row, rowNumber: number) => Row;

/**
 * Makes the function that brings the declared columns of rows into their JSON form. The given row is never changed: it
 * comes back itself where no column is declared, else as a shallow copy with its keys in the same order. Columns that
 * a row does not have stay away. Throws a RowError for a value that does not convert to its declared column's type,
 * and for a null or nothing where a value must be.
 *
 * @param table name of the table, for errors
 */
export function rowJson(table: string, columns: readonly TableColumn[]): RowJson {
  const fields = columns
    .filter((column) => column.declared)
    .map((column) => ({ column, read: fieldReader(column.name), convert: jsonValue(column.type) }));
  if (fields.length === 0) return (row) => row;
  return (row, rowNumber) => {
    const copy = { ...row };
    for (const { column, read, convert } of fields) {
      const value = read(row);
      if (value === null || value === undefined) {
        if (!column.nullable) throw rowError(table, column, rowNumber, value);
        continue;
      }
      const converted = convert(value);
      if (converted === undefined) throw rowError(table, column, rowNumber, value);
      if (converted !== value) setField(copy, column.name, converted);
    }
    return copy;
  };
}

/**
 * Makes the function that turns a value, not null, into the JSON value of its type; undefined: it does not convert.
 *
 * | type | JSON value |
 * |---|---|
 * | string, boolean | the same |
 * | int, bigint | number, or a bigint beyond 2^53 that {@link jsonText} writes as a plain integer |
 * | float, double | number; NaN and the infinities are written as null |
 * | decimal | text, so that no digit is lost |
 * | date, time | text: `2026-11-21`, `07:00:00` |
 * | timestamp, timestamptz | text: `2026-11-21T07:00:00`, `2026-11-21T07:00:00Z` |
 * | binary | base64 text |
 * | json | the value as it was given |
 */
export function jsonValue(type: ColumnType | null): (value: unknown) => unknown {
  const read = valueReader(type);
  switch (type) {
    case 'json':
      return (value) => (jsonText(value) === undefined ? undefined : value);
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'binary': {
      const format = canonicalText(type);
      return (value) => {
        const canonical = read(value);
        return canonical === undefined ? undefined : format(canonical);
      };
    }
    default:
      return read;
  }
}
