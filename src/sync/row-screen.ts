import type { RowError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import type { WriteOperation } from '../sdk/writer/index.js';
import type { TableColumn } from '../targets/target.js';
import { valueReader, type ValueReader } from '../targets/values/read-value.js';
import { rowError } from '../targets/values/row-error.js';
import { fieldReader } from '../targets/values/row-field.js';

/** How a declared column is looked at. */
interface ScreenedColumn {
  readonly column: TableColumn;
  readonly field: (row: Row) => unknown;
  readonly read: ValueReader;
}

/**
 * Finds the rows whose values do not convert to the declared columns before they are gathered, so that what else becomes of
 * a batch does not depend on them. Used only where a run keeps bad rows aside: it looks at each value once more.
 */
export class RowScreen {
  readonly #table: string;
  readonly #columns: readonly ScreenedColumn[];

  /** @param columns of the table; those that are inferred take everything */
  constructor(table: string, columns: readonly TableColumn[]) {
    this.#table = table;
    this.#columns = columns
      .filter(({ declared, type }) => declared && type !== null)
      .map((column) => ({ column, field: fieldReader(column.name), read: valueReader(column.type) }));
  }

  /** What is wrong with a row; undefined: nothing. A patch and a key need not have every column. */
  problem(operation: WriteOperation, row: Row, number: number): RowError | undefined {
    for (const { column, field, read } of this.#columns) {
      const value = field(row);
      if (value !== null && value !== undefined) {
        if (read(value) === undefined) return rowError(this.#table, column, number, value);
      } else if (!column.nullable && this.#isGiven(operation, row, column)) {
        return rowError(this.#table, column, number, value);
      }
    }
    return undefined;
  }

  #isGiven(operation: WriteOperation, row: Row, { name }: TableColumn): boolean {
    if (operation === 'delete') return false;
    return operation !== 'update' || Object.hasOwn(row, name);
  }
}
