import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteName } from './sql.js';

/** Whether every integer in a column is exact as a double. */
export async function integersAreExact(
  connection: DuckDBConnection,
  physicalName: string,
  column: string,
): Promise<boolean> {
  const result = await connection.runAndReadAll(
    `SELECT coalesce(bool_and(abs(CAST(${quoteName(column)} AS HUGEINT)) <= ${Number.MAX_SAFE_INTEGER}), true)
     FROM ${quoteName(physicalName)}`,
  );
  return result.getRows()[0]?.[0] === true;
}
