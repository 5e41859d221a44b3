import { existsSync, readdirSync, realpathSync, type Dirent } from 'node:fs';
import { mkdir, readdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { codeOf, fileError } from '../files/file-error.js';
import { partPath } from '../files/part-file.js';
import { syncFolder } from '../files/sync-folder.js';
import type { RemovedFile } from '../journal/journal-line.js';
import { identityOf, removeEmptyFolders } from '../journal/remove-file.js';
import { killPoint } from '../kill-point.js';
import type { PartitionBatch } from '../partitions/partition-ledger.js';
import { FolderTwins } from './folder-twins.js';
import { partitionFolderName } from './partition-folder-name.js';
import { TableFiles } from './table-files.js';
import { encodeName, tableOfFileName } from './table-file-name.js';

/** A folder of tables that are cut into partitions, as one run sees it: what the sessions of its partitions share. */
export class PartitionedFolder {
  readonly folder: string;
  readonly ending: string;
  readonly startedAt = new Date();
  readonly #root: TableFiles;
  /** Folders of tables that hold nothing but partitions; true: this run made it. */
  readonly #tables = new Map<string, boolean>();
  /** Folders above those of partitions whose own places are durable. */
  readonly #synced = new Set<string>();
  readonly #twins = new FolderTwins();
  #known: Promise<Set<string>> | undefined;
  #parts = 0;
  /** Without symbolic links; undefined: nobody has asked. */
  #real: string | undefined;

  /** @param folder with or without a slash at its end; made when needed, inside of one that exists */
  constructor(folder: string, ending: string) {
    this.folder = folder;
    this.ending = ending;
    this.#root = new TableFiles(folder, ending);
  }

  get scratch(): string {
    return this.#root.scratch;
  }

  get rejected(): string {
    return this.#root.rejected;
  }

  /** A number for one more part of a table, so that each has a name of its own. */
  nextPart(): number {
    this.#parts += 1;
    return this.#parts;
  }

  /**
   * The folder that holds the partitions of a table.
   *
   * @param others tables that the session has open
   * @param files that the pipeline wrote, by path
   * @throws ConfigError where it has no place, or is there as a whole or in another format
   */
  folderOf(table: string, others: readonly string[], files: Iterable<string>): string {
    const file = this.#root.placeOf(table, others);
    const folder = file.slice(0, -this.ending.length - 1);
    if (!this.#tables.has(folder)) {
      refuseWhole(table, file, folder, this.ending);
      refuseOtherFormat(table, folder, files, this.ending);
      this.#tables.set(folder, false);
    }
    void this.#known?.then((tables) => tables.add(table));
    return folder;
  }

  /** Makes the folder of a partition of a table, durably. @throws ConfigError NAMES_COLLIDE where it is that of another */
  async prepare(table: string, folder: string): Promise<void> {
    await this.#root.prepare();
    const [top, bottom] = [resolve(table), resolve(folder)];
    try {
      const first = await mkdir(bottom, { recursive: true });
      await this.#twins.refuse(top, bottom, first);
      if (first === undefined) return;
      killPoint('partition-folder.after-made');
      if (first === top) this.#tables.set(table, true);
      for (let at = dirname(bottom); at.length >= dirname(top).length; at = dirname(at)) {
        // Another session may have made it, and not come any further.
        if (at !== dirname(bottom) && this.#synced.has(at)) break;
        await syncFolder(at);
        this.#synced.add(at);
      }
    } catch (error) {
      throw fileError(error, folder);
    }
  }

  /** Removes the folder of a partition, and those above it, if they are empty. */
  async releasePartition(folder: string): Promise<void> {
    try {
      // What is made again has a new place.
      if (await removeEmptyFolders(resolve(folder))) this.#synced.clear();
    } catch (error) {
      throw fileError(error, folder);
    }
  }

  /** Called when the run has ended. */
  async release(): Promise<void> {
    for (const [folder, isOurs] of this.#tables) if (isOurs) await removeIfEmpty(folder);
    await this.#root.release();
  }

  /** The tables that have these files, which are absolute and without symbolic links, and those that were opened since. */
  async tablesIn(files: Iterable<string>): Promise<readonly string[]> {
    this.#known ??= this.#tablesOf(files);
    return [...(await this.#known)].sort();
  }

  /** The tables that have a file at this place in their folder, of those that the pipeline wrote. */
  async tablesWith(place: string, files: ReadonlyMap<string, unknown>): Promise<readonly string[]> {
    const tables = await this.tablesIn(files.keys());
    if (tables.length === 0) return tables;
    this.#real ??= await realpath(this.folder).catch((error: unknown) => {
      throw fileError(error, this.folder);
    });
    const real = this.#real;
    return tables.filter((table) => files.has(join(real, encodeName(table), place)));
  }

  /**
   * The files of partitions.
   *
   * @param files that the pipeline wrote; those of others stay
   * @param number of the removal in the run
   */
  async filesOf(
    partitions: readonly string[],
    { partitioning }: PartitionBatch,
    files: ReadonlyMap<string, unknown>,
    id: string,
  ): Promise<readonly RemovedFile[]> {
    const tables = await this.tablesIn(files.keys());
    const found: RemovedFile[] = [];
    for (const table of tables) {
      const folder = this.#root.placeOf(table, []).slice(0, -this.ending.length - 1);
      for (const partition of partitions) {
        const paths = await entriesOf(join(folder, partitionFolderName(partitioning, partition)));
        for (const path of paths.filter((each) => files.has(each))) {
          const grave = partPath(path, `${id}-removed`, true);
          found.push({ path, identity: await identityOf(path), grave });
        }
      }
    }
    return found;
  }

  async #tablesOf(files: Iterable<string>): Promise<Set<string>> {
    const tables = new Set<string>();
    const folder = await realpath(this.folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw fileError(error, this.folder);
    });
    if (folder === undefined) return tables;
    for (const file of files) {
      const [name = '', ...rest] = relative(folder, file).split(sep);
      const table = rest.length > 1 ? tableOfFileName(`${name}.${this.ending}`, this.ending) : undefined;
      if (table !== undefined) tables.add(table);
    }
    return tables;
  }
}

/** Whoever reads a table would have to know of both. */
function refuseWhole(table: string, file: string, folder: string, ending: string): void {
  const [part] = filesIn(folder, ending);
  const other = existsSync(file) ? file : part;
  if (other === undefined) return;
  throw new ConfigError(`table "${table}" cannot be cut into partitions, since "${other}" is there already`, {
    code: 'TARGET_MODE_UNSUPPORTED',
    action: 'Move it away, or name another folder with --to.',
    details: { table, file: other },
  });
}

/** Whoever reads a table would have to read both, and a partition would be in one or the other. */
function refuseOtherFormat(table: string, folder: string, files: Iterable<string>, ending: string): void {
  if (!existsSync(folder)) return;
  const place = `${realpathSync(folder)}${sep}`;
  for (const file of files) {
    // What the pipeline wrote there is all of one kind.
    if (!file.startsWith(place) || file.endsWith(`.${ending}`) || !existsSync(file)) continue;
    const format = extname(file).slice(1);
    throw new ConfigError(
      `partitions of table "${table}" cannot be written as ${ending}, since those in "${folder}" are ${format}`,
      {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: `Run with --format ${format}, move the folder away, or name another folder with --to.`,
        details: { table, file },
      },
    );
  }
}

/** The files of a format that lie in a folder, not below it. */
export function filesIn(folder: string, ending: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw fileError(error, folder);
  }
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && entry.name.endsWith(`.${ending}`))
    .map(({ name }) => join(folder, name));
}

/** What lies in a folder, as absolute paths without symbolic links. */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    const real = await realpath(folder);
    return (await readdir(real)).map((name) => join(real, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw fileError(error, folder);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    // It holds partitions, as it should.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw fileError(error, folder);
  }
}
