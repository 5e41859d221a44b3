import { rowNumber, UPSERT, type RowBatch, type TableColumn } from '../target.js';
import { rowError } from './row-error.js';

/**
 * Holds a batch to the columns that must have a value. Asked before it is staged: a key or a patch lacks columns that a whole
 * row must have, so a stage itself takes nulls.
 *
 * @param table name of the table, for errors
 * @throws RowError for the first row that must have a value and has none
 */
export function checkRequired(table: string, columns: readonly TableColumn[], batch: RowBatch): void {
  for (const column of columns) {
    if (column.nullable) continue;
    for (const [i, row] of batch.rows.entries()) {
      const value = Object.hasOwn(row, column.name) ? row[column.name] : undefined;
      const kind = batch.kinds?.[i] ?? UPSERT;
      const isGiven = kind === UPSERT || (batch.columnSets?.[kind - 1]?.includes(column.name) ?? false);
      if (isGiven && (value === null || value === undefined))
        throw rowError(table, column, rowNumber(batch, i), value);
    }
  }
}
