import type { TableColumn } from '../target.js';
import { quoteName, quoteText, sqlType } from './sql.js';
import { TEXT_FUNCTIONS, widenedExpression } from './widen-to-text.js';

/** Name and type of a column that is no connector's. */
export interface OwnColumn {
  readonly name: string;
  readonly sqlType: string;
}

/** The statement that makes a table. */
export function createTableSql(
  table: string,
  columns: readonly TableColumn[],
  { kind = '', own = [] }: { kind?: '' | 'TEMPORARY' | 'UNLOGGED'; own?: readonly OwnColumn[] } = {},
): string {
  const list = [
    ...own.map((column) => `${quoteName(column.name)} ${column.sqlType}`),
    ...columns.map(({ name, type }) => `${quoteName(name)} ${sqlType(type)}`),
  ];
  return `CREATE ${kind}${kind && ' '}TABLE ${quoteName(table)} (${list.join(', ')})`;
}

/**
 * The statements that bring a filled table from the columns that it has to those that it should have: new ones are
 * added, others become wider.
 *
 * @param table quoted
 */
export function alterTableSql(
  table: string,
  from: readonly TableColumn[],
  to: readonly TableColumn[],
): string[] {
  const before = new Map(from.map((column) => [column.name, column]));
  const actions: string[] = [];
  let needsFunctions = false;
  for (const { name, type } of to) {
    const there = before.get(name);
    if (!there) actions.push(`ADD COLUMN ${quoteName(name)} ${sqlType(type)}`);
    else if (there.type !== type && type !== null) {
      const widened = widenedExpression(name, there.type, type);
      needsFunctions ||= widened.includes('pg_temp.');
      actions.push(`ALTER COLUMN ${quoteName(name)} TYPE ${sqlType(type)} USING ${widened}`);
    }
  }
  if (actions.length === 0) return [];
  // In one statement, since each rewrites the table.
  const alter = `ALTER TABLE ${table} ${actions.join(', ')}`;
  return needsFunctions ? [...TEXT_FUNCTIONS, alter] : [alter];
}

/** The statements that write the comments of the columns that have one. */
export function commentSql(table: string, columns: readonly TableColumn[]): string[] {
  return columns.flatMap(({ name, comment }) =>
    comment === undefined
      ? []
      : [`COMMENT ON COLUMN ${quoteName(table)}.${quoteName(name)} IS ${quoteText(comment)}`],
  );
}
