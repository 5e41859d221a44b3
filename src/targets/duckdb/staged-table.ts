import type { DuckDBConnection } from '@duckdb/node-api';
import { ConfigError } from '../../sdk/errors.js';
import { killPoint } from '../kill-point.js';
import type { Relation } from '../relation.js';
import {
  DELETED_AT,
  type DeleteMode,
  type RowBatch,
  type SchemaChange,
  type TableBefore,
  type TableColumn,
  type TargetTable,
} from '../target.js';
import { checkRequired } from '../values/check-required.js';
import { applyStage } from '../sql/apply-stage.js';
import { SeenKeys } from '../sql/seen-keys.js';
import { alterTable, createTableSql } from './ddl.js';
import { DuckdbDatabase } from './duckdb-database.js';
import { DuckdbRelation } from './duckdb-relation.js';
import { integersAreExact } from './integers-are-exact.js';
import { quoteName } from './sql.js';
import { Stage } from './stage.js';

/** What a {@link StagedTable} is made of. */
export interface StagedTableOptions {
  readonly connection: DuckDBConnection;
  /** Name for people and errors. */
  readonly name: string;
  /** Name of the table that changes. */
  readonly physicalName: string;
  /** Unique among the stages of the connection. */
  readonly stageName: string;
  /** Columns that the table has already; null: it is made by the first apply. */
  readonly stored: readonly TableColumn[] | null;
  /** Columns of a table that is new. */
  readonly columns: readonly TableColumn[];
  /** Empty: rows are only added, or removed by value. */
  readonly key: readonly string[];
  readonly deletes: DeleteMode;
  readonly before: TableBefore | null;
  /** Rows that the run did not write go with its final commit, if they are no larger a share of the table. */
  readonly deleteMissing: { readonly maxShare: number } | undefined;
  /** Rows that the table had when the run began. */
  readonly rowsAtStart: number;
}

/** A table that changes at commits only: rows gather in a stage until they are applied. */
export class StagedTable implements TargetTable {
  readonly existing: readonly TableColumn[] | null;
  readonly before: TableBefore | null;
  readonly #options: StagedTableOptions;
  readonly #database: DuckdbDatabase;
  readonly #stage: Stage;
  /** Columns of the table as it is stored; null: it is not made yet. */
  #stored: readonly TableColumn[] | null;
  #columns: readonly TableColumn[];
  readonly #seen: SeenKeys | undefined;
  #hasDeletedAt: boolean;
  #rowsWithoutColumns = 0;

