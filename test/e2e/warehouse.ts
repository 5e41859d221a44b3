import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { startHost, type HostResult, type RunningHost } from '../helpers/run-host.js';
import { WarmHost } from '../helpers/warm-host.js';

const warmHost = new WarmHost();
const ROOT = resolve(__dirname, '../..');

/** A table as a reader sees it. */
export interface StoredTable {
  /** Name and DuckDB's type of each column, in their order. */
  readonly columns: readonly (readonly [string, string])[];
  /** Primary key that the host noted. */
  readonly key: readonly string[];
  /** Every row as DuckDB prints its values in JSON, ordered by the key. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The warehouse.duckdb of a folder, filled by the built command line. Between two calls nobody has it open. */
export class Warehouse {
  readonly file: string;
  readonly #folder: string;
  readonly #args: readonly string[];

  /** @param args the connector, and what every run is given */
  constructor(folder: string, ...args: readonly string[]) {
    this.#folder = folder;
    this.file = join(folder, 'warehouse.duckdb');
    this.#args = ['run', ...args, '--plugin', ROOT];
  }

  run(...more: readonly string[]): Promise<HostResult> {
    return warmHost.run([...this.#args, ...more], { cwd: this.#folder });
  }

  /** In a process of its own, to be killed. */
  start(...more: readonly string[]): RunningHost {
    return startHost([...this.#args, ...more], { cwd: this.#folder });
  }

  /** Every table but the host's own. */
  async tables(): Promise<Record<string, StoredTable>> {
    return this.#open(async (query) => {
      const tables: Record<string, StoredTable> = {};
      const names = await query(
        `SELECT t.table_name, h.primary_key FROM duckdb_tables() t LEFT JOIN _host_tables h USING (table_name)
         WHERE NOT starts_with(t.table_name, '_host_') ORDER BY 1`,
      );
      for (const [name, keyText] of names as [string, string][]) {
        const key = JSON.parse(keyText) as string[];
        const columns = await query(
          `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '${name}' ORDER BY column_index`,
        );
        const order = key.length === 0 ? 'ALL' : key.join(', ');
        const rows = await query(
          `SELECT CAST(to_json(t) AS VARCHAR) FROM (FROM "${name}" ORDER BY ${order}) t`,
        );
        tables[name] = {
          columns: columns as [string, string][],
          key,
          rows: rows.map(([row]) => JSON.parse(row as string) as Record<string, unknown>),
        };
      }
      return tables;
    });
  }

  /** Where each pipeline reads on. */
  async states(): Promise<Record<string, unknown>> {
    const rows = await this.#open((query) => query('SELECT pipeline, state FROM _host_state'));
    return Object.fromEntries(
      (rows as [string, string | null][]).map(([pipeline, state]) => [
        pipeline,
        state === null ? null : (JSON.parse(state) as unknown),
      ]),
    );
  }

  /** How often something was committed. */
  async commits(): Promise<number> {
    if (!existsSync(this.file)) return 0;
    const rows = await this.#open((query) => query('SELECT CAST(sum(version) AS INTEGER) FROM _host_state'));
    return (rows[0]?.[0] as number | null) ?? 0;
  }

  /** Status of each run, oldest first. */
  async runs(): Promise<unknown[]> {
    const rows = await this.#open((query) => query('SELECT status FROM _host_runs ORDER BY started_at'));
    return rows.map(([status]) => status);
  }

  async #open<T>(work: (query: (sql: string) => Promise<unknown[][]>) => Promise<T>): Promise<T> {
    const instance = await DuckDBInstance.create(this.file);
    const connection = await instance.connect();
    try {
      await connection.run(`SET TimeZone = 'UTC'`);
      return await work(async (sql) => (await connection.runAndReadAll(sql)).getRows());
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }
}

/** The rows of each table by its name. */
export function rowsOf(tables: Readonly<Record<string, StoredTable>>): Record<string, StoredTable['rows']> {
  return Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows]));
}

/** Kills a process as a crash does, and waits until it is gone. */
export async function kill({ process: child, ended }: RunningHost): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
