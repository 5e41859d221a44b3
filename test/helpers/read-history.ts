import { DuckDBInstance } from '@duckdb/node-api';
import { existsSync, realpathSync } from 'node:fs';

/** What a database holds besides the rows of tables. */
export interface History {
  /** Tables that are not the host's own. */
  readonly tables: readonly string[];
  /** Runs in the order of their starts, each as `failed TARGET_FAILED` or `succeeded`. */
  readonly runs: readonly string[];
  readonly messages: readonly string[];
}

/** Reads which tables and runs a database has; undefined where there is none. */
export async function readHistory(file: string): Promise<History | undefined> {
  if (!existsSync(file)) return undefined;
  const instance = await DuckDBInstance.fromCache(realpathSync(file));
  const connection = await instance.connect();
  try {
    const tables = await connection.runAndReadAll(
      `SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT (starts_with(table_name, '_host_')
       AND NOT starts_with(table_name, '_host_shadow_')) ORDER BY 1`,
    );
    const runs = await connection.runAndReadAll(
      `SELECT concat_ws(' ', status, code), message FROM _host_runs ORDER BY started_at, rowid`,
    );
    return {
      tables: tables.getRows().map(([name]) => String(name)),
      runs: runs.getRows().map(([run]) => String(run)),
      messages: runs.getRows().flatMap(([, message]) => (message === null ? [] : [String(message)])),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
