import { planTable as plan, type TableDialect } from '../sql/plan-table.js';
import type { PlanRequest, TableBefore } from '../target.js';
import { RESERVED_PREFIX } from './bookkeeping.js';
import { alterTableSql, commentSql, createTableSql } from './ddl.js';
import { quoteName } from './sql.js';
import { TEXT_FUNCTIONS } from './widen-to-text.js';

const DIALECT: TableDialect = {
  quoteName,
  shadowName: (table) => `${RESERVED_PREFIX}shadow_${table}`,
  instantType: 'timestamptz',
  createTable: createTableSql,
  // Functions of the session are gone with it.
  alterTable: (table, stored, columns) =>
    alterTableSql(quoteName(table), stored, columns).filter(
      (statement) => !TEXT_FUNCTIONS.includes(statement),
    ),
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
