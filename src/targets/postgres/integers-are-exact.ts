import type { PostgresConnection } from './postgres-connection.js';
import { quoteName } from './sql.js';

/** Whether every integer in a column is exact as a double. */
export async function integersAreExact(
  connection: PostgresConnection,
  table: string,
  column: string,
): Promise<boolean> {
  const [row] = await connection.query(
    `SELECT NOT EXISTS (SELECT FROM ${quoteName(table)} WHERE abs(${quoteName(column)}::numeric) > ${Number.MAX_SAFE_INTEGER})`,
  );
  return row?.[0] === true;
}
