import type { TableColumn } from '../target.js';
import { createTableSql } from './ddl.js';
import type { PostgresConnection } from './postgres-connection.js';
import { columnTypeOf, quoteName, sqlType, storedName } from './sql.js';
import { describeTable } from './table-facts.js';

/** How a shadow gets into the place of its table. */
export type ShadowKind = 'new' | 'like' | 'refill';

/**
 * Makes the table that rows gather in until it takes the place of another one.
 *
 * @param kind `new`: there is no table yet; `like`: it gets the constraints, indexes and defaults of the table, and its
 *   name in the end; `refill`: something depends on the table, so it stays and gets the rows in the end
 */
export async function makeShadow(
  connection: PostgresConnection,
  { kind, table, shadow }: { readonly kind: ShadowKind; readonly table: string; readonly shadow: string },
  columns: readonly TableColumn[],
): Promise<void> {
  if (kind !== 'like') {
    await connection.run(createTableSql(shadow, columns, { kind: kind === 'new' ? '' : 'UNLOGGED' }));
    return;
  }
  await connection.run(`CREATE TABLE ${quoteName(shadow)} (LIKE ${quoteName(table)} INCLUDING ALL)`);
  const actions = await bringActions(connection, shadow, columns, true);
  if (actions.length > 0) await connection.run(`ALTER TABLE ${quoteName(shadow)} ${actions.join(', ')}`);
}

/**
 * What changes the columns of an empty table. A column keeps its own type where that is another name for the wanted one.
 *
 * @param drops true: columns that are not wanted go
 */
export async function bringActions(
  connection: PostgresConnection,
  table: string,
  columns: readonly TableColumn[],
  drops: boolean,
): Promise<string[]> {
  const there = await describeTable(connection, table);
  const wanted = new Map(columns.map((column) => [storedName(column.name), column]));
  const actions: string[] = [];
  for (const { name, sqlType: type } of there) {
    const column = wanted.get(name);
    if (!column) {
      if (drops) actions.push(`DROP COLUMN ${quoteName(name)}`);
    } else if (columnTypeOf(type) !== (column.type ?? 'string')) {
      const sql = sqlType(column.type);
      actions.push(
        `ALTER COLUMN ${quoteName(name)} DROP DEFAULT`,
        `ALTER COLUMN ${quoteName(name)} TYPE ${sql} USING CAST(NULL AS ${sql})`,
      );
    }
  }
  const names = new Set(there.map(({ name }) => name));
  for (const { name, type } of columns) {
    if (!names.has(storedName(name))) actions.push(`ADD COLUMN ${quoteName(name)} ${sqlType(type)}`);
  }
  return actions;
}
