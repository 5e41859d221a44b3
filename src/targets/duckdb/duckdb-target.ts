import { existsSync } from 'node:fs';
import { realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { HostError } from '../../sdk/errors.js';
import type { Target, TargetCapabilities, TargetRun, TargetSession } from '../target.js';
import { CHUNK_ROWS } from './column-writer.js';
import { fileError } from '../files/file-error.js';
import { duckdbError } from './duckdb-error.js';
import { DuckdbSession } from './duckdb-session.js';

/** A file that targets of this process have open. */
interface OpenFile {
  targets: number;
  /** True while it holds nothing but what this process began and did not commit. */
  isEmpty: boolean;
}

/** By real path. The first target makes a file and the last one removes it, if all of them failed. */
const openFiles = new Map<string, OpenFile>();

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
    // One chunk of columns.
    batchRows: CHUNK_ROWS,
  };
  readonly #file: string;
  readonly #openFile: OpenFile;
  readonly #instance: DuckDBInstance;

  private constructor(label: string, file: string, openFile: OpenFile, instance: DuckDBInstance) {
    this.label = label;
    this.#file = file;
    this.#openFile = openFile;
    this.#instance = instance;
  }

  /**
   * Opens a database, which makes the file where there is none.
   *
   * @param path the file, relative to the working directory; it is also the target's label
   * @throws TransientError TARGET_BUSY when another process holds it; TargetError when it cannot be opened
   */
  static async open(path: string): Promise<DuckdbTarget> {
    const file = await realFile(path);
    if (!existsSync(dirname(file))) throw fileError({ code: 'ENOENT' }, path);
    const openFile = openFiles.get(file) ?? { targets: 0, isEmpty: !existsSync(file) };
    openFiles.set(file, openFile);
    openFile.targets += 1;
    try {
      // One instance for each real file: two instances of one file in a process lose data in silence.
      return new DuckdbTarget(path, file, openFile, await DuckDBInstance.fromCache(file));
    } catch (error) {
      leave(file, openFile);
      throw duckdbError(error, path);
    }
  }

  async begin(run: TargetRun): Promise<TargetSession> {
    const connection = await this.#instance.connect();
    return DuckdbSession.begin(connection, run, this.label, () => {
      this.#openFile.isEmpty = false;
    });
  }

  explain(error: unknown): HostError {
    return duckdbError(error, this.label);
  }

  async close(): Promise<void> {
    const isLast = leave(this.#file, this.#openFile);
    // A run that failed leaves no empty file behind. The file goes first, while its lock still keeps others out.
    if (isLast && this.#openFile.isEmpty && (await this.#hasNoTable()))
      await Promise.all([rm(this.#file, { force: true }), rm(`${this.#file}.wal`, { force: true })]);
    this.#instance.closeSync();
  }

  /** Asked before the file is removed: another process may have made it between our look and our opening it. */
  async #hasNoTable(): Promise<boolean> {
    const connection = await this.#instance.connect();
    const found = await connection.runAndReadAll('SELECT 1 FROM duckdb_tables() LIMIT 1');
    connection.closeSync();
    return found.currentRowCount === 0;
  }
}

/** @returns true when no other target of this process has the file open */
function leave(file: string, openFile: OpenFile): boolean {
  openFile.targets -= 1;
  if (openFile.targets > 0) return false;
  openFiles.delete(file);
  return true;
}

/** The path with links resolved, also where the file itself does not exist yet. */
async function realFile(path: string): Promise<string> {
  const file = resolve(path);
  if (existsSync(file)) return realpath(file);
  return join(existsSync(dirname(file)) ? await realpath(dirname(file)) : dirname(file), basename(file));
}