  constructor(options: StagedTableOptions) {
    const { connection, stageName, name, stored, columns } = options;
    this.#options = options;
    this.#database = new DuckdbDatabase(connection);
    this.existing = stored;
    this.before = options.before;
    this.#stored = stored;
    this.#columns = stored ?? columns;
    this.#refuseDeletedAt([
      ...columns,
      ...(options.before?.columns.filter(({ type }) => type !== 'timestamptz') ?? []),
    ]);
    // What the table had before is nothing to a shadow.
    this.#hasDeletedAt =
      stored !== null && (options.before?.columns.some(({ name: column }) => column === DELETED_AT) ?? false);
    this.#stage = new Stage({ connection, physicalName: stageName, table: name, columns: this.#columns });
    const { deleteMissing, physicalName, key, deletes } = options;
    this.#seen =
      deleteMissing &&
      new SeenKeys({
        database: this.#database,
        name: `${stageName}_seen`,
        stage: this.#stage,
        table: name,
        physicalName,
        key,
        deletes,
        maxShare: deleteMissing.maxShare,
        rowsBefore: options.rowsAtStart,
      });
  }

  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  /** Whether the next apply makes the table or changes its columns. */
  get changesColumns(): boolean {
    if (this.#columns.length === 0) return false;
    return this.#stored !== this.#columns || (this.#isSoft && !this.#hasDeletedAt);
  }

  /** Rows that wait for the next apply. */
  get stagedRows(): number {
    return this.#stage.rows;
  }

  async alter({ columns }: SchemaChange): Promise<void> {
    this.#refuseDeletedAt(columns);
    this.#columns = columns;
    await this.#stage.alter(columns);
  }

  async write(batch: RowBatch): Promise<void> {
    if (this.#columns.length === 0 && batch.rows.length > 0) this.#rowsWithoutColumns += batch.rows.length;
    else {
      checkRequired(this.#options.name, this.#columns, batch);
      killPoint('duckdb.before-stage');
      await this.#stage.append(batch);
      killPoint('duckdb.after-stage');
    }
  }

  async take(relation: Relation): Promise<number | undefined> {
    // Rows of a key meet others of the same key, which the stage looks at one by one.
    if (this.#options.key.length > 0 || !(relation instanceof DuckdbRelation)) return undefined;
    if (!relation.fits(this.#columns)) return undefined;
    killPoint('duckdb.before-stage');
    const rows = await this.#stage.take(relation);
    killPoint('duckdb.after-stage');
    return rows;
  }

  async integersAreExact(column: string): Promise<boolean> {
    if (!this.#stored) return true;
    const { connection, physicalName } = this.#options;
    return integersAreExact(connection, physicalName, column);
  }

  /** Called before the transaction of {@link apply}. */
  flush(): void {
    this.#stage.flush();
  }

  /**
   * Applies what is staged, inside the running transaction: first the columns, then the rows.
   * @param removesMissing true for the last commit of a run that read everything: rows that it did not give go
   * @returns how many rows went
   */
  async apply(removesMissing: boolean): Promise<number> {
    // Without a column there is no table.
    if (this.#columns.length === 0) return 0;
    const isNew = this.#stored === null && this.#rowsWithoutColumns === 0;
    killPoint('duckdb.before-ddl');
    await this.#bringColumns();
    killPoint('duckdb.after-ddl');
    await this.#seen?.note(this.#columns);
    const deleted = this.#stage.isEmpty ? 0 : await this.#applyStage(isNew);
    return deleted + (removesMissing ? ((await this.#seen?.removeOthers()) ?? 0) : 0);
  }

  #applyStage(isNew: boolean): Promise<number> {
    const { physicalName, name, key, deletes } = this.#options;
    const columns = this.#columns;
    return applyStage({
      database: this.#database,
      stage: this.#stage,
      physicalName,
      table: name,
      columns,
      key,
      deletes,
      isNew,
    });
  }

  /** Called after the transaction of {@link apply} was committed. */
  async applied(): Promise<void> {
    // Without a column there is no table yet.
    if (this.#columns.length > 0) {
      this.#stored = this.#columns;
      this.#hasDeletedAt ||= this.#isSoft;
      this.#rowsWithoutColumns = 0;
    }
    await this.#stage.clear();
  }

  /** Drops what was not applied. */
  async discard(): Promise<void> {
    await this.#stage.clear();
    await this.#seen?.clear();
  }

  get #isSoft(): boolean {
    return this.#options.deletes === 'soft';
  }

  /** What a source has under the name would be taken for the time of a deletion, or lost. */
  #refuseDeletedAt(columns: readonly TableColumn[]): void {
    const taken = columns.find(({ name }) => name.toLowerCase() === DELETED_AT);
    if (!this.#isSoft || !taken) return;
    const { name: table } = this.#options;
    throw new ConfigError(
      `table "${table}" has a column "${taken.name}", a name that --deletes soft needs itself`,
      {
        code: 'COLUMN_NAME_INVALID',
        action: `Load it with --rename ${taken.name}=..., with --exclude ${taken.name}, or with --deletes hard.`,
        details: { table, column: taken.name },
      },
    );
  }

  async #bringColumns(): Promise<void> {
    const { connection, physicalName } = this.#options;
    if (this.#stored) await alterTable(connection, physicalName, this.#stored, this.#columns);
    else {
      await connection.run(createTableSql(physicalName, this.#columns));
      if (this.#rowsWithoutColumns > 0) await this.#insertEmptyRows();
    }
    if (!this.#isSoft || this.#hasDeletedAt) return;
    await connection.run(
      `ALTER TABLE ${quoteName(physicalName)} ADD COLUMN IF NOT EXISTS ${quoteName(DELETED_AT)} TIMESTAMP WITH TIME ZONE`,
    );
  }

  async #insertEmptyRows(): Promise<void> {
    const nulls = this.#columns.map(() => 'NULL').join(', ');
    await this.#options.connection.run(
      `INSERT INTO ${quoteName(this.#options.physicalName)} SELECT ${nulls} FROM range(${this.#rowsWithoutColumns})`,
    );
  }
}
