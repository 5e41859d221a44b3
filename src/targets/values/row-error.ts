import { RowError } from '../../sdk/errors.js';
import type { TableColumn } from '../target.js';

/**
 * The error for a value that its column does not take: one that does not convert to the column's type, or null (or
 * undefined) where there must be a value. It names the place, never the value.
 *
 * @param row number of the row in the run, counted from 1
 */
export function rowError(table: string, column: TableColumn, row: number, value: unknown): RowError {
  const place = `row ${row}: column "${column.name}" of table "${table}"`;
  const details = { table, column: column.name, row };
  if (value === null || value === undefined) {
    const action = 'Give the row a value at the source, or declare the column as nullable.';
    return new RowError(`${place} has no value, but must have one`, { action, details });
  }
  return new RowError(`${place} does not take this ${kindOf(value)} as ${column.type ?? 'string'}`, {
    details,
  });
}

/** The kind of a value in a word; the value itself is never said. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (typeof value !== 'object' || value === null) return typeof value;
  if (Array.isArray(value)) return 'list';
  return Object.prototype.toString.call(value) === '[object Date]' ? 'Date' : 'object';
}
