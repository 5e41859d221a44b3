import type { DuckDBConnection } from '@duckdb/node-api';
import type {
  KeptAside,
  PartitionDatabase,
  PartitionedTableBefore,
  PartitionStage,
} from '../../sql/partitions/partition-database.js';
import { StaleTable } from '../../sql/partitions/stale-table.js';
import type { RejectedRow, TableColumn } from '../../target.js';
import { Bookkeeping, RESERVED_PREFIX } from '../bookkeeping.js';
import { alterTable, commentColumns, createTableSql } from '../ddl.js';
import { DuckdbDatabase } from '../duckdb-database.js';
import { changedMeanwhile } from '../duckdb-error.js';
import { columnIsExact } from '../integers-are-exact.js';
import { KeptRows } from '../kept-rows.js';
import { isOneOf, quoteText } from '../sql.js';
import { Stage } from '../stage.js';
import { HeldChunks } from './held-chunks.js';
import { PlainStage } from './plain-stage.js';
import type { TableChanges } from '../table-changes.js';
import { TableFacts } from '../table-facts.js';

/** What a {@link DuckdbPartitionDatabase} works with. */
export interface DuckdbPartitionDatabaseParts {
  readonly connection: DuckDBConnection;
  readonly label: string;
  readonly run: string;
  readonly pipeline: string;
  /** Runs a transaction when no other run on the same file runs one. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
  /** Counts how often runs of this process have changed the columns of tables. */
  readonly changes: TableChanges;
  /** Told whether a statement may be interrupted. */
  readonly mayInterrupt: (may: boolean) => void;
}

/** A DuckDB file as a run of partitions uses it. */
export class DuckdbPartitionDatabase extends DuckdbDatabase implements PartitionDatabase {
  readonly label: string;
  readonly #parts: DuckdbPartitionDatabaseParts;
  readonly #connection: DuckDBConnection;
  readonly #bookkeeping: Bookkeeping;
  readonly #held = new HeldChunks();
  readonly #facts: TableFacts;
  /** Tables whose columns the running transaction has changed. */
  readonly #changed = new Set<string>();
  /** What tables were when they were looked at: who loaded them last, and how often their columns had changed. */
  readonly #marks = new Map<string, { readonly owner: string | null; readonly changes: number }>();

  constructor(parts: DuckdbPartitionDatabaseParts) {
    const { connection, label } = parts;
    super(connection);
    this.label = label;
    this.#parts = parts;
    this.#connection = connection;
    this.#bookkeeping = new Bookkeeping(connection, label);
    this.#facts = new TableFacts(connection, label, this.#bookkeeping);
  }

  quoteText(text: string): string {
    return quoteText(text);
  }

  isOneOf(column: string, texts: readonly string[]): string {
    return isOneOf(column, texts);
  }

  storedName(table: string): string {
    return table.toLowerCase();
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }

  transact<T>(step: () => Promise<T>): Promise<T> {
    const { inTurn, mayInterrupt } = this.#parts;
    return inTurn(async () => {
      await this.#connection.run('BEGIN TRANSACTION');
      try {
        const result = await step();
        await this.#connection.run('COMMIT');
        this.#countChanges();
        return result;
      } catch (error) {
        // What follows must not run in what is left of this transaction.
        mayInterrupt(false);
        // A failed COMMIT has ended the transaction already.
        await this.#connection.run('ROLLBACK').catch(() => undefined);
        mayInterrupt(true);
        this.#changed.clear();
        throw error;
      }
    });
  }

  async before(table: string): Promise<PartitionedTableBefore | null> {
    const before = await this.#facts.before(table, false);
    const pipeline = await this.#bookkeeping.ownerOf(table);
    this.#marks.set(table, { owner: pipeline, changes: this.#parts.changes.of(table) });
    return before && { ...before, pipeline };
  }

  /** The file is this process's own, but another run of it may have loaded the table. */
  async lock(tables: readonly string[]): Promise<void> {
    for (const table of tables) {
      const { owner, changes } = this.#marks.get(table) ?? { owner: null, changes: 0 };
      const isSame =
        changes === this.#parts.changes.of(table) && owner === (await this.#bookkeeping.ownerOf(table));
      if (!isSame) throw new StaleTable(changedMeanwhile(this.label));
    }
  }

  makeStage(
    number: number,
    table: string,
    columns: readonly TableColumn[],
    isPlain: boolean,
  ): PartitionStage {
    const physicalName = `${RESERVED_PREFIX}stage_${number}`;
    const parts = { connection: this.#connection, physicalName, table, columns };
    return isPlain ? new PlainStage({ ...parts, held: this.#held }) : new Stage(parts);
  }

  /** One appender for all of them: each hands its rows over in a statement of its own. */
  async pour(table: string, stages: readonly PartitionStage[]): Promise<void> {
    const appender = await this.#connection.createAppender(table);
    try {
      for (const stage of stages) if (stage instanceof PlainStage) stage.pour(appender);
      appender.flushSync();
    } catch (error) {
      // Left to the garbage collector, what it has would be handed over after the rollback.
      appender.clear();
      throw error;
    } finally {
      appender.closeSync();
    }
  }

  async createTable(name: string, columns: readonly TableColumn[]): Promise<void> {
    // Another run of this process may have made it since it was looked at.
    if ((await this.#bookkeeping.ownerOf(name)) !== (this.#marks.get(name)?.owner ?? null))
      throw new StaleTable(changedMeanwhile(this.label));
    await this.#connection.run(createTableSql(name, columns));
    this.#changed.add(name);
  }

  async alterTable(name: string, from: readonly TableColumn[], to: readonly TableColumn[]): Promise<void> {
    await alterTable(this.#connection, name, from, to);
    this.#changed.add(name);
  }

  integersAreExact(table: string, column: string): Promise<boolean> {
    return columnIsExact(this.#connection, table, column);
  }

  async record(table: string, key: readonly string[], columns: readonly TableColumn[]): Promise<void> {
    await commentColumns(this.#connection, table, columns);
    const { pipeline, changes } = this.#parts;
    await this.#bookkeeping.record(table, pipeline, key, columns);
    // Where the transaction does not take place the table is looked at once more than needed.
    this.#marks.set(table, {
      owner: pipeline,
      changes: this.#marks.get(table)?.changes ?? changes.of(table),
    });
  }

  tablesLike(prefix: string): Promise<readonly string[]> {
    return this.#facts.tablesLike(prefix, this.#parts.pipeline);
  }

  keptAside(partition: string): KeptAside {
    const { run, pipeline } = this.#parts;
    const newRows = (): KeptRows => new KeptRows(this.#connection, partition);
    let kept: KeptRows | undefined;
    return {
      add: (rows: readonly RejectedRow[]) => (kept ??= newRows()).add(rows),
      save: async (settled) => {
        // Most partitions keep nothing aside.
        if (kept || settled.length > 0) await (kept ?? newRows()).save({ run, pipeline }, settled);
      },
      clear: () => (kept = undefined),
    };
  }

  #countChanges(): void {
    for (const table of this.#changed) {
      const changes = this.#parts.changes.count(table);
      this.#marks.set(table, { owner: this.#marks.get(table)?.owner ?? null, changes });
    }
    this.#changed.clear();
  }
}
