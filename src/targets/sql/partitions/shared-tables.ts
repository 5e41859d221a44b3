import { PARTITION } from '../../partitions/partition-column.js';
import type { PartitionDatabase, PipelineHold } from './partition-database.js';
import { SharedTable } from './shared-table.js';
import type { SqlLedger } from './sql-ledger.js';
import type { StaleTable } from './stale-table.js';

/** How often tables are looked at again before a group is given up. */
const MAX_LOOKS = 3;

/** What {@link SharedTables} works with. */
export interface SharedTablesParts {
  readonly database: PartitionDatabase;
  readonly hold: PipelineHold;
  readonly ledger: SqlLedger;
  /** Does a step on the connection when no other one is done there. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
}

/** The tables that the partitions of a run write together. */
export class SharedTables {
  readonly #parts: SharedTablesParts;
  /** By name, folded: names in another case are one. */
  readonly #tables = new Map<string, Promise<SharedTable>>();
  /** Others have written to a table of the pipeline, so that any partition may have rows there. */
  #isShared = false;

  constructor(parts: SharedTablesParts) {
    this.#parts = parts;
  }

  /** @param isShared what is known of it from earlier runs */
  start(isShared: boolean): void {
    this.#isShared = isShared;
  }

  /** Whether any partition may have rows that the ledger has no record of. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Only the first that asks for a table asks the database, since a step in turn waits for the group that is being applied. */
  open(name: string): Promise<SharedTable> {
    const key = name.toLowerCase();
    const opening = this.#tables.get(key) ?? this.#parts.inTurn(() => this.#open(name));
    this.#tables.set(key, opening);
    return opening;
  }

  /** Whether a table may have rows of a partition that the ledger has no record of. */
  mayHaveUnknown(table: SharedTable): boolean {
    return !table.isNew && this.#isShared;
  }

  /** Rows that a table has of a partition. */
  async rowsOf(table: SharedTable, partition: string): Promise<number> {
    const { database, inTurn } = this.#parts;
    const [count] = await inTurn(() =>
      database.row(
        `SELECT count(*) FROM ${database.quoteName(table.name)}
         WHERE ${database.quoteName(PARTITION)} = ${database.quoteText(partition)}`,
      ),
    );
    return Number(count);
  }

  /**
   * Called in turn, when a group met a table that is not as it was.
   *
   * @param looks how often it was called for the group before
   * @returns why the group is given up; undefined: tables were looked at again, so it may get in now
   */
  async lookAgain({ reason }: StaleTable, looks: number): Promise<unknown> {
    if (looks === MAX_LOOKS) return reason;
    try {
      for (const opening of this.#tables.values()) {
        const table = await opening;
        const owner = await table.lookAgain();
        if (table.before) await this.#noteOwner(owner);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #open(name: string): Promise<SharedTable> {
    try {
      const table = await SharedTable.open(this.#parts.database, name);
      if (table.before) await this.#noteOwner(table.before.pipeline);
      return table;
    } catch (error) {
      this.#tables.delete(name.toLowerCase());
      throw error;
    }
  }

  /** Where another pipeline has loaded a table, any partition may have rows there. */
  async #noteOwner(pipeline: string | null): Promise<void> {
    const { database, hold, ledger } = this.#parts;
    if (pipeline === hold.pipeline || this.#isShared) return;
    await database.transact(() => ledger.share((sql) => database.run(sql)));
    this.#isShared = true;
  }
}
