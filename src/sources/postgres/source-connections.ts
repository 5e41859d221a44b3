import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresAddress } from '../../targets/postgres/connect-postgres.js';
import { PostgresConnection } from '../../targets/postgres/postgres-connection.js';
import { isConnectionLoss } from '../../targets/postgres/postgres-error.js';
import type { OpenSourceOptions } from '../source.js';

/** Seen by who looks at the server's connections. */
const APPLICATION = 'connector-host source';
/** Longest time to try for a connection to a server that has answered before, in milliseconds; it restarts in less. */
const RECONNECT_MS = 30_000;
/** Milliseconds between two tries. */
const WAIT_MS = 500;

/** Opens the connections of the reads of one source. */
export class SourceConnections {
  readonly #address: PostgresAddress;
  readonly #options: OpenSourceOptions;
  #hasAnswered = false;

  constructor(address: PostgresAddress, options: OpenSourceOptions) {
    this.#address = address;
    this.#options = options;
  }

  /**
   * A connection that looks for tables in the schema that was asked for, then as the server's settings say. A server that
   * is away for a moment in mid-run is waited for; one that was not there at all is not.
   *
   * @param signal ends the tries
   */
  async open(signal: AbortSignal): Promise<PostgresConnection> {
    const until = Date.now() + (this.#hasAnswered ? RECONNECT_MS : 0);
    for (;;) {
      signal.throwIfAborted();
      try {
        const connection = await this.#open();
        this.#hasAnswered = true;
        return connection;
      } catch (error) {
        if (!isConnectionLoss(error) || Date.now() + WAIT_MS > until) throw error;
      }
      await sleep(WAIT_MS, undefined, { signal });
    }
  }

  /** Ends the statement of a connection. Never fails: where it cannot, the end of the connection does the same later. */
  async cancel(pid: number): Promise<void> {
    let connection: PostgresConnection | undefined;
    try {
      connection = await this.#open();
      await connection.query('SELECT pg_cancel_backend($1)', [pid]);
    } catch {
      // The server finds out by itself when it next has something to send.
    } finally {
      await connection?.close();
    }
  }

  async #open(): Promise<PostgresConnection> {
    const { wait, schema } = this.#options;
    const connection = await PostgresConnection.open(this.#address, {
      applicationName: APPLICATION,
      schema: 'public',
      // 0 would be to wait for ever.
      lockTimeoutMs: Math.max(1, wait?.lockTimeoutMs ?? 0),
    });
    try {
      await setSearchPath(connection, schema);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }
}

async function setSearchPath(connection: PostgresConnection, schema: string | undefined): Promise<void> {
  await connection.run('RESET search_path');
  if (schema === undefined) return;
  await connection.query(
    `SELECT set_config('search_path', concat_ws(', ', quote_ident($1), nullif(current_setting('search_path'), '')), false)`,
    [schema],
  );
}
