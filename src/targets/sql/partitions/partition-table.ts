import { estimateBytes } from '../../../sdk/estimate-bytes.js';
import type { Row } from '../../../sdk/schema.js';
import { PARTITION, PARTITION_COLUMN, refusePartitionColumn } from '../../partitions/partition-column.js';
import {
  UPSERT,
  type RowBatch,
  type SchemaChange,
  type TableBefore,
  type TableColumn,
  type TableRequest,
  type TargetTable,
} from '../../target.js';
import { isExactAsDouble } from '../../values/inferred-type.js';
import { checkRequired } from '../../values/check-required.js';
import type { HeldRows } from './held-rows.js';
import type { PartitionStage } from './partition-database.js';
import type { SharedTable } from './shared-table.js';

/** What a {@link PartitionTable} works with. */
export interface PartitionTableParts {
  readonly partition: string;
  readonly request: TableRequest;
  readonly isScoped: boolean;
  readonly shared: SharedTable;
  /** Columns of the shared table when the partition began; null: there was no table. */
  readonly existing: readonly TableColumn[] | null;
  readonly before: TableBefore | null;
  /** Whether the ledger has a record of the partition now. */
  readonly hasRecord: () => boolean;
  readonly makeStage: (columns: readonly TableColumn[], isPlain: boolean) => PartitionStage;
  /** Does a step on the connection when no other one is done there. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
  /** Bounds what all partitions hold in memory. */
  readonly held: HeldRows;
  /** True: whether values convert has to be known at once, as bad ones are kept aside. */
  readonly checksAtOnce: boolean;
}

/**
 * The rows of one partition for one table, until their commit: a few are held as they are and go into a stage together with
 * those of other partitions, since a temporary table for each costs more than its rows; many get a stage of their own.
 */
export class PartitionTable implements TargetTable {
  readonly existing: readonly TableColumn[] | null;
  readonly before: TableBefore | null;
  readonly partition: string;
  readonly request: TableRequest;
  readonly shared: SharedTable;
  readonly #parts: PartitionTableParts;
  /** True: its keys are unique within the partition alone. */
  readonly isScoped: boolean;
  #columns: readonly TableColumn[];
  #required: readonly TableColumn[];
  #batches: RowBatch[] = [];
  #heldBytes = 0;
  #stage: PartitionStage | undefined;
  #stageColumns: readonly TableColumn[] = [];
  #rows = 0;

  constructor(parts: PartitionTableParts) {
    const { request, existing } = parts;
    this.#parts = parts;
    this.partition = parts.partition;
    this.request = request;
    this.shared = parts.shared;
    this.existing = existing;
    this.before = parts.before;
    this.isScoped = parts.isScoped;
    refusePartitionColumn(request.columns, request.name);
    this.#columns = existing ?? request.columns;
    this.#required = this.#columns.filter(({ nullable }) => !nullable);
  }

  /** As the partition knows them, without the column that says which one it is. */
  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  /** Rows that wait in memory; undefined: they have a stage of their own. */
  get heldBatches(): readonly RowBatch[] | undefined {
    return this.#stage ? undefined : this.#batches;
  }

  get stage(): PartitionStage | undefined {
    return this.#stage;
  }

  /** Of its own stage. */
  get stageColumns(): readonly TableColumn[] {
    return this.#stageColumns;
  }

