import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../../../sdk/errors.js';
import { PARTITION } from '../../partitions/partition-column.js';
import { DELETED_AT, type TableColumn } from '../../target.js';
import type { PartitionDatabase, PartitionedTableBefore } from './partition-database.js';

/** A table that the partitions of a run write together. */
export class SharedTable {
  readonly name: string;
  readonly #database: PartitionDatabase;
  /** As it was when the run began, or when others changed it first; null: there was none, and none have. */
  #before: PartitionedTableBefore | null;
  /** As it is after the last commit, with the columns that are the host's; null: there is none. */
  #stored: readonly TableColumn[] | null;
  /** Key that the last commit noted; undefined: none did. */
  #noted: { readonly key: readonly string[]; readonly columns: readonly TableColumn[] } | undefined;
  /** Undefined: nobody has asked. */
  #hasUniqueKey: boolean | undefined;

  private constructor(database: PartitionDatabase, name: string, before: PartitionedTableBefore | null) {
    this.#database = database;
    this.name = name;
    this.#before = before;
    this.#stored = before?.columns ?? null;
  }

  /** @throws ConfigError PARTITIONING_CHANGED where it was loaded whole */
  static async open(database: PartitionDatabase, name: string): Promise<SharedTable> {
    return new SharedTable(database, name, await lookAt(database, name));
  }

  get before(): PartitionedTableBefore | null {
    return this.#before;
  }

  /**
   * Looks at it again, since another run has changed it.
   * @returns the pipeline that loaded it last; null: none did
   */
  async lookAgain(): Promise<string | null> {
    const now = await lookAt(this.#database, this.name);
    // It may have rows of others now, even where this run made it.
    this.#before ??= now;
    // The same columns stay noted.
    if (!isDeepStrictEqual(now?.columns ?? null, this.#stored)) this.#stored = now?.columns ?? null;
    this.#hasUniqueKey = undefined;
    return now?.pipeline ?? null;
  }

  /** As it is after the last commit, without the columns that are the host's; null: there is none. */
  existing(isSoft: boolean): readonly TableColumn[] | null {
    return this.#stored?.filter(({ name }) => name !== PARTITION && (!isSoft || name !== DELETED_AT)) ?? null;
  }

  get stored(): readonly TableColumn[] | null {
    return this.#stored;
  }

  /** True: it has no rows but those of this run. */
  get isNew(): boolean {
    return this.before === null;
  }

  async integersAreExact(column: string): Promise<boolean> {
    if (!this.#stored) return true;
    return this.#database.integersAreExact(this.#database.quoteName(this.name), column);
  }

  async hasUniqueKey(key: readonly string[]): Promise<boolean> {
    if (key.length === 0 || this.#stored === null) return false;
    this.#hasUniqueKey ??= (await this.#database.hasUniqueKey?.(this.name, key)) ?? false;
    return this.#hasUniqueKey;
  }

  /** Whether what the host notes of the table is not what it noted last. */
  isToNote(key: readonly string[], columns: readonly TableColumn[]): boolean {
    return this.#noted?.columns !== columns || this.#noted.key.join('\0') !== key.join('\0');
  }

  /** Called when the transaction that brought it there was committed. */
  committed(key: readonly string[], columns: readonly TableColumn[]): void {
    if (this.#stored === null) this.#hasUniqueKey = undefined;
    this.#stored = columns;
    this.#noted = { key, columns };
  }
}

async function lookAt(database: PartitionDatabase, name: string): Promise<PartitionedTableBefore | null> {
  const before = await database.before(name);
  if (before && !before.columns.some((column) => column.name === PARTITION)) {
    throw new ConfigError(
      `table "${name}" in ${database.label} was not loaded by partitions, so none of its rows belongs to one`,
      { code: 'PARTITIONING_CHANGED', details: { table: name } },
    );
  }
  return before;
}
