import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import type { FilePlaces } from '../files/file-places.js';
import type { PartitionRun, WriteMode } from '../target.js';
import { partitionFolderName } from './partition-folder-name.js';
import { filesIn, type PartitionedFolder } from './partitioned-folder.js';

/**
 * The files of one partition: `out/<table>/<dimension>=<value>/part.csv`. Of a format that cannot be added to, each commit
 * that adds rows makes one more, `<time>-<run>-<number>.parquet`.
 */
export class PartitionPlaces implements FilePlaces {
  readonly #shared: PartitionedFolder;
  readonly #run: PartitionRun;
  readonly #canAppend: boolean;
  readonly #files: ReadonlyMap<string, unknown> | undefined;
  readonly #partition: string;
  /** Folders of tables, by those of the partition in them. */
  readonly #folders = new Map<string, string>();
  /** Files that are written anew with more rows. */
  readonly #rewritten = new Set<string>();
  /** Folders that get a file with each commit. */
  readonly #withParts = new Set<string>();

  /**
   * @param canAppend rows can be added to the end of a file
   * @param files that the pipeline wrote, by path; absent: nobody knows
   * @throws ConnectorError PARTITIONING_INVALID
   */
  constructor(
    shared: PartitionedFolder,
    run: PartitionRun,
    canAppend: boolean,
    files?: ReadonlyMap<string, unknown>,
  ) {
    this.#shared = shared;
    this.#run = run;
    this.#canAppend = canAppend;
    this.#files = files;
    const { partitioning, id } = run.partition;
    this.#partition = partitionFolderName(partitioning, id);
  }

  get scratch(): string {
    return this.#shared.scratch;
  }

  get rejected(): string {
    return this.#shared.rejected;
  }

  fileOf(table: string, others: readonly string[], mode: WriteMode): string {
    const tableFolder = this.#shared.folderOf(table, others, this.#files?.keys() ?? []);
    const folder = join(tableFolder, this.#partition);
    this.#folders.set(folder, tableFolder);
    const whole = join(folder, `part.${this.#shared.ending}`);
    if (this.#canAppend) return whole;
    const isAdded = mode === 'append';
    // Rows that were kept aside when the partition was replaced belong with the others.
    if (isAdded && this.#run.partition.retry && existsSync(whole)) {
      this.#rewritten.add(whole);
      return whole;
    }
    const other = filesIn(folder, this.#shared.ending).find((file) => (file === whole) === isAdded);
    if (other !== undefined) throw this.#otherMode(table, other, isAdded ? 'added to' : 'replaced');
    if (!isAdded) return whole;
    this.#withParts.add(folder);
    return this.#nextPart(folder);
  }

  fileAfter(path: string): string {
    const folder = [...this.#withParts].find((each) => path.startsWith(join(each, '/')));
    return folder === undefined ? path : this.#nextPart(folder);
  }

  rewrites(path: string): boolean {
    return this.#rewritten.has(path);
  }

  async prepare(): Promise<void> {
    for (const [folder, table] of this.#folders) await this.#shared.prepare(table, folder);
  }

  async release(): Promise<void> {
    for (const folder of this.#folders.keys()) await this.#shared.releasePartition(folder);
  }

  tablesIn(files: Iterable<string>): Promise<readonly string[]> {
    return this.#shared.tablesIn(files);
  }

  async tablesOfPartition(files: ReadonlyMap<string, unknown>): Promise<readonly string[]> {
    return this.#shared.tablesWith(join(this.#partition, `part.${this.#shared.ending}`), files);
  }

  /** Names sort as the parts were written, unless clocks differ. */
  #nextPart(folder: string): string {
    const { startedAt, ending } = this.#shared;
    const time = startedAt.toISOString().replaceAll(/[-:.]/g, '');
    const run = this.#run.runId.replaceAll(/[^\w-]/g, '-');
    return join(folder, `${time}-${run}-${String(this.#shared.nextPart()).padStart(6, '0')}.${ending}`);
  }

  #otherMode(table: string, file: string, way: string): ConfigError {
    return new ConfigError(
      `partition "${this.#run.partition.id}" of table "${table}" cannot be ${way}, since "${file}" is there already`,
      {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Run in the mode that it was written in, move it away, or name another folder with --to.',
        details: { table, file },
      },
    );
  }
}
