import type { DuckDBInstance } from '@duckdb/node-api';
import { DELETED_AT, type PlanRequest, type TableBefore, type TableColumn } from '../target.js';
import { Bookkeeping, RESERVED_PREFIX } from './bookkeeping.js';
import { alterTableSql, commentSql, createTableSql } from './ddl.js';
import { quoteName } from './sql.js';
import { TableFacts } from './table-facts.js';

/** A table as it is now; null: there is none. Writes nothing, not even bookkeeping. */
export async function lookAtTable(
  instance: DuckDBInstance,
  label: string,
  table: string,
  isReplaced: boolean,
): Promise<TableBefore | null> {
  const connection = await instance.connect();
  try {
    const bookkeeping = new Bookkeeping(connection, label);
    // A database that no host wrote to has nothing noted, and no table to ask for it.
    const known = (await bookkeeping.hasTables()) ? bookkeeping : { find: () => Promise.resolve(undefined) };
    return await new TableFacts(connection, label, known).before(table, isReplaced);
  } finally {
    connection.closeSync();
  }
}

/** The statements that bring a table from what it is to what a run would make of it, in the order of the run. */
export function planTable(
  table: string,
  before: TableBefore | null,
  request: PlanRequest,
): readonly string[] {
  const { columns, mode, deletes } = request;
  if (columns.length === 0) return [];
  const isSoft = deletes === 'soft';
  const comments = commentSql(table, columns);
  if (before === null) return [createTableSql(table, columns), ...deletedAt(table, isSoft), ...comments];
  if (mode === 'overwrite') {
    const shadow = `${RESERVED_PREFIX}shadow_${table}`;
    return [
      createTableSql(shadow, columns),
      ...deletedAt(shadow, isSoft),
      `DROP TABLE ${quoteName(table)}`,
      `ALTER TABLE ${quoteName(shadow)} RENAME TO ${quoteName(table)}`,
      ...comments,
    ];
  }
  const stored = before.columns.filter(isNotDeletedAt);
  const isNew = isSoft && stored.length === before.columns.length;
  return [...alterTableSql(table, stored, columns), ...deletedAt(table, isNew), ...comments];
}

function deletedAt(table: string, isMade: boolean): string[] {
  return isMade
    ? [`ALTER TABLE ${quoteName(table)} ADD COLUMN ${quoteName(DELETED_AT)} TIMESTAMP WITH TIME ZONE`]
    : [];
}

function isNotDeletedAt({ name }: TableColumn): boolean {
  return name !== DELETED_AT;
}
