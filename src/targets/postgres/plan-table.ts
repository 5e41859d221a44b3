import { DELETED_AT, type PlanRequest, type TableBefore, type TableColumn } from '../target.js';
import { RESERVED_PREFIX } from './bookkeeping.js';
import { alterTableSql, commentSql, createTableSql } from './ddl.js';
import { quoteName } from './sql.js';
import { TEXT_FUNCTIONS } from './widen-to-text.js';

/** The statements that bring a table from what it is to what a run would make of it, in the order of the run. */
export function planTable(
  table: string,
  before: TableBefore | null,
  { columns, mode, deletes }: PlanRequest,
): readonly string[] {
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
  const alter = alterTableSql(quoteName(table), stored, columns).filter(
    (statement) => !TEXT_FUNCTIONS.includes(statement),
  );
  return [...alter, ...deletedAt(table, isNew), ...comments];
}

function deletedAt(table: string, isMade: boolean): string[] {
  return isMade ? [`ALTER TABLE ${quoteName(table)} ADD COLUMN ${quoteName(DELETED_AT)} timestamptz`] : [];
}

function isNotDeletedAt({ name }: TableColumn): boolean {
  return name !== DELETED_AT;
}
