import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { TargetError, type HostError } from '../../sdk/errors.js';
import { duckdbError } from '../duckdb/duckdb-error.js';
import { removeSpilledRows } from '../duckdb/spilled-rows.js';
import { codeOf, fileError } from '../files/file-error.js';
import { locateFile } from '../files/locate-file.js';
import { LedgerTable } from './ledger-table.js';

const VERSION = 1;
/** Memory that rows and joins may take; what goes beyond it lies beside the ledger. */
const MEMORY = '512MB';
const FOLDER_MODE = 0o700;
const BOOKKEEPING = `
  CREATE TABLE IF NOT EXISTS ledger_meta (version INTEGER NOT NULL);
  INSERT INTO ledger_meta SELECT ${VERSION} WHERE NOT EXISTS (FROM ledger_meta);
  CREATE TABLE IF NOT EXISTS ledger_tables (
    name VARCHAR NOT NULL, accepted VARCHAR NOT NULL, columns VARCHAR NOT NULL, key VARCHAR NOT NULL
  );
  CREATE TABLE IF NOT EXISTS ledger_sent (name VARCHAR NOT NULL, key VARCHAR NOT NULL, hash UHUGEINT);
`;

/** How a {@link Ledger} is opened. */
export interface LedgerOptions {
  /** The database, made when needed, with its folder. */
  readonly path: string;
  /** True: nothing is made, and nothing changes. */
  readonly looksOnly: boolean;
  /** Stops long statements. */
  readonly signal: AbortSignal;
}

/**
 * What an endpoint has accepted of a pipeline's tables: for each row its key and a hash of its content. A DuckDB
 * database of its own, since a million rows are compared in one statement.
 */
export class Ledger {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #options: LedgerOptions;
  readonly #interrupt: () => void;
  #tables = 0;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, options: LedgerOptions) {
    this.#instance = instance;
    this.#connection = connection;
    this.#options = options;
    this.#interrupt = () => connection.interrupt();
    options.signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** @throws TransientError TARGET_BUSY while another process has it; TargetError where it cannot be opened */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const { path, looksOnly } = options;
    try {
      if (!looksOnly) await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
      const isThere = await exists(path);
      if (isThere && !looksOnly) await removeSpilledRows(path);
      const instance = await DuckDBInstance.create(looksOnly && !isThere ? ':memory:' : path, {
        memory_limit: MEMORY,
        ...(looksOnly && isThere ? { access_mode: 'READ_ONLY' } : {}),
      });
      const ledger = new Ledger(instance, await instance.connect(), options);
      await ledger.#begin(!(looksOnly && isThere));
      return ledger;
    } catch (error) {
      throw codeOf(error)?.startsWith('E') ? fileError(error, path) : ledgerError(error, path);
    }
  }

  /** Opens what is known of a table, for one run. */
  async table(name: string): Promise<LedgerTable> {
    this.#tables += 1;
    return this.during(() =>
      LedgerTable.open(this.#connection, { name, ordinal: this.#tables, looksOnly: this.#options.looksOnly }),
    );
  }

  /** Runs a step on the ledger; names what fails. */
  async during<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.#options.signal.throwIfAborted();
      throw ledgerError(error, this.#options.path);
    }
  }

  close(): void {
    this.#options.signal.removeEventListener('abort', this.#interrupt);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #begin(mayMake: boolean): Promise<void> {
    try {
      if (mayMake) await this.#connection.run(BOOKKEEPING);
      await this.#refuseNewer();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async #refuseNewer(): Promise<void> {
    const found = await this.#connection.runAndReadAll('SELECT max(version) FROM ledger_meta');
    if (Number(found.getRows()[0]?.[0]) <= VERSION) return;
    const { path } = this.#options;
    throw new TargetError(`the ledger "${path}" was written by a newer version of the host`, {
      code: 'TARGET_VERSION_NEWER',
      details: { file: path },
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await locateFile(path)).stats !== undefined;
  } catch {
    // There is no such folder, or none that could be looked into: opening it says more.
    return false;
  }
}

function ledgerError(error: unknown, path: string): HostError {
  return duckdbError(error, `the ledger "${path}"`);
}
