import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresAddress } from './connect-postgres.js';
import type { Link } from './link.js';
import { PostgresConnection, type ConnectionOptions } from './postgres-connection.js';
import { isConnectionLoss } from './postgres-error.js';

/** Longest time to try for a new connection after a loss, in milliseconds; a server restarts in less. */
const RECONNECT_MS = 30_000;
/** Milliseconds between the first two tries, which doubles up to the longest. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

/** The connections of one session: one for its rows and statements, one beside it for heartbeats and to cancel those. */
export class SessionLink implements Link {
  readonly #address: PostgresAddress;
  readonly #options: ConnectionOptions;
  readonly #signal: AbortSignal;
  #connection: PostgresConnection;
  #beside: Promise<PostgresConnection> | undefined;

  private constructor(
    address: PostgresAddress,
    options: ConnectionOptions,
    signal: AbortSignal,
    connection: PostgresConnection,
  ) {
    this.#address = address;
    this.#options = options;
    this.#signal = signal;
    this.#connection = connection;
  }

  static async open(
    address: PostgresAddress,
    options: ConnectionOptions,
    signal: AbortSignal,
  ): Promise<SessionLink> {
    return new SessionLink(address, options, signal, await PostgresConnection.open(address, options));
  }

  get connection(): PostgresConnection {
    return this.#connection;
  }

  /** A connection that no statement of the session waits on. */
  async beside(): Promise<PostgresConnection> {
    const open = (): Promise<PostgresConnection> => PostgresConnection.open(this.#address, this.#options);
    this.#beside ??= open();
    try {
      const connection = await this.#beside;
      if (!connection.isLost) return connection;
    } catch {
      // It failed at another time; now it may not.
    }
    this.#beside = open();
    return this.#beside;
  }

  /** Ends the statement that goes on, if one does. */
  async cancel(): Promise<void> {
    const connection = await this.beside();
    await connection.query('SELECT pg_cancel_backend($1)', [this.#connection.pid]);
  }

  /**
   * Opens a new connection in the place of one that was lost, and ends what the server may still do for that one.
   *
   * @param tryMs how long to try
   */
  async reconnect(tryMs = RECONNECT_MS): Promise<void> {
    const { pid } = this.#connection;
    await this.#connection.close();
    this.#connection = await this.#tryToOpen(Date.now() + tryMs);
    // Else it holds its locks until it notices. A restarted server may have given its number to another one.
    await this.#connection.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2',
      [pid, this.#options.applicationName],
    );
  }

  /** Ends both connections. Never throws. */
  async close(): Promise<void> {
    // One that could not be opened needs no end.
    const beside = await this.#beside?.catch(() => undefined);
    await Promise.all([this.#connection.close(), beside?.close()]);
  }

  async #tryToOpen(until: number): Promise<PostgresConnection> {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        return await PostgresConnection.open(this.#address, this.#options);
      } catch (error) {
        if (!isConnectionLoss(error) || this.#signal.aborted || Date.now() + wait > until) throw error;
      }
      await sleep(wait);
    }
  }
}
