import { TargetError } from '../../sdk/errors.js';
import type { TableColumn } from '../target.js';
import type { PostgresConnection } from './postgres-connection.js';
import { quoteName, storedName } from './sql.js';
import { columnsText, knownTable, mayBePartitioned, type KnownTable } from '../sql/known-table.js';

/**
 * What makes each version of the bookkeeping from the one before. A released step never changes: a database that an
 * older host wrote goes through those it lacks.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE _host_tables (
     table_name text PRIMARY KEY, pipeline text NOT NULL, primary_key jsonb NOT NULL, columns json NOT NULL,
     updated_at timestamptz NOT NULL
   );
   CREATE TABLE _host_state (
     pipeline text NOT NULL, partition text NOT NULL, epoch bigint NOT NULL, version bigint NOT NULL, state text,
     fingerprint text, format integer NOT NULL, run text NOT NULL, saved_at timestamptz NOT NULL,
     PRIMARY KEY (pipeline, partition)
   );
   CREATE TABLE _host_state_history (
     pipeline text NOT NULL, partition text NOT NULL, version bigint NOT NULL, state text NOT NULL, run text NOT NULL,
     saved_at timestamptz NOT NULL
   );
   CREATE INDEX ON _host_state_history (pipeline, partition, version);
   CREATE TABLE _host_runs (
     number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run text NOT NULL, pipeline text NOT NULL,
     partition text NOT NULL, status text NOT NULL, code text, message text, rows_read bigint NOT NULL DEFAULT 0,
     rows_written bigint NOT NULL DEFAULT 0, rows_deleted bigint NOT NULL DEFAULT 0, commits bigint NOT NULL DEFAULT 0,
     started_at timestamptz NOT NULL, heartbeat_at timestamptz NOT NULL, ended_at timestamptz, process bigint NOT NULL,
     machine text NOT NULL, start_time text, boot_id text, pid_namespace text
   );
   CREATE INDEX ON _host_runs (run);
   CREATE INDEX ON _host_runs (pipeline, partition) WHERE status = 'running';
   CREATE TABLE _host_rejected_rows (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run text NOT NULL, pipeline text NOT NULL,
     table_name text NOT NULL, row_number bigint NOT NULL, code text NOT NULL, reason text NOT NULL,
     operation text NOT NULL, attempts integer NOT NULL, row json NOT NULL, request text, status integer, response text,
     rejected_at timestamptz NOT NULL
   );
   CREATE INDEX ON _host_rejected_rows (pipeline, id)`,
  // Ids are compared by their bytes, whatever the collation of the database is.
  `CREATE TABLE _host_batches (
     pipeline text PRIMARY KEY, batch text NOT NULL, selection text, resolved_at text NOT NULL, partitioning text NOT NULL,
     is_shared boolean NOT NULL, table_names text NOT NULL
   );
   CREATE TABLE _host_partitions (
     pipeline text NOT NULL, partition text COLLATE "C" NOT NULL, status text NOT NULL, batch text NOT NULL,
     run text NOT NULL, row_count bigint NOT NULL, code text, message text, ended_at text NOT NULL,
     PRIMARY KEY (pipeline, partition)
   );
   ALTER TABLE _host_rejected_rows ADD COLUMN partition text, ADD COLUMN is_replacing boolean`,
];

/** Names that begin so belong to the host. */
export const RESERVED_PREFIX = '_host_';

/** First half of the keys of the host's advisory locks; the second is a hash of what is locked. */
export const LOCK_SPACE = 1_751_479_156;

/**
 * What a schema knows about tables that the host loaded: `_host_meta` holds the version of the bookkeeping,
 * `_host_tables` a row for each table with its pipeline, key and columns.
 */
export class Bookkeeping {
  readonly #connection: PostgresConnection;
  readonly #schema: string;
  readonly #label: string;

  constructor(connection: PostgresConnection, schema: string, label: string) {
    this.#connection = connection;
    this.#schema = schema;
    this.#label = label;
  }

