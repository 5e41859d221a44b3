import type { DuckDBConnection } from '@duckdb/node-api';
import { RESERVED_PREFIX } from './bookkeeping.js';
import { quoteName } from './sql.js';

const PREFIX = `${RESERVED_PREFIX}shadow_`;

/** Shadows that runs of this process are filling. The file lock keeps those of other processes out. */
const live = new Set<string>();
let count = 0;

/** A name for a new shadow of a table; {@link releaseShadow} must follow. */
export function claimShadow(table: string): string {
  count += 1;
  const name = `${PREFIX}${process.pid}_${count}_${table}`;
  live.add(name);
  return name;
}

export function releaseShadow(name: string): void {
  live.delete(name);
}

/** Removes the shadows that runs left behind when they were killed. */
export async function dropLeftovers(connection: DuckDBConnection): Promise<void> {
  const found = await connection.runAndReadAll(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()
     AND schema_name = current_schema() AND starts_with(table_name, '${PREFIX}')`,
  );
  for (const [name] of found.getRows() as [string][]) {
    if (!live.has(name)) await connection.run(`DROP TABLE IF EXISTS ${quoteName(name)}`);
  }
}
