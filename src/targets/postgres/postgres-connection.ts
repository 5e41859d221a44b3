import type { Socket } from 'node:net';
import type { Client, FieldDef, QueryArrayConfig, QueryArrayResult } from 'pg';
import type { CopyStreamQuery } from 'pg-copy-streams';
import type { PostgresAddress } from './connect-postgres.js';
import { within } from '../within.js';
import { CopyIn } from './copy-in.js';
import { isConnectionLoss } from './postgres-error.js';

/** What a statement may be given besides its text. */
export type SqlValue = string | number | boolean | null | readonly string[];

/** Longest time that the server may take to end a connection, in milliseconds. */
const END_MS = 1000;

/** How the session of a connection is set, whatever the server's defaults are. */
const SETTINGS = [
  `TimeZone = 'UTC'`,
  `DateStyle = 'ISO, YMD'`,
  `IntervalStyle = 'iso_8601'`,
  `extra_float_digits = 1`,
  `bytea_output = 'hex'`,
  `standard_conforming_strings = on`,
  `client_min_messages = 'warning'`,
  // A source may be slow; whether its run lives, the heartbeat says.
  `statement_timeout = 0`,
  `idle_in_transaction_session_timeout = 0`,
];

/** Joins of a whole stage with its table spill to disk with the server's 4 MB; one session may have more. */
const WORK_MEMORY = `SELECT set_config('work_mem', '64MB', false)
  WHERE pg_size_bytes(current_setting('work_mem')) < 64 * 1024 * 1024`;

/** A query that is read piece by piece. */
export interface RowCursor {
  /** @returns the next rows, at most so many; none: there are no more */
  read(rows: number): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** How a {@link PostgresConnection} is opened. */
export interface ConnectionOptions {
  /** Seen by who looks at the server's connections; at most 63 bytes. */
  readonly applicationName: string;
  /** Where tables are looked for and made. */
  readonly schema: string;
  /** Longest time to wait for a lock, in milliseconds; 0: for ever. */
  readonly lockTimeoutMs: number;
}

/**
 * One connection to a database. Statements run one after the other; values come as PostgreSQL's text, but for booleans,
 * integers (a bigint where they are not safe) and doubles. Errors are the library's own.
 */
export class PostgresConnection {
  readonly #client: Client;
  readonly #makeCopy: (sql: string) => CopyStreamQuery;
  #copy: CopyIn | undefined;
  /** Told of what the server refuses of {@link #copy}. */
  #onRefused: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  private constructor(client: Client, makeCopy: (sql: string) => CopyStreamQuery) {
    this.#client = client;
    this.#makeCopy = makeCopy;
    // Without a listener the loss of an idle connection would end the process.
    client.on('error', (error) => {
      this.#failure ??= error;
    });
    client.on('end', () => {
      this.#failure ??= new Error('Connection terminated');
    });
  }

