import type { DuckDBInstance } from '@duckdb/node-api';
import { planTable as plan, type TableDialect } from '../sql/plan-table.js';
import type { PlanRequest, TableBefore } from '../target.js';
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

const DIALECT: TableDialect = {
  quoteName,
  shadowName: (table) => `${RESERVED_PREFIX}shadow_${table}`,
  instantType: 'TIMESTAMP WITH TIME ZONE',
  createTable: createTableSql,
  alterTable: alterTableSql,
  commentColumns: commentSql,
};

/** The statements that bring a table from what it is to what a run would make of it, in the order of the run. */
export function planTable(
  table: string,
  before: TableBefore | null,
  request: PlanRequest,
): readonly string[] {
  return plan(DIALECT, table, before, request);
}
