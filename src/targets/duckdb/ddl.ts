import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableColumn } from '../target.js';
import { quoteName, quoteText, sqlType } from './sql.js';
import { registerTextFunctions, widenedExpression } from './widen-to-text.js';

/** Name and type of a column that is no connector's; it comes first, since the others may become more. */
export interface OwnColumn {
  readonly name: string;
  readonly sqlType: string;
}

/** The statement that makes a table. DuckDB has no table without columns. */
export function createTableSql(
  physicalName: string,
  columns: readonly TableColumn[],
  { temporary = false, own = [] }: { temporary?: boolean; own?: readonly OwnColumn[] } = {},
): string {
  const list = [
    ...own.map((column) => `${quoteName(column.name)} ${column.sqlType}`),
    ...columns.map(({ name, type }) => `${quoteName(name)} ${sqlType(type)}`),
  ];
  return `CREATE ${temporary ? 'TEMPORARY ' : ''}TABLE ${quoteName(physicalName)} (${list.join(', ')})`;
}

/**
 * Brings a filled table from the columns that it has to those that it should have: adds the new ones, widens the
 * others. In a transaction it goes before any DELETE or UPDATE of the table; after one, the commit fails.
 */
export async function alterTable(
  connection: DuckDBConnection,
  physicalName: string,
  from: readonly TableColumn[],
  to: readonly TableColumn[],
): Promise<void> {
  const statements = alterTableSql(physicalName, from, to);
  if (statements.length === 0) return;
  if (to.some(({ type }) => type === 'string')) registerTextFunctions(connection);
  for (const statement of statements) await connection.run(statement);
}

/** The statements of {@link alterTable}. */
export function alterTableSql(
  physicalName: string,
  from: readonly TableColumn[],
  to: readonly TableColumn[],
): string[] {
  const before = new Map(from.map((column) => [column.name, column]));
  const statements: string[] = [];
  const alter = (action: string): void => {
    statements.push(`ALTER TABLE ${quoteName(physicalName)} ${action}`);
  };
  for (const { name, type } of to) {
    const there = before.get(name);
    if (!there) alter(`ADD COLUMN ${quoteName(name)} ${sqlType(type)}`);
    else if (there.type !== type && type !== null) {
      const sql = sqlType(type);
      alter(
        `ALTER COLUMN ${quoteName(name)} TYPE ${sql} USING ${widenedExpression(name, there.type, type, sql)}`,
      );
    }
  }
  return statements;
}

/** Writes the comments of the columns that have one. */
export async function commentColumns(
  connection: DuckDBConnection,
  table: string,
  columns: readonly TableColumn[],
): Promise<void> {
  for (const statement of commentSql(table, columns)) await connection.run(statement);
}

/** The statements of {@link commentColumns}. */
export function commentSql(table: string, columns: readonly TableColumn[]): string[] {
  return columns.flatMap(({ name, comment }) =>
    comment === undefined
      ? []
      : [`COMMENT ON COLUMN ${quoteName(table)}.${quoteName(name)} IS ${quoteText(comment)}`],
  );
}