  static async open(address: PostgresAddress, options: ConnectionOptions): Promise<PostgresConnection> {
    const [{ default: pg }, { from }] = await Promise.all([import('pg'), import('pg-copy-streams')]);
    const { applicationName, schema, lockTimeoutMs } = options;
    const client = new pg.Client({
      ...address.config,
      application_name: applicationName,
      types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    });
    const connection = new PostgresConnection(client, from);
    await client.connect();
    try {
      const settings = [
        ...SETTINGS,
        `lock_timeout = ${lockTimeoutMs}`,
        `search_path = ${pg.escapeIdentifier(schema)}`,
      ];
      await connection.run([...settings.map((setting) => `SET ${setting}`), WORK_MEMORY].join(';'));
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** The server's process, which another connection may cancel or end. */
  get pid(): number {
    return (this.#client as unknown as { processID: number }).processID;
  }

  /** True: nothing more can be said on it. */
  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  /** What a query would give, by its columns; it is not run. Several statements in one text are an error. */
  async describe(query: string): Promise<readonly FieldDef[]> {
    this.#throwIfLost();
    const config = {
      text: `SELECT * FROM (${query}) AS described LIMIT 0`,
      rowMode: 'array',
      queryMode: 'extended',
    };
    try {
      return (await this.#client.query(config as QueryArrayConfig)).fields;
    } catch (error) {
      this.#noteLoss(error);
      throw error;
    }
  }

  /** Rows of a statement, each a list of values. */
  async query(sql: string, values?: readonly SqlValue[]): Promise<unknown[][]> {
    return (await this.#ask(sql, values)).rows;
  }

  /** Runs a statement, or several without values. */
  async run(sql: string, values?: readonly SqlValue[]): Promise<void> {
    await this.#ask(sql, values);
  }

  /** @returns how many rows the statement changed */
  async change(sql: string, values?: readonly SqlValue[]): Promise<number> {
    return (await this.#ask(sql, values)).rowCount ?? 0;
  }

  /** Opens a query that is read piece by piece. No other statement may run until it is closed. */
  async openCursor(sql: string): Promise<RowCursor> {
    await this.endCopy();
    this.#throwIfLost();
    const { default: Cursor } = await import('pg-cursor');
    const cursor = this.#client.query(new Cursor(sql, undefined, { rowMode: 'array' }));
    return {
      read: async (rows) => {
        try {
          return await cursor.read(rows);
        } catch (error) {
          this.#noteLoss(error);
          throw error;
        }
      },
      // The library waits for an answer, which does not come on a connection that is lost.
      close: async () => {
        if (!this.#failure) await within(END_MS, cursor.close());
      },
    };
  }

  /**
   * Starts `COPY ... FROM STDIN`, or goes on with it where it is the last statement; any other statement ends it.
   * @param onRefused told of what the server refused of its rows when another statement ends it, which then goes on; absent:
   *   that statement fails
   */
  async copyInto(sql: string, onRefused?: (error: Error) => void): Promise<CopyIn> {
    if (this.#copy?.sql === sql) return this.#copy;
    await this.endCopy();
    this.#throwIfLost();
    const stream = this.#client.query(this.#makeCopy(sql));
    this.#copy = new CopyIn(sql, stream, (error) => this.#noteLoss(error));
    this.#onRefused = onRefused;
    return this.#copy;
  }

  /** Ends the COPY that goes on, if one does: its rows are in the table then. */
  async endCopy(): Promise<void> {
    const copy = this.#copy;
    this.#copy = undefined;
    try {
      await copy?.end();
    } catch (error) {
      if (!this.#onRefused || this.#failure) throw error;
      this.#onRefused(error as Error);
    }
  }

  /** Takes back what the COPY that goes on has sent. */
  async dropCopy(): Promise<void> {
    const copy = this.#copy;
    this.#copy = undefined;
    await copy?.drop();
  }

  /** Ends the connection, in order where it can. Never throws. */
  async close(): Promise<void> {
    if (!this.#failure) {
      await this.dropCopy();
      // It is of no more use, whatever the server says.
      await within(
        END_MS,
        this.#client.end().catch(() => undefined),
      );
    }
    (this.#client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  }

  async #ask(sql: string, values?: readonly SqlValue[]): Promise<QueryArrayResult<unknown[]>> {
    await this.endCopy();
    this.#throwIfLost();
    const query: QueryArrayConfig = {
      text: sql,
      rowMode: 'array',
      ...(values ? { values: [...values] } : {}),
    };
    let result: QueryArrayResult<unknown[]> | QueryArrayResult<unknown[]>[];
    try {
      result = await this.#client.query(query);
    } catch (error) {
      this.#noteLoss(error);
      throw error;
    }
    return Array.isArray(result) ? (result.at(-1) as QueryArrayResult<unknown[]>) : result;
  }

  /** The server may say so before the connection ends. */
  #noteLoss(error: unknown): void {
    if (isConnectionLoss(error)) this.#failure ??= error as Error;
  }

  #throwIfLost(): void {
    if (this.#failure) throw this.#failure;
  }
}

const [BOOL, INT8, INT2, INT4, OID, FLOAT8] = [16, 20, 21, 23, 26, 701];

function parserOf(oid: number): (text: string) => unknown {
  switch (oid) {
    case BOOL:
      return (text) => text === 't';
    case INT2:
    case INT4:
    case OID:
    case FLOAT8:
      return Number;
    case INT8:
      return exactInteger;
    default:
      return String;
  }
}

function exactInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
