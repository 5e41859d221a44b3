import type { DuckDBConnection } from '@duckdb/node-api';
import { killPoint } from '../kill-point.js';
import type { TableBefore, TableColumn } from '../target.js';
import { commentColumns } from './ddl.js';
import { quoteName } from './sql.js';
import type { Comments } from './table-facts.js';

/** What {@link swapTable} puts where. */
export interface Swap {
  readonly connection: DuckDBConnection;
  /** Those of all tables, as they were before; undefined: no table was there. */
  readonly comments: Comments | undefined;
  /** The table that is replaced; there may be none. */
  readonly name: string;
  /** The table that takes its place. */
  readonly shadow: string;
  /** What is known of the new table, and of the old one. */
  readonly table: { readonly columns: readonly TableColumn[]; readonly before: TableBefore | null };
}

/**
 * Puts a loaded shadow in the place of a table, inside the running transaction. Comments on the table and its columns
 * stay.
 */
export async function swapTable({ connection, comments, name, shadow, table }: Swap): Promise<void> {
  const { columns, before } = table;
  const quoted = quoteName(name);
  if (columns.length === 0) {
    // No row came and no column is declared: the old table has nothing to keep but its columns.
    if (before) await connection.run(`DELETE FROM ${quoted}`);
    return;
  }
  killPoint('duckdb.before-drop');
  await connection.run(`DROP TABLE IF EXISTS ${quoted}`);
  killPoint('duckdb.after-drop');
  await connection.run(`ALTER TABLE ${quoteName(shadow)} RENAME TO ${quoted}`);
  killPoint('duckdb.after-rename');
  for (const statement of comments?.statementsFor(name, columns) ?? []) await connection.run(statement);
  await commentColumns(connection, name, columns);
}