  /**
   * Makes the schema and the tables where they are missing, in a short transaction of its own.
   *
   * @throws TargetError TARGET_VERSION_NEWER when a newer host wrote them
   */
  async prepare(): Promise<void> {
    if ((await this.#version()) === MIGRATIONS.length) return;
    await this.#connection.run('BEGIN');
    try {
      // One of those that come at once makes them.
      await this.#connection.query(`SELECT pg_advisory_xact_lock(${LOCK_SPACE}, hashtext($1))`, [
        `${this.#schema} bookkeeping`,
      ]);
      await this.#makeTables();
    } catch (error) {
      await this.#connection.run('ROLLBACK');
      throw error;
    }
    await this.#connection.run('COMMIT');
  }

  /** Whether a host has prepared this schema. Writes nothing. */
  async isThere(): Promise<boolean> {
    const [row] = await this.#connection.query(`SELECT to_regclass($1) IS NOT NULL`, [
      `${quoteName(this.#schema)}._host_tables`,
    ]);
    return row?.[0] === true;
  }

  /** A table as the last run left it; undefined: the host did not load it. */
  async find(table: string): Promise<KnownTable | undefined> {
    const [row] = await this.#connection.query(
      `SELECT columns, primary_key FROM _host_tables WHERE table_name = $1`,
      [storedName(table)],
    );
    if (!row) return undefined;
    const [columns, key] = row as [string, string];
    const known = knownTable(columns, key);
    return mayBePartitioned(columns) && (await this.#isPartitioned(table))
      ? { ...known, isPartitioned: true }
      : known;
  }

  /** A source may have a column of that name itself. */
  async #isPartitioned(table: string): Promise<boolean> {
    const [there] = await this.#connection.query(`SELECT to_regclass('_host_batches') IS NOT NULL`);
    if (there?.[0] !== true && there?.[0] !== 't') return false;
    const found = await this.#connection.query(
      `SELECT 1 FROM _host_tables t JOIN _host_batches b ON b.pipeline = t.pipeline WHERE t.table_name = $1`,
      [storedName(table)],
    );
    return found.length > 0;
  }

  /** The pipeline that loaded a table last; null: none did. */
  async ownerOf(table: string): Promise<string | null> {
    const [row] = await this.#connection.query(`SELECT pipeline FROM _host_tables WHERE table_name = $1`, [
      storedName(table),
    ]);
    return (row?.[0] as string | undefined) ?? null;
  }

  /** Notes what a run made of a table, inside the running transaction. */
  async record(
    table: string,
    pipeline: string,
    key: readonly string[],
    columns: readonly TableColumn[],
  ): Promise<void> {
    await this.#connection.run(
      `INSERT INTO _host_tables VALUES ($1, $2, $3, $4, now()) ON CONFLICT (table_name) DO UPDATE
       SET pipeline = excluded.pipeline, primary_key = excluded.primary_key, columns = excluded.columns,
         updated_at = excluded.updated_at`,
      [storedName(table), pipeline, JSON.stringify(key), columnsText(columns)],
    );
  }

  async #version(): Promise<number> {
    const [there] = await this.#connection.query(`SELECT to_regclass($1) IS NOT NULL`, [
      `${quoteName(this.#schema)}._host_meta`,
    ]);
    if (there?.[0] !== true) return 0;
    const [row] = await this.#connection.query(`SELECT value FROM _host_meta WHERE name = 'version'`);
    const version = Number(row?.[0] ?? 0);
    if (version <= MIGRATIONS.length) return version;
    throw new TargetError(
      `${this.#label} has bookkeeping of version ${version}; this host knows version ${MIGRATIONS.length}`,
      { code: 'TARGET_VERSION_NEWER' },
    );
  }

  async #makeTables(): Promise<void> {
    const [schema] = await this.#connection.query(`SELECT to_regnamespace($1) IS NULL`, [
      quoteName(this.#schema),
    ]);
    if (schema?.[0] === true) await this.#connection.run(`CREATE SCHEMA ${quoteName(this.#schema)}`);
    await this.#connection.run(
      'CREATE TABLE IF NOT EXISTS _host_meta (name text PRIMARY KEY, value text NOT NULL)',
    );
    for (const migration of MIGRATIONS.slice(await this.#version())) await this.#connection.run(migration);
    await this.#connection.run(
      `INSERT INTO _host_meta VALUES ('version', '${MIGRATIONS.length}')
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    );
  }
}
