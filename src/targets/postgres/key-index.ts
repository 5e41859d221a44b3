import type { PostgresConnection } from './postgres-connection.js';
import { quoteName, storedName } from './sql.js';

/** Name of the index that the host makes for a table that it merges into. */
export function keyIndexName(table: string): string {
  return `${table}_host_key`;
}

/** What a table has to find rows by a key: an index that no two rows of a key may be in, any other one, or none. */
export type KeyIndex = 'unique' | 'plain' | 'none';

/** Looks for an index on exactly these columns which every row is in. */
export async function findKeyIndex(
  connection: PostgresConnection,
  table: string,
  key: readonly string[],
): Promise<KeyIndex> {
  const [row] = await connection.query(
    `SELECT bool_or(indisunique AND indimmediate) FROM pg_index
     WHERE indrelid = to_regclass($1) AND indisvalid AND indpred IS NULL AND indexprs IS NULL
     AND indnkeyatts = cardinality($2::text[])
     AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute WHERE attrelid = indrelid
          AND attnum = ANY (indkey[0:indnkeyatts - 1])) = (SELECT array_agg(name ORDER BY name) FROM unnest($2::text[]) AS name)`,
    [quoteName(table), key.map(storedName)],
  );
  const isUnique = row?.[0] as boolean | null | undefined;
  return isUnique === true ? 'unique' : isUnique === false ? 'plain' : 'none';
}

/** Makes an index on a key. No constraint is made, but each upsert asks for rows by their key. */
export async function makeKeyIndex(
  connection: PostgresConnection,
  table: string,
  key: readonly string[],
): Promise<void> {
  await connection.run(
    `CREATE INDEX IF NOT EXISTS ${quoteName(keyIndexName(table))} ON ${quoteName(table)} (${key.map(quoteName).join(', ')})`,
  );
}
