import { opendirSync } from 'node:fs';
import { mkdir, realpath, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError, TargetError } from '../../sdk/errors.js';
import { codeOf, fileError } from '../files/file-error.js';
import type { FilePlaces } from '../files/file-places.js';
import { syncFolder } from '../files/sync-folder.js';
import { killPoint } from '../kill-point.js';
import { tableFileName, tableOfFileName } from './table-file-name.js';

/** The files of a folder, one for each table, as one run sees them. */
export class TableFiles implements FilePlaces {
  readonly #folder: string;
  readonly #ending: string;
  #isPrepared = false;
  /** The folder is this run's own. */
  #isNew = false;

  /** @param folder with or without a slash at its end; made when needed, inside of one that exists */
  constructor(folder: string, ending: string) {
    this.#folder = folder;
    this.#ending = ending;
  }

  get scratch(): string {
    return join(this.#folder, 'run');
  }

  get rejected(): string {
    return join(this.#folder, '_rejected.jsonl');
  }

  /** @throws ConfigError NAMES_COLLIDE, TABLE_NAME_INVALID; TARGET_MODE_UNSUPPORTED for a table with partitions */
  fileOf(table: string, others: readonly string[]): string {
    const file = this.placeOf(table, others);
    refusePartitions(table, file.slice(0, -this.#ending.length - 1));
    return file;
  }

  /** The file that a table would have as a whole. */
  placeOf(table: string, others: readonly string[]): string {
    if (table === '') {
      throw new ConfigError('a table without a name has no file', { code: 'TABLE_NAME_INVALID' });
    }
    const name = tableFileName(table, this.#ending);
    const twin = others.find((other) => folded(tableFileName(other, this.#ending)) === folded(name));
    if (twin !== undefined) {
      throw new ConfigError(`tables "${twin}" and "${table}" would have one file in "${this.#folder}"`, {
        code: 'NAMES_COLLIDE',
        details: { table },
      });
    }
    return join(this.#folder, name);
  }

  async prepare(): Promise<void> {
    if (this.#isPrepared) return;
    const path = resolve(this.#folder);
    try {
      await mkdir(path);
      this.#isNew = true;
      killPoint('folder.after-made');
      await syncFolder(dirname(path));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw fileError(error, this.#folder);
      await this.#refuseFile(path);
    }
    this.#isPrepared = true;
  }

  async release(): Promise<void> {
    if (!this.#isNew) return;
    this.#isNew = false;
    try {
      await rmdir(resolve(this.#folder));
    } catch (error) {
      // It holds the tables, as it should; or somebody was faster.
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? ''))
        throw fileError(error, this.#folder);
    }
  }

  async tablesIn(files: Iterable<string>): Promise<readonly string[]> {
    let folder: string;
    try {
      folder = await realpath(this.#folder);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw fileError(error, this.#folder);
    }
    const tables: string[] = [];
    for (const file of files) {
      const table = dirname(file) === folder ? tableOfFileName(basename(file), this.#ending) : undefined;
      if (table !== undefined) tables.push(table);
    }
    return tables.sort();
  }

  async #refuseFile(path: string): Promise<void> {
    const stats = await stat(path).catch((error: unknown) => {
      throw fileError(error, this.#folder);
    });
    if (stats.isDirectory()) return;
    throw new TargetError(`"${this.#folder}" is not a folder`, {
      code: 'TARGET_UNWRITABLE',
      action: 'Name another folder with --to, or a file without the slash at its end.',
      details: { file: this.#folder },
    });
  }
}

/** Whoever reads a table would have to know of both. */
function refusePartitions(table: string, folder: string): void {
  const name = firstPartition(folder);
  if (name === undefined) return;
  throw new ConfigError(
    `table "${table}" cannot be written as a whole, since "${folder}" is cut into partitions`,
    {
      code: 'TARGET_MODE_UNSUPPORTED',
      action: 'Run with --partition, move the folder away, or name another folder with --to.',
      details: { table, file: join(folder, name) },
    },
  );
}

/** The name of a folder of a partition; undefined: there is none. */
function firstPartition(folder: string): string | undefined {
  try {
    const entries = opendirSync(folder);
    try {
      for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
        if (entry.isDirectory() && entry.name.includes('=')) return entry.name;
      }
    } finally {
      entries.closeSync();
    }
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw fileError(error, folder);
  }
  return undefined;
}

/** Names that some file systems take for one. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
