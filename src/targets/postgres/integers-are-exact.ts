import type { PostgresConnection } from './postgres-connection.js';
import { quoteName } from './sql.js';

/** Whether every integer in a column is exact as a double. */
export function integersAreExact(
  connection: PostgresConnection,
  table: string,
  column: string,
): Promise<boolean> {
  return columnIsExact(connection, quoteName(table), column);
}

/** The same of any table. @param table quoted */
export async function columnIsExact(
  connection: PostgresConnection,
  table: string,
  column: string,
): Promise<boolean> {
  const [row] = await connection.query(
    `SELECT NOT EXISTS (SELECT FROM ${table} WHERE abs(${quoteName(column)}::numeric) > ${Number.MAX_SAFE_INTEGER})`,
  );
  return row?.[0] === true;
}
