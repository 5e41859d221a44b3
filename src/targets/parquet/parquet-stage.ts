import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Closable } from '../files/scratch.js';

/** Memory that the rows of a run may take; what goes beyond it lies in the folder. */
const MEMORY = '512MB';

/** The temporary database that the rows of one run gather in, as columns; each table on a connection of its own. */
export class ParquetStage implements Closable {
  readonly #connections = new Set<DuckDBConnection>();
  readonly #instance: DuckDBInstance;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #interrupt: () => void;
  #names = 0;

  private constructor(instance: DuckDBInstance, folder: string, signal: AbortSignal) {
    this.#instance = instance;
    this.#folder = folder;
    this.#signal = signal;
    this.#interrupt = () => {
      for (const connection of this.#connections) connection.interrupt();
    };
    signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** @param folder exists, and is removed by whoever made it */
  static async start(folder: string, signal: AbortSignal): Promise<ParquetStage> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY,
      temp_directory: folder,
    });
    return new ParquetStage(instance, folder, signal);
  }

  /** A connection for one table, which {@link disconnect} ends. */
  async connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    this.#connections.add(connection);
    return connection;
  }

  disconnect(connection: DuckDBConnection): void {
    if (this.#connections.delete(connection)) connection.closeSync();
  }

  /** A table of its own, and a file in the folder, for one more table of the run. */
  next(): { readonly table: string; readonly file: string } {
    this.#names += 1;
    return { table: `table_${this.#names}`, file: join(this.#folder, `${this.#names}.parquet`) };
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#interrupt);
    for (const connection of this.#connections) this.disconnect(connection);
    this.#instance.closeSync();
  }
}
