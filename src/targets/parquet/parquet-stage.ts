import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Closable } from '../files/scratch.js';

/** Memory that the rows of a run may take; what goes beyond it lies in the folder. */
const MEMORY = '512MB';

/** The temporary database that the rows of one run gather in, as columns. */
export class ParquetStage implements Closable {
  readonly connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #interrupt: () => void;
  #names = 0;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    folder: string,
    signal: AbortSignal,
  ) {
    this.#instance = instance;
    this.connection = connection;
    this.#folder = folder;
    this.#signal = signal;
    this.#interrupt = () => connection.interrupt();
    signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** @param folder exists, and is removed by whoever made it */
  static async start(folder: string, signal: AbortSignal): Promise<ParquetStage> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY,
      temp_directory: folder,
    });
    return new ParquetStage(instance, await instance.connect(), folder, signal);
  }

  /** A table of its own, and a file in the folder, for one more table of the run. */
  next(): { readonly table: string; readonly file: string } {
    this.#names += 1;
    return { table: `table_${this.#names}`, file: join(this.#folder, `${this.#names}.parquet`) };
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#interrupt);
    this.connection.closeSync();
    this.#instance.closeSync();
  }
}
