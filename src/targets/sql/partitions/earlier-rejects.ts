import type { PartitionDatabase, PipelineHold } from './partition-database.js';

/** What forgetting needs of a database. */
export type EarlierRejectsDatabase = Pick<PartitionDatabase, 'quoteText' | 'rows' | 'run'>;

/** A table that was replaced for one partition. */
export interface ReplacedTable {
  readonly partition: string;
  readonly request: { readonly name: string };
}

/** The rows of partitions that runs before this one kept aside. */
export class EarlierRejects {
  readonly #database: EarlierRejectsDatabase;
  readonly #hold: Pick<PipelineHold, 'run' | 'pipeline'>;
  /** Partitions that have such rows; undefined: nobody has asked yet. */
  #partitions: ReadonlySet<string> | undefined;

  constructor(database: EarlierRejectsDatabase, hold: Pick<PipelineHold, 'run' | 'pipeline'>) {
    this.#database = database;
    this.#hold = hold;
  }

  /** Forgets those of partitions that were replaced, inside the running transaction. */
  async forget(tables: readonly ReplacedTable[]): Promise<void> {
    if (tables.length === 0) return;
    this.#partitions ??= await this.#read();
    const byTable = new Map<string, string[]>();
    for (const { partition, request } of tables) {
      // Of thousands of partitions, most have kept nothing aside.
      if (!this.#partitions.has(partition)) continue;
      byTable.set(request.name, [...(byTable.get(request.name) ?? []), partition]);
    }
    for (const [table, partitions] of byTable) {
      const ids = partitions.map((id) => this.#database.quoteText(id)).join(', ');
      await this.#database.run(
        `DELETE FROM _host_rejected_rows WHERE ${this.#isEarlier} AND table_name = ${this.#database.quoteText(table)}
           AND partition IN (${ids})`,
      );
    }
  }

  get #isEarlier(): string {
    const { run, pipeline } = this.#hold;
    return `pipeline = ${this.#database.quoteText(pipeline)} AND run <> ${this.#database.quoteText(run)}`;
  }

  async #read(): Promise<ReadonlySet<string>> {
    const rows = await this.#database.rows(
      `SELECT DISTINCT partition FROM _host_rejected_rows WHERE ${this.#isEarlier} AND partition IS NOT NULL`,
    );
    return new Set(rows.map(([partition]) => partition as string));
  }
}
