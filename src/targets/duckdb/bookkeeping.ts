import type { DuckDBConnection } from '@duckdb/node-api';
import { TargetError } from '../../sdk/errors.js';
import type { TableColumn } from '../target.js';
import { columnsText, knownTable, mayBePartitioned, type KnownTable } from '../sql/known-table.js';

/**
 * What makes each version of the bookkeeping from the one before. A released step never changes: a database that an
 * older host wrote goes through those it lacks.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS _host_tables (
     table_name VARCHAR NOT NULL, pipeline VARCHAR NOT NULL, primary_key JSON NOT NULL, columns JSON NOT NULL,
     updated_at TIMESTAMP WITH TIME ZONE NOT NULL
   )`,
  `CREATE TABLE _host_state (
     pipeline VARCHAR NOT NULL, partition VARCHAR NOT NULL, epoch BIGINT NOT NULL, version BIGINT NOT NULL,
     state VARCHAR, fingerprint VARCHAR, format INTEGER NOT NULL, run VARCHAR NOT NULL,
     saved_at TIMESTAMP WITH TIME ZONE NOT NULL
   );
   CREATE TABLE _host_state_history (
     pipeline VARCHAR NOT NULL, partition VARCHAR NOT NULL, version BIGINT NOT NULL, state VARCHAR NOT NULL,
     run VARCHAR NOT NULL, saved_at TIMESTAMP WITH TIME ZONE NOT NULL
   );
   CREATE TABLE _host_runs (
     run VARCHAR NOT NULL, pipeline VARCHAR NOT NULL, partition VARCHAR NOT NULL, status VARCHAR NOT NULL,
     code VARCHAR, message VARCHAR, rows_read BIGINT NOT NULL, rows_written BIGINT NOT NULL,
     rows_deleted BIGINT NOT NULL, commits BIGINT NOT NULL, started_at TIMESTAMP WITH TIME ZONE NOT NULL,
     heartbeat_at TIMESTAMP WITH TIME ZONE NOT NULL, ended_at TIMESTAMP WITH TIME ZONE,
     process BIGINT NOT NULL, machine VARCHAR NOT NULL
   );
   CREATE TABLE _host_rejected_rows (
     run VARCHAR NOT NULL, pipeline VARCHAR NOT NULL, table_name VARCHAR NOT NULL, row_number BIGINT NOT NULL,
     code VARCHAR NOT NULL, reason VARCHAR NOT NULL, attempts INTEGER NOT NULL, row JSON NOT NULL,
     rejected_at TIMESTAMP WITH TIME ZONE NOT NULL
   )`,
  `ALTER TABLE _host_rejected_rows ADD COLUMN id VARCHAR;
   ALTER TABLE _host_rejected_rows ADD COLUMN operation VARCHAR DEFAULT 'upsert';
   ALTER TABLE _host_rejected_rows ADD COLUMN request VARCHAR;
   ALTER TABLE _host_rejected_rows ADD COLUMN status INTEGER;
   ALTER TABLE _host_rejected_rows ADD COLUMN response VARCHAR;
   UPDATE _host_rejected_rows SET id = left(replace(CAST(uuid() AS VARCHAR), '-', ''), 16)`,
  `CREATE TABLE _host_batches (
     pipeline VARCHAR NOT NULL, batch VARCHAR NOT NULL, selection VARCHAR, resolved_at VARCHAR NOT NULL,
     partitioning VARCHAR NOT NULL, is_shared BOOLEAN NOT NULL, table_names VARCHAR NOT NULL
   );
   CREATE TABLE _host_partitions (
     pipeline VARCHAR NOT NULL, partition VARCHAR NOT NULL, status VARCHAR NOT NULL, batch VARCHAR NOT NULL,
     run VARCHAR NOT NULL, row_count BIGINT NOT NULL, code VARCHAR, message VARCHAR, ended_at VARCHAR NOT NULL
   );
   ALTER TABLE _host_rejected_rows ADD COLUMN partition VARCHAR;
   ALTER TABLE _host_rejected_rows ADD COLUMN is_replacing BOOLEAN`,
];

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
   * Makes the tables where they are missing, in short transactions of their own, so that runs side by side do not wait
   * for each other or conflict. Never call it twice at once for one file.
   *
   * @throws TargetError TARGET_VERSION_NEWER when a newer host wrote them
   */
  async prepare(): Promise<void> {
    // One by one: a table whose rows were changed is not altered in the same transaction.
    while (!(await this.#inTransaction(() => this.#migrate())));
  }

  /** Whether a host that keeps states has prepared this database. Writes nothing. */
  hasPipelines(): Promise<boolean> {
    return this.#has('_host_runs');
  }

  /** Whether a host has prepared this database. Writes nothing. */
  hasTables(): Promise<boolean> {
    return this.#has('_host_tables');
  }

  /** A table as the last run left it; undefined: the host did not load it. */
  async find(table: string): Promise<KnownTable | undefined> {
    const found = await this.#connection.runAndReadAll(
      `SELECT CAST(columns AS VARCHAR), CAST(primary_key AS VARCHAR) FROM _host_tables
       WHERE lower(table_name) = lower($1)`,
      [table],
    );
    const [columns, key] = found.getRows()[0] ?? [];
    if (typeof columns !== 'string') return undefined;
    const known = knownTable(columns, key as string);
    return mayBePartitioned(columns) && (await this.#isPartitioned(table))
      ? { ...known, isPartitioned: true }
      : known;
  }

  /** The pipeline that loaded a table last; null: none did. */
  async ownerOf(table: string): Promise<string | null> {
    const found = await this.#connection.runAndReadAll(
      `SELECT pipeline FROM _host_tables WHERE lower(table_name) = lower($1)`,
      [table],
    );
    return (found.getRows()[0]?.[0] as string | undefined) ?? null;
  }

  /** Notes what a run made of a table, inside the running transaction. */
  async record(
    table: string,
    pipeline: string,
    key: readonly string[],
    columns: readonly TableColumn[],
  ): Promise<void> {
    await this.#connection.run(`DELETE FROM _host_tables WHERE lower(table_name) = lower($1)`, [table]);
    await this.#connection.run(`INSERT INTO _host_tables VALUES ($1, $2, $3, $4, now())`, [
      table,
      pipeline,
      JSON.stringify(key),
      columnsText(columns),
    ]);
  }

  /** A source may have a column of that name itself. */
  async #isPartitioned(table: string): Promise<boolean> {
    if (!(await this.#has('_host_batches'))) return false;
    const found = await this.#connection.runAndReadAll(
      `SELECT 1 FROM _host_tables t JOIN _host_batches b ON b.pipeline = t.pipeline
       WHERE lower(t.table_name) = lower($1)`,
      [table],
    );
    return found.currentRowCount > 0;
  }

  async #has(table: string): Promise<boolean> {
    const found = await this.#connection.runAndReadAll(
      `SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = current_schema()
       AND table_name = $1`,
      [table],
    );
    return found.currentRowCount > 0;
  }

  async #inTransaction<T>(step: () => Promise<T>): Promise<T> {
    await this.#connection.run('BEGIN TRANSACTION');
    let result: T;
    try {
      result = await step();
    } catch (error) {
      await this.#connection.run('ROLLBACK');
      throw error;
    }
    await this.#connection.run('COMMIT');
    return result;
  }

  /** Makes the next version. @returns whether it is the last one */
  async #migrate(): Promise<boolean> {
    await this.#connection.run(
      'CREATE TABLE IF NOT EXISTS _host_meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL)',
    );
    const found = await this.#connection.runAndReadAll(`SELECT value FROM _host_meta WHERE name = 'version'`);
    const text = found.getRows()[0]?.[0];
    const version = Number(text ?? 0);
    if (version > MIGRATIONS.length) {
      throw new TargetError(
        `${this.#label} has bookkeeping of version ${version}; this host knows version ${MIGRATIONS.length}`,
        { code: 'TARGET_VERSION_NEWER' },
      );
    }
    const migration = MIGRATIONS[version];
    if (migration === undefined) return true;
    await this.#connection.run(migration);
    await this.#connection.run(`DELETE FROM _host_meta WHERE name = 'version'`);
    await this.#connection.run(`INSERT INTO _host_meta VALUES ('version', $1)`, [String(version + 1)]);
    return version + 1 === MIGRATIONS.length;
  }
}
