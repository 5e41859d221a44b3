import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteName } from './sql.js';

/** Whether every integer in a column is exact as a double. */
export function integersAreExact(
  connection: DuckDBConnection,
  physicalName: string,
  column: string,
): Promise<boolean> {
  return columnIsExact(connection, quoteName(physicalName), column);
}

/** The same of a table that is quoted already. */
export async function columnIsExact(
  connection: DuckDBConnection,
  table: string,
  column: string,
): Promise<boolean> {
  const result = await connection.runAndReadAll(
    `SELECT coalesce(bool_and(abs(CAST(${quoteName(column)} AS HUGEINT)) <= ${Number.MAX_SAFE_INTEGER}), true)
     FROM ${table}`,
  );
  return result.getRows()[0]?.[0] === true;
}
