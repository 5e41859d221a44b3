import type { ColumnType } from '../../sdk/column-types.js';
import type { Row } from '../../sdk/schema.js';
import type { TableColumn } from '../target.js';
import { base64Text } from './base64-text.js';
import { type CanonicalValue, valueReader } from './read-value.js';
import { rowError } from './row-error.js';
import { fieldReader } from './row-field.js';
import { dateText, timestampText, timeText } from './temporal.js';
import { textOf } from './text-of.js';

/** A row as text: one cell for each column, null where the row has no value. */
export type RowCells = (row: Row, rowNumber: number) => (string | null)[];

/**
 * Makes the function that turns rows into text cells, for targets that write text. It throws a RowError for a value
 * that does not convert to its declared column's type, and for a null where none is allowed.
 *
 * @param table name of the table, for errors
 */
export function rowCells(table: string, columns: readonly TableColumn[]): RowCells {
  const fields = columns.map((column) => ({
    column,
    read: fieldReader(column.name),
    text: cellText(column),
  }));
  return (row, rowNumber) => {
    const cells = new Array<string | null>(fields.length);
    let index = 0;
    for (const { column, read, text } of fields) {
      const value = read(row);
      let cell: string | null | undefined = null;
      if (value !== null && value !== undefined) cell = text(value);
      else if (!column.nullable) throw rowError(table, column, rowNumber, value);
      if (cell === undefined) throw rowError(table, column, rowNumber, value);
      cells[index] = cell;
      index += 1;
    }
    return cells;
  };
}

/**
 * Makes the function that turns a value of a column, not null, into text; undefined: it does not convert. A declared
 * column has one form for each type. In an inferred one each value keeps its own form, whatever type the column has
 * by now, so that the text does not depend on the order of the rows.
 */
export function cellText(column: TableColumn): (value: unknown) => string | undefined {
  if (!column.declared || column.type === 'string') return textOf;
  const read = valueReader(column.type);
  const format = canonicalText(column.type);
  return (value) => {
    const canonical = read(value);
    return canonical === undefined ? undefined : format(canonical);
  };
}

/** Text of a canonical value; {@link valueReader} makes sure that it has the form of its type. */
export function canonicalText(type: ColumnType | null): (value: CanonicalValue) => string {
  switch (type) {
    case 'date':
      return (value) => dateText(value as number);
    case 'timestamp':
      return (value) => timestampText(value as number | bigint);
    case 'timestamptz':
      return (value) => `${timestampText(value as number | bigint)}Z`;
    case 'time':
      return (value) => timeText(value as number);
    case 'binary':
      return (value) => base64Text(value as Uint8Array);
    default:
      return String;
  }
}
