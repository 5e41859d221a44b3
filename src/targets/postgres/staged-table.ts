import { ConfigError } from '../../sdk/errors.js';
import { killPoint } from '../kill-point.js';
import { applyStage } from '../sql/apply-stage.js';
import { SeenKeys } from '../sql/seen-keys.js';
import {
  DELETED_AT,
  UPSERT,
  type DeleteMode,
  type RowBatch,
  type SchemaChange,
  type TableBefore,
  type TableColumn,
  type TargetTable,
} from '../target.js';
import { checkRequired } from '../values/check-required.js';
import { copyWriter, type CopyWriter } from './copy-text.js';
import { alterTableSql, createTableSql } from './ddl.js';
import { integersAreExact } from './integers-are-exact.js';
import { findKeyIndex, makeKeyIndex, type KeyIndex } from './key-index.js';
import type { Link } from './link.js';
import { copySql, PostgresDatabase } from './postgres-database.js';
import { changedMeanwhile } from './postgres-error.js';
import { makeShadow, type ShadowKind } from './shadow-table.js';
import { refuseTwins } from './refuse-twins.js';
import { quoteName } from './sql.js';
import { Stage } from './stage.js';
import { describeTable } from './table-facts.js';

/** What a {@link StagedTable} is made of. */
export interface StagedTableOptions {
  readonly link: Link;
  readonly label: string;
  /** Name for people and errors. */
  readonly name: string;
  /** The table that is loaded beside the old one; undefined: the table itself changes. */
  readonly shadow: { readonly name: string; readonly kind: ShadowKind } | undefined;
  /** Unique among the stages of the session. */
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
  /** Begins the transaction of the next commit, where it has not begun. */
  readonly begin: () => Promise<void>;
}

type Snapshot = readonly [
  stored: readonly TableColumn[] | null,
  hasDeletedAt: boolean,
  rowsWithoutColumns: number,
  described: string | undefined,
];

/**
 * A table that changes at commits only. Rows that are only added go to it at once, inside the transaction of the next
 * commit, so that nobody sees them; all others gather in a stage until they are applied. A shadow, which nobody sees,
 * needs no transaction.
 */
export class StagedTable implements TargetTable {
  readonly existing: readonly TableColumn[] | null;
  readonly before: TableBefore | null;
  readonly #options: StagedTableOptions;
  readonly #database: PostgresDatabase;
  readonly #stage: Stage;
  readonly #physicalName: string;
  readonly #seen: SeenKeys | undefined;
  /** Columns of the table as it is stored; null: it is not made yet. */
  #stored: readonly TableColumn[] | null;
  #columns: readonly TableColumn[];
  /** True: the running transaction made it, so nobody waits for it. */
  #isOurs = false;
  /** True: the running transaction has rows of it, and nobody changes its columns. */
  #isEntered = false;
  #hasDeletedAt: boolean;
  /** Undefined: there is no key, or the table was not looked at yet. */
  #keyIndex: KeyIndex | undefined;
  #rowsWithoutColumns = 0;
  #writeDirectly: CopyWriter | undefined;
  /** The columns as PostgreSQL describes them; others may have changed them since. */
  #described: string | undefined;
  /** What was true after the last commit. */
  #kept: Snapshot;

