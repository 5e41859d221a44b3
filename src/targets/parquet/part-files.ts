import { existsSync } from 'node:fs';
import { mkdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { codeOf, fileError } from '../files/file-error.js';
import type { FilePlaces } from '../files/file-places.js';
import { syncFolder } from '../files/sync-folder.js';
import { TableFiles } from '../folder/table-files.js';
import { killPoint } from '../kill-point.js';
import type { WriteMode } from '../target.js';

const ENDING = 'parquet';

/**
 * The Parquet files of a folder as one run sees them: a table that is replaced is a file, `out/users.parquet`; one that is
 * added to is a folder that gets a file with each commit, `out/users/<time>-<run>-<number>.parquet`.
 */
export class PartFiles implements FilePlaces {
  readonly #folder: string;
  readonly #runId: string;
  readonly #files: TableFiles;
  readonly #startedAt = new Date();
  /** Folders of tables that are added to; true: this run made it. */
  readonly #tableFolders = new Map<string, boolean>();
  #parts = 0;

  /** @param folder with or without a slash at its end; made when needed, inside of one that exists */
  constructor(folder: string, runId: string) {
    this.#folder = folder;
    this.#runId = runId;
    this.#files = new TableFiles(folder, ENDING);
  }

  get scratch(): string {
    return this.#files.scratch;
  }

  get rejected(): string {
    return this.#files.rejected;
  }

  fileOf(table: string, others: readonly string[], mode: WriteMode): string {
    const file = this.#files.fileOf(table, others);
    const folder = file.slice(0, -ENDING.length - 1);
    // Whoever reads a table would have to know of both.
    const [other, way] = mode === 'append' ? [file, 'added to'] : [folder, 'replaced'];
    if (existsSync(other)) {
      throw new ConfigError(`table "${table}" cannot be ${way}, since "${other}" is there already`, {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Run in the mode that it was written in, move it away, or name another folder with --to.',
        details: { table, file: other },
      });
    }
    if (mode !== 'append') return file;
    this.#tableFolders.set(folder, false);
    return this.#nextPart(folder);
  }

  fileAfter(path: string): string {
    const folder = dirname(path);
    return this.#tableFolders.has(folder) ? this.#nextPart(folder) : path;
  }

  async prepare(): Promise<void> {
    await this.#files.prepare();
    for (const [folder, isOurs] of this.#tableFolders) {
      if (!isOurs) this.#tableFolders.set(folder, await makeFolder(folder));
    }
  }

  async release(): Promise<void> {
    for (const [folder, isOurs] of this.#tableFolders) if (isOurs) await removeIfEmpty(folder);
    await this.#files.release();
  }

  async tablesIn(files: Iterable<string>): Promise<readonly string[]> {
    const folder = await realpath(this.#folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw fileError(error, this.#folder);
    });
    const whole = [...files].map((file) =>
      dirname(dirname(file)) === folder ? `${dirname(file)}.${ENDING}` : file,
    );
    return this.#files.tablesIn(new Set(whole));
  }

  /** Names sort as the parts were written, unless clocks differ. */
  #nextPart(folder: string): string {
    this.#parts += 1;
    const time = this.#startedAt.toISOString().replaceAll(/[-:.]/g, '');
    const run = this.#runId.replaceAll(/[^\w-]/g, '-');
    return join(folder, `${time}-${run}-${String(this.#parts).padStart(6, '0')}.${ENDING}`);
  }
}

/** @returns true where it was not there */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    killPoint('parquet.after-folder-made');
    await syncFolder(dirname(resolve(folder)));
    return true;
  } catch (error) {
    // Where it is a file, the part that goes into it says so.
    if (codeOf(error) === 'EEXIST') return false;
    throw fileError(error, folder);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    // It holds parts, as it should.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw fileError(error, folder);
  }
}
