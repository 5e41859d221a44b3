import { DELETED_AT, type PlanRequest, type TableBefore, type TableColumn } from '../target.js';

/** How a database writes down what {@link planTable} needs. */
export interface TableDialect {
  quoteName(name: string): string;
  /** Name that the rows of a table are loaded under before they take its place. */
  shadowName(table: string): string;
  /** Its type of an instant. */
  readonly instantType: string;
  createTable(table: string, columns: readonly TableColumn[]): string;
  alterTable(
    table: string,
    stored: readonly TableColumn[],
    columns: readonly TableColumn[],
  ): readonly string[];
  commentColumns(table: string, columns: readonly TableColumn[]): readonly string[];
}

/** The statements that bring a table from what it is to what a run would make of it, in the order of the run. */
export function planTable(
  dialect: TableDialect,
  table: string,
  before: TableBefore | null,
  { columns, mode, deletes }: PlanRequest,
): readonly string[] {
  if (columns.length === 0) return [];
  const isSoft = deletes === 'soft';
  const addDeletedAt = (to: string, isMade: boolean): string[] =>
    isMade
      ? [
          `ALTER TABLE ${dialect.quoteName(to)} ADD COLUMN ${dialect.quoteName(DELETED_AT)} ${dialect.instantType}`,
        ]
      : [];
  const comments = dialect.commentColumns(table, columns);
  if (before === null)
    return [dialect.createTable(table, columns), ...addDeletedAt(table, isSoft), ...comments];
  if (mode === 'overwrite') {
    const shadow = dialect.shadowName(table);
    return [
      dialect.createTable(shadow, columns),
      ...addDeletedAt(shadow, isSoft),
      `DROP TABLE ${dialect.quoteName(table)}`,
      `ALTER TABLE ${dialect.quoteName(shadow)} RENAME TO ${dialect.quoteName(table)}`,
      ...comments,
    ];
  }
  const stored = before.columns.filter(({ name }) => name !== DELETED_AT);
  const isNew = isSoft && stored.length === before.columns.length;
  return [...dialect.alterTable(table, stored, columns), ...addDeletedAt(table, isNew), ...comments];
}
