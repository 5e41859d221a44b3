import type { DuckDBConnection } from '@duckdb/node-api';
import { parseColumnType } from '../../sdk/column-types.js';
import { TargetError } from '../../sdk/errors.js';
import type { TableColumn } from '../target.js';

/** Version of the bookkeeping tables that this code reads and writes. */
const VERSION = 1;

/** Names that begin so belong to the host. */
export const RESERVED_PREFIX = '_host_';

/**
 * What the database knows about tables that the host loaded: `_host_meta` holds the version of the bookkeeping,
 * `_host_tables` a row for each table with its pipeline, key and columns.
 */
export class Bookkeeping {
  readonly #connection: DuckDBConnection;
  readonly #label: string;

  constructor(connection: DuckDBConnection, label: string) {
    this.#connection = connection;
    this.#label = label;
  }

  /**
   * Makes the tables where they are missing, in a short transaction of its own, so that runs side by side do not wait
   * for each other or conflict. Never call it twice at once for one file.
   *
   * @throws TargetError TARGET_VERSION_NEWER when a newer host wrote them
   */
  async prepare(): Promise<void> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      await this.#makeTables();
    } catch (error) {
      await this.#connection.run('ROLLBACK');
      throw error;
    }
    await this.#connection.run('COMMIT');
  }

  /** The columns of a table as the last run left them; undefined: the host did not load it. */
  async columnsOf(table: string): Promise<readonly TableColumn[] | undefined> {
    const found = await this.#connection.runAndReadAll(
      `SELECT CAST(columns AS VARCHAR) FROM _host_tables WHERE lower(table_name) = lower($1)`,
      [table],
    );
    const json = found.getRows()[0]?.[0];
    if (typeof json !== 'string') return undefined;
    return (JSON.parse(json) as StoredColumn[]).map(({ name, type, declared, nullable }) => ({
      name,
      type: type === null ? null : (parseColumnType(type) ?? 'string'),
      declared,
      nullable,
    }));
  }

  /** Notes what a run made of a table, inside the running transaction. */
  async record(
    table: string,
    pipeline: string,
    key: readonly string[],
    columns: readonly TableColumn[],
  ): Promise<void> {
    const stored = columns.map(({ name, type, declared, nullable }): StoredColumn => ({
      name,
      type,
      declared,
      nullable,
    }));
    await this.#connection.run(`DELETE FROM _host_tables WHERE lower(table_name) = lower($1)`, [table]);
    await this.#connection.run(`INSERT INTO _host_tables VALUES ($1, $2, $3, $4, now())`, [
      table,
      pipeline,
      JSON.stringify(key),
      JSON.stringify(stored),
    ]);
  }

  async #makeTables(): Promise<void> {
    await this.#connection.run(`
      CREATE TABLE IF NOT EXISTS _host_meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
      CREATE TABLE IF NOT EXISTS _host_tables (
        table_name VARCHAR NOT NULL, pipeline VARCHAR NOT NULL, primary_key JSON NOT NULL, columns JSON NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL
      )`);
    const found = await this.#connection.runAndReadAll(`SELECT value FROM _host_meta WHERE name = 'version'`);
    const version = found.getRows()[0]?.[0];
    if (version === undefined) {
      await this.#connection.run(`INSERT INTO _host_meta VALUES ('version', $1)`, [String(VERSION)]);
    } else if (Number(version) > VERSION) {
      throw new TargetError(
        `${this.#label} has bookkeeping of version ${String(version)}; this host knows version ${VERSION}`,
        { code: 'TARGET_VERSION_NEWER' },
      );
    }
  }
}

interface StoredColumn {
  readonly name: string;
  readonly type: string | null;
  readonly declared: boolean;
  readonly nullable: boolean;
}