  constructor(options: StagedTableOptions) {
    const { link, stageName, name, stored, columns, before, shadow } = options;
    this.#options = options;
    this.#physicalName = shadow?.name ?? name;
    this.#database = new PostgresDatabase(link);
    this.existing = stored;
    this.before = before;
    this.#stored = stored;
    this.#columns = stored ?? columns;
    this.#refuseDeletedAt([
      ...columns,
      ...(before?.columns.filter(({ type }) => type !== 'timestamptz') ?? []),
    ]);
    // What the table had before is nothing to a shadow.
    this.#hasDeletedAt =
      stored !== null && (before?.columns.some(({ name: column }) => column === DELETED_AT) ?? false);
    this.#stage = new Stage({ link, physicalName: stageName, table: name, columns: this.#columns });
    const { deleteMissing, key, deletes } = options;
    this.#seen =
      deleteMissing &&
      new SeenKeys({
        database: this.#database,
        name: `${stageName}_seen`,
        stage: this.#stage,
        table: name,
        physicalName: this.#physicalName,
        key,
        deletes,
        maxShare: deleteMissing.maxShare,
        rowsBefore: options.rowsAtStart,
      });
    refuseTwins(name, this.#columns);
    this.#kept = this.#snapshot;
  }

  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  /** Rows that wait for the next apply. */
  get stagedRows(): number {
    return this.#stage.rows;
  }

  /** Whether the next apply changes the table. */
  get isChanged(): boolean {
    return !this.#stage.isEmpty || this.#changesColumns || this.#isEntered || this.#rowsWithoutColumns > 0;
  }

  /** Called once, before the first row: notes what others must not change meanwhile. */
  async open(): Promise<void> {
    if (this.#stored) this.#described = await this.#describe();
    this.#kept = this.#snapshot;
  }

  async alter({ columns }: SchemaChange): Promise<void> {
    this.#refuseDeletedAt(columns);
    this.#columns = columns;
    this.#writeDirectly = undefined;
    refuseTwins(this.#options.name, columns);
    await this.#stage.alter(columns);
    // Nobody waits for a table that nobody sees.
    if (this.#stored && this.#isPrivate) await this.#bringColumns();
  }

  async write(batch: RowBatch): Promise<void> {
    if (this.#columns.length === 0 && batch.rows.length > 0) {
      this.#rowsWithoutColumns += batch.rows.length;
      return;
    }
    if (this.#mayGoDirectly(batch)) {
      await this.#appendDirectly(batch);
      return;
    }
    checkRequired(this.#options.name, this.#columns, batch);
    killPoint('postgres.before-stage');
    await this.#stage.append(batch);
    killPoint('postgres.after-stage');
  }

  async integersAreExact(column: string): Promise<boolean> {
    if (!this.#stored) return true;
    return integersAreExact(this.#options.link.connection, this.#physicalName, column);
  }

  /**
   * Applies what is staged, inside the running transaction: first the columns, then the rows.
   * @param removesMissing true for the last commit of a run that read everything: rows that it did not give go
   * @returns how many rows went
   */
  async apply(removesMissing: boolean): Promise<number> {
    // Without a column there is no table.
    if (this.#columns.length === 0) return 0;
    if (!this.#isEntered && !this.#options.shadow && this.isChanged) await this.#checkUnchanged();
    const isNew = this.#stored === null && this.#rowsWithoutColumns === 0;
    const changesColumns = this.#changesColumns;
    killPoint('postgres.before-ddl');
    await this.#bringColumns();
    killPoint('postgres.after-ddl');
    await this.#stage.analyze();
    await this.#seen?.note(this.#columns);
    const deleted = this.#stage.isEmpty ? 0 : await this.#applyStage(isNew);
    if (isNew && this.#keyIndex === 'none')
      await makeKeyIndex(this.#options.link.connection, this.#physicalName, this.#options.key);
    const missing = removesMissing ? ((await this.#seen?.removeOthers()) ?? 0) : 0;
    await this.#stage.truncate();
    if (changesColumns || this.#isOurs) this.#described = await this.#describe();
    return deleted + missing;
  }

  /** Called after the transaction of {@link apply} was committed. */
  applied(): void {
    this.#kept = this.#snapshot;
    this.#isOurs = false;
    this.#isEntered = false;
    this.#stage.forget(false);
  }

  /** Called after the transaction of {@link apply} was rolled back, where nothing but stages went into it. */
  rolledBack(): void {
    [this.#stored, this.#hasDeletedAt, this.#rowsWithoutColumns, this.#described] = this.#kept;
    this.#isOurs = false;
  }

  /** Whether it can go on after its connection was lost: nothing of it was there alone. */
  get mayMove(): boolean {
    return this.#seen === undefined;
  }

  /** Called when the connection is another one, and everything was committed. */
  moved(): void {
    this.#stage.forget(true);
  }

  /** Drops what was not applied. */
  async discard(): Promise<void> {
    await this.#stage.drop();
    await this.#seen?.clear();
  }

  get #snapshot(): Snapshot {
    return [this.#stored, this.#hasDeletedAt, this.#rowsWithoutColumns, this.#described];
  }

  get #isSoft(): boolean {
    return this.#options.deletes === 'soft';
  }

  get #isPrivate(): boolean {
    return this.#options.shadow !== undefined || this.#isOurs;
  }

  get #changesColumns(): boolean {
    if (this.#columns.length === 0) return false;
    return this.#stored !== this.#columns || (this.#isSoft && !this.#hasDeletedAt);
  }

  /** What is staged already comes first. */
  #mayGoDirectly({ kinds, removals }: RowBatch): boolean {
    const { key, shadow } = this.#options;
    return (
      key.length === 0 &&
      this.#stage.isEmpty &&
      (removals ?? []).length === 0 &&
      (kinds?.every((kind) => kind === UPSERT) ?? true) &&
      // Others would wait for a column until the commit.
      (this.#stored === null || shadow !== undefined || !this.#changesColumns)
    );
  }

  async #appendDirectly(batch: RowBatch): Promise<void> {
    if (batch.rows.length === 0) return;
    const { name, shadow, begin, link } = this.#options;
    this.#writeDirectly ??= copyWriter(name, this.#columns);
    const lines = this.#writeDirectly(batch);
    if (shadow === undefined && !this.#isEntered) {
      await begin();
      if (this.#stored) {
        await link.connection.run(`LOCK TABLE ${quoteName(name)} IN ROW EXCLUSIVE MODE`);
        await this.#checkUnchanged();
      }
      this.#isEntered = true;
    }
    await this.#bringColumns();
    const names = this.#columns.map((column) => column.name);
    const copy = await link.connection.copyInto(copySql(quoteName(this.#physicalName), names));
    await copy.write(lines, batch);
    killPoint('postgres.after-direct-rows');
  }

  #applyStage(isNew: boolean): Promise<number> {
    const { name, key, deletes } = this.#options;
    return applyStage({
      database: this.#database,
      stage: this.#stage,
      physicalName: this.#physicalName,
      table: name,
      columns: this.#columns,
      key,
      deletes,
      isNew,
      hasUniqueKey: this.#keyIndex === 'unique',
    });
  }

  async #bringColumns(): Promise<void> {
    const { link, shadow, name, key } = this.#options;
    const { connection } = link;
    const table = quoteName(this.#physicalName);
    if (this.#stored) {
      if (this.#stored !== this.#columns) {
        for (const statement of alterTableSql(table, this.#stored, this.#columns))
          await connection.run(statement);
      }
    } else {
      if (shadow)
        await makeShadow(connection, { kind: shadow.kind, table: name, shadow: shadow.name }, this.#columns);
      else await connection.run(createTableSql(name, this.#columns));
      this.#isOurs = true;
      if (this.#rowsWithoutColumns > 0) await this.#insertEmptyRows();
    }
    this.#stored = this.#columns;
    if (key.length > 0) {
      this.#keyIndex ??= await findKeyIndex(connection, this.#physicalName, key);
    }
    if (!this.#isSoft || this.#hasDeletedAt) return;
    await connection.run(
      `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${quoteName(DELETED_AT)} timestamptz`,
    );
    this.#hasDeletedAt = true;
  }

  async #insertEmptyRows(): Promise<void> {
    const rows = this.#rowsWithoutColumns;
    this.#rowsWithoutColumns = 0;
    await this.#options.link.connection.run(
      `INSERT INTO ${quoteName(this.#physicalName)} (${quoteName(this.#columns[0]?.name ?? '')})
       SELECT NULL FROM generate_series(1, ${rows})`,
    );
  }

  async #describe(): Promise<string> {
    return JSON.stringify(await describeTable(this.#options.link.connection, this.#physicalName));
  }

  /** A run that knew other columns would convert values to types that are no more. */
  async #checkUnchanged(): Promise<void> {
    const isThere = this.#stored !== null;
    const described = await this.#describe();
    if (isThere ? described !== this.#described : described !== '[]')
      throw changedMeanwhile(this.#options.label);
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
}
