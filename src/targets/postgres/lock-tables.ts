import { LOCK_SPACE } from './bookkeeping.js';
import type { PostgresConnection } from './postgres-connection.js';
import { storedName } from './sql.js';

/**
 * Waits until no other run changes one of these tables by key, until the transaction ends. Two merges into one table come
 * one after the other: each must see the keys of the other.
 */
export async function lockTables(connection: PostgresConnection, tables: readonly string[]): Promise<void> {
  if (tables.length === 0) return;
  // In one order, so that no two runs wait for each other.
  await connection.query(
    `SELECT pg_advisory_xact_lock(${LOCK_SPACE}, hashtext(current_schema() || ' table ' || name))
     FROM unnest($1::text[]) AS name`,
    [tables.map(storedName).sort()],
  );
}
