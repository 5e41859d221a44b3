import { existsSync } from 'node:fs';
import { realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { HostError } from '../../sdk/errors.js';
import type { Target, TargetCapabilities, TargetRun, TargetSession } from '../target.js';
import { duckdbError } from './duckdb-error.js';
import { DuckdbSession } from './duckdb-session.js';

/** A DuckDB database in a file. Each run is one transaction. */
export class DuckdbTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    transactional: true,
    keepsState: true,
    upserts: true,
    deletes: true,
    concurrentWriters: true,
    immediate: false,
  };
  readonly #file: string;
  readonly #instance: DuckDBInstance;
  /** True while the file holds nothing but what this process began and did not commit. */
  #isEmpty: boolean;

  private constructor(label: string, file: string, instance: DuckDBInstance, isEmpty: boolean) {
    this.label = label;
    this.#file = file;
    this.#instance = instance;
    this.#isEmpty = isEmpty;
  }

  /**
   * Opens a database, which makes the file where there is none.
   *
   * @param path the file, relative to the working directory; it is also the target's label
   * @throws TransientError TARGET_BUSY when another process holds it; TargetError when it cannot be opened
   */
  static async open(path: string): Promise<DuckdbTarget> {
    try {
      const file = await realFile(path);
      const isNew = !existsSync(file);
      // One instance for each real file: two instances of one file in a process lose data in silence.
      return new DuckdbTarget(path, file, await DuckDBInstance.fromCache(file), isNew);
    } catch (error) {
      throw duckdbError(error, path);
    }
  }

  async begin(run: TargetRun): Promise<TargetSession> {
    const connection = await this.#instance.connect();
    return DuckdbSession.begin(connection, run, this.label, () => (this.#isEmpty = false));
  }

  explain(error: unknown): HostError {
    return duckdbError(error, this.label);
  }

  async close(): Promise<void> {
    // A run that failed leaves no empty file behind. The file goes first, while its lock still keeps others out.
    if (this.#isEmpty)
      await Promise.all([rm(this.#file, { force: true }), rm(`${this.#file}.wal`, { force: true })]);
    this.#instance.closeSync();
  }
}

/** The path with links resolved, also where the file itself does not exist yet. */
async function realFile(path: string): Promise<string> {
  const file = resolve(path);
  if (existsSync(file)) return realpath(file);
  return join(existsSync(dirname(file)) ? await realpath(dirname(file)) : dirname(file), basename(file));
}