  /** Brings its own stage to the types that the table has, or gets. Called in turn. */
  async fitStage(table: readonly TableColumn[]): Promise<void> {
    const types = new Map(table.map(({ name, type }) => [name, type]));
    const fitting = this.#stageColumns.map((column) => {
      const type = types.get(column.name) ?? column.type;
      return type === column.type ? column : { ...column, type };
    });
    if (fitting.some((column, i) => column !== this.#stageColumns[i])) await this.#stage?.alter(fitting);
    this.#stageColumns = fitting;
  }

  /** Whether the ledger has a record of the partition, so that the table may have rows of it. */
  readonly hasRecord = (): boolean => this.#parts.hasRecord();

  /** Rows since the last commit. */
  get rows(): number {
    return this.#rows;
  }

  /** Columns by which rows take the place of others; within the partition only, where that is replaced. */
  get key(): readonly string[] {
    const { hasOperations, mode, primaryKey } = this.request;
    if (hasOperations !== true || mode === 'append' || primaryKey.length === 0) return [];
    return this.isScoped ? [PARTITION, ...primaryKey] : primaryKey;
  }

  async alter({ columns }: SchemaChange): Promise<void> {
    refusePartitionColumn(columns, this.request.name);
    this.#columns = columns;
    this.#required = columns.filter(({ nullable }) => !nullable);
    const stage = this.#stage;
    if (!stage) return;
    // What is staged has its order already; new columns come last.
    const wanted = new Map(this.#columnsOfStage.map((column) => [column.name, column]));
    const there = this.#stageColumns.map((column) => {
      const now = wanted.get(column.name) ?? column;
      wanted.delete(column.name);
      return now;
    });
    this.#stageColumns = [...there, ...wanted.values()];
    await this.#parts.inTurn(() => stage.alter(this.#stageColumns));
  }

  async write(batch: RowBatch): Promise<void> {
    if (this.#required.length > 0) checkRequired(this.request.name, this.#required, batch);
    if (!this.#stage && this.#mayHold(batch)) this.#batches.push(batch);
    // Whoever waits for its turn waits for the group that is being applied.
    else if (!this.#tryAppend(batch)) await this.#parts.inTurn(() => this.#append(batch));
    this.#rows += batch.rows.length;
  }

  integersAreExact(column: string): Promise<boolean> {
    return this.#parts.inTurn(() => this.shared.integersAreExact(column));
  }

  /** Whether all integers that it has in a column are exact as doubles. Called in turn. */
  async hasExactIntegers(
    column: string,
    ask: (stage: PartitionStage, column: string) => Promise<boolean>,
  ): Promise<boolean> {
    if (this.#stage) {
      await this.#stage.flush();
      return this.#stage.rows === 0 || ask(this.#stage, column);
    }
    return this.#batches.every(({ rows }) =>
      rows.every((row) => {
        const value = Object.hasOwn(row, column) ? row[column] : null;
        return (typeof value !== 'number' && typeof value !== 'bigint') || isExactAsDouble(value);
      }),
    );
  }

  /** A batch as it goes into a stage that has the column of the partition. What is removed by value is of the partition. */
  withPartition(batch: RowBatch): RowBatch {
    const constants = { [PARTITION]: this.partition };
    const { removals } = batch;
    if (!removals) return { ...batch, constants };
    return {
      ...batch,
      constants,
      removals: removals.map(({ at, where }) => ({ at, where: { ...where, ...constants } })),
    };
  }

  /** Forgets the rows: they were committed, or are not wanted. Called in turn. */
  async clear(): Promise<void> {
    this.#release();
    this.#rows = 0;
    const stage = this.#stage;
    this.#stage = undefined;
    await stage?.clear();
  }

  #mayHold(batch: RowBatch): boolean {
    const { kinds, removals = [], rows } = batch;
    if (this.#parts.checksAtOnce || removals.length > 0) return false;
    if (kinds?.some((kind) => kind !== UPSERT)) return false;
    const bytes = bytesOf(rows);
    if (!this.#parts.held.take(this.#rows + rows.length, bytes)) return false;
    this.#heldBytes += bytes;
    return true;
  }

  /** @returns false: the stage has to ask the database for it */
  #tryAppend(batch: RowBatch): boolean {
    const stage = (this.#stage ??= this.#makeStage());
    if (!stage.tryAppend) return false;
    while (this.#batches[0]) {
      if (!stage.tryAppend(this.withPartition(this.#batches[0]))) return false;
      this.#batches.shift();
    }
    this.#release();
    return stage.tryAppend(this.withPartition(batch));
  }

  async #append(batch: RowBatch): Promise<void> {
    const stage = (this.#stage ??= this.#makeStage());
    while (this.#batches[0]) {
      await stage.append(this.withPartition(this.#batches[0]));
      this.#batches.shift();
    }
    this.#release();
    await stage.append(this.withPartition(batch));
  }

  /** In the order of the table, so that rows need not be put in another one. */
  get #columnsOfStage(): readonly TableColumn[] {
    const columns = withPartition(this.#columns);
    const stored = this.shared.stored;
    if (!stored) return columns;
    const places = new Map(stored.map(({ name }, i) => [name, i]));
    const placeOf = ({ name }: TableColumn): number => places.get(name) ?? stored.length;
    return [...columns].sort((a, b) => placeOf(a) - placeOf(b));
  }

  #makeStage(): PartitionStage {
    this.#stageColumns = this.#columnsOfStage;
    return this.#parts.makeStage(this.#stageColumns, this.request.hasOperations !== true);
  }

  #release(): void {
    this.#parts.held.give(this.#heldBytes);
    this.#heldBytes = 0;
    this.#batches = [];
  }
}

/** The columns of a stage, or of the table. */
export function withPartition(columns: readonly TableColumn[]): readonly TableColumn[] {
  return [...columns, PARTITION_COLUMN];
}

/** By the first row, since those of a partition are alike. */
function bytesOf(rows: readonly Row[]): number {
  const [first] = rows;
  return first === undefined ? 0 : estimateBytes(first) * rows.length;
}
