import type { ColumnType } from '../sdk/column-types.js';
import type { HostError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import type { PartitionBatch, PartitionLedger, PartitionOfRun } from './partitions/partition-ledger.js';
import type { Fingerprint, PipelineStore, RunRecord, SavedState } from './pipeline-store.js';
import type { RejectedRow, RejectedStore } from './rejected-rows.js';
import type { Relation } from './relation.js';

export type {
  Fingerprint,
  PastState,
  PipelineRun,
  PipelineStore,
  RunRecord,
  SavedState,
  StoredState,
} from './pipeline-store.js';
export type { KeptRow, RejectedRow, RejectedSchema, RejectedStore } from './rejected-rows.js';

/**
 * How a run changes a table: replaced as a whole when the run ends, added to, or changed row by row by primary key.
 */
export type WriteMode = 'overwrite' | 'append' | 'merge';

/** What becomes of a row that is deleted: it goes, or `_deleted_at` says when it was deleted. */
export type DeleteMode = 'hard' | 'soft';

/** Column of a table with soft deletes: the commit that deleted the row; null: the row lives. */
export const DELETED_AT = '_deleted_at';

/** One column of a table as the engine knows it. */
export interface TableColumn {
  readonly name: string;
  /** Null: inferred, and every value so far was null. A target with typed columns keeps text there until it is known. */
  readonly type: ColumnType | null;
  /** True: the type was declared and never changes; false: inferred, may widen. */
  readonly declared: boolean;
  readonly nullable: boolean;
  readonly comment?: string;
}

/** What a target can do. The engine asks these flags, never the target's name. */
export interface TargetCapabilities {
  /** A run that fails or is killed leaves the target as it was. */
  readonly transactional: boolean;
  /** State of pipelines is kept in the target itself. */
  readonly keepsState: boolean;
  /** Rows can be replaced by key. */
  readonly upserts: boolean;
  /** Rows can be removed by key. */
  readonly deletes: boolean;
  /**
   * Where rows cannot be replaced: how operations are written down instead. `one-table`: as rows of one table (table, op,
   * row), whatever table they belong to; `each-table`: as rows of their own table with a column `_op`, with append only.
   * Absent: only whole rows can be written.
   */
  readonly operationLog?: 'one-table' | 'each-table';
  /**
   * True: where rows cannot be replaced, a table that is replaced as a whole takes operations all the same. The session
   * gathers what they come to, and writes it with the final commit.
   */
  readonly foldsOverwrites?: boolean;
  /** Several sessions may write at once. */
  readonly concurrentWriters: boolean;
  /** Rows are seen by a reader as soon as they are written, so none may wait long for others. */
  readonly immediate: boolean;
  /**
   * Rows in a batch at most. Enough to make a write worth it, and no more: rows of a large batch outlive the garbage
   * collector's young generation, which costs more than the write (docs/adr/0003-small-batches.md).
   */
  readonly batchRows: number;
}

/** One run, as a target sees it. */
export interface TargetRun {
  /** Unique id of the run. */
  readonly runId: string;
  /** Name that the run's state, lock and history hang on. */
  readonly pipeline: string;
  /** Aborted when the run is stopped; a target may cut long work short. */
  readonly signal: AbortSignal;
  /**
   * Told of rows that the target itself found to be bad and keeps aside, as those that an endpoint refused. Absent: the
   * first of them ends the run.
   * @throws RowError where the run takes no more of them
   */
  readonly onRejected?: (rows: readonly RejectedRow[]) => void;
  /**
   * In a retry of rows that were kept aside: a row that is refused again, with the id, the number and the attempts that it is
   * kept with. For a target that keeps rows aside by itself; absent: every row is new.
   */
  readonly asKept?: (row: RejectedRow) => RejectedRow;
  /**
   * In a retry: whether the whole row of this number was to be inserted when it was kept aside. For a target that tells
   * inserts from upserts; absent: the table's mode says which.
   */
  readonly isInsert?: (number: number) => boolean;
  /**
   * In a run of partitions: so many seconds and rows a partition that is complete may wait for others to be committed with.
   * Default: as long as it helps the target, a second at most. Zeros: it waits for none.
   */
  readonly commitEvery?: { readonly seconds: number; readonly rows: number } | undefined;
  /** The one partition that is written; absent: the dataset is not cut into any. */
  readonly partition?: PartitionOfRun;
  /** Told of what the target waits for, as in `429 of the endpoint, 30 s`; null: it goes on. */
  readonly onWaiting?: (reason: string | null) => void;
}

/** One table that a run writes. */
export interface TableRequest {
  readonly name: string;
  readonly mode: WriteMode;
  /** The columns known before the first row; more may come by {@link TargetTable.alter}. */
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  /** Default hard. */
  readonly deletes?: DeleteMode;
  /** Rows that the run did not write go with its final commit, if they are no larger a share of the table. */
  readonly deleteMissing?: { readonly maxShare: number };
  /** True: batches carry operations ({@link RowBatch.kinds}); a target that cannot apply them shows them as they come. */
  readonly hasOperations?: boolean;
}

/**
 * How the columns of a table change. `added` and `retyped` are empty where only what is noted of a column changes: that
 * it is declared now, may not be null, or has a comment.
 */
export interface SchemaChange {
  /** All columns after the change, in their order: new ones come last. */
  readonly columns: readonly TableColumn[];
  /** The columns that are new. */
  readonly added: readonly TableColumn[];
  /** The columns whose type changed, with the new type; `from` null: only nulls so far. */
  readonly retyped: readonly {
    readonly name: string;
    readonly from: ColumnType | null;
    readonly to: ColumnType;
  }[];
}

/** Rows to write, each a plain object as the connector gave it; a missing key is null. */
export interface RowBatch {
  readonly rows: readonly Row[];
  /** Number of the first row in the run, counted from 1, for errors. */
  readonly firstRow: number;
  /** Number of each row in the run, where they do not follow each other. */
  readonly numbers?: readonly number[];
  /**
   * What each row does to the table; absent: all are written whole. {@link UPSERT}: a whole row; {@link DELETE}: the key
   * of a row that goes; n > 0: `columnSets[n - 1]` are the columns that a row of that key gets, besides its key.
   */
  readonly kinds?: readonly number[];
  readonly columnSets?: readonly (readonly string[])[];
  /** Values that every row has besides its own, by column. Only where the target itself put them there. */
  readonly constants?: Row;
  /** Rows that go by value rather than by key, in their order. */
  readonly removals?: readonly Removal[];
}

/** A {@link RowBatch.kinds | kind}: the row is written whole. */
export const UPSERT = 0;
/** A {@link RowBatch.kinds | kind}: the row of this key goes. */
export const DELETE = -1;

/** Removes every row that was there before it and equals the given columns; no columns: every row. */
export interface Removal {
  /** How many rows of the batch come before it. */
  readonly at: number;
  readonly where: Row;
}

/** The number of a row of a batch in its run, for errors. */
export function rowNumber({ firstRow, numbers }: RowBatch, index: number): number {
  return numbers?.[index] ?? firstRow + index;
}

/** One table that is being written. Calls never overlap. */
export interface TargetTable {
  /** With append: the columns that the table had; null: there was none. With overwrite always null. */
  readonly existing: readonly TableColumn[] | null;
  /** What the target has under this name before the run, with any mode; absent: it does not know. */
  readonly before?: TableBefore | null;
  /** Called before the first batch that has a new column or a value of a wider type. */
  alter(change: SchemaChange): Promise<void>;
  /**
   * Takes a batch. Nothing of it needs to be visible before the session commits.
   * @throws RowError for a value that does not convert to its column's type, with the row's number in its details; then
   *   nothing of the batch is taken, so that it can be given again without that row
   */
  write(batch: RowBatch): Promise<void>;
  /**
   * Takes all rows of a relation, in the place of batches of whole rows to add. Called once at most, before any batch.
   * Absent: it takes batches only.
   *
   * @returns how many rows it took; undefined: they have to come in batches, and none was taken
   */
  take?(relation: Relation): Promise<number | undefined>;
  /** Whether every integer that the table already has in this column is exact as a double. Absent: nothing there. */
  integersAreExact?(column: string): Promise<boolean>;
}

/** A table as the target has it before a run. */
export interface TableBefore {
  readonly columns: readonly TableColumn[];
  /** Key that was noted when the host last loaded it; null: the host did not load it. */
  readonly primaryKey: readonly string[] | null;
  /** How many rows it has. */
  readonly rows: number;
  /** True: it was loaded by partitions, and the run is of none. */
  readonly isPartitioned?: boolean;
}

/** What goes with the rows of one commit. */
export interface Commit {
  /** True for the last commit of a run: tables that are replaced take their place with it. */
  readonly isFinal: boolean;
  /** The state that these rows belong to, as JSON text; null: it stays as it is. */
  readonly state: string | null;
  /** Parameters of the run, noted also where the state stays as it is; null: not known. */
  readonly fingerprint: Fingerprint | null;
  readonly format: number;
  /** What the run has done with this commit, but for the rows that it removes; with the final one: how it ended. */
  readonly record?: RunRecord;
  /** True: rows were kept aside, so none goes for having been missed ({@link TableRequest.deleteMissing}). */
  readonly keepsMissing?: boolean;
  /** True: the read was cut short by a limit, so that what it was of is not complete. */
  readonly isPartial?: boolean;
  /** Rows kept aside, by id, that this commit takes care of: they are forgotten with it. */
  readonly settled?: readonly string[];
}

/** What a commit did. */
export interface Committed {
  /** Rows that went by key, by value or with a truncate; those of an overwritten table do not count. */
  readonly rowsDeleted: number;
  /** Version of the saved state now; null: the target keeps none. */
  readonly stateVersion: number | null;
}

/**
 * What one run does to a target, from the claim of its pipeline on. Rows written between two commits become visible
 * together, with the state of the commit, or not at all where the target is transactional. `finish` or `rollback` ends
 * it, exactly once.
 */
export interface TargetSession {
  /** What the pipeline's last commit saved; absent: the target keeps no state, and `commit` is called once, at the end. */
  readonly saved?: SavedState;
  /** Opens a table for writing. With overwrite the old rows stay visible until the final commit. */
  openTable(request: TableRequest): Promise<TargetTable>;
  /**
   * Makes what was written since the last commit visible, and saves the state with it. A run that replaces its tables
   * has its final commit only. After an error of it, rollback is called, or discard where the error is a TransientError.
   *
   * @throws TargetError PIPELINE_FENCED when another run took the pipeline over meanwhile
   */
  commit(commit: Commit): Promise<Committed | undefined> | Promise<void>;
  /**
   * Drops what was not committed, and every open table, so that the source can be read again from the last commit.
   * Absent: what was written cannot be taken back while the session lives.
   */
  discard?(): Promise<void>;
  /** Drops everything that was not committed and releases what is held. Never throws for work that is already gone. */
  rollback(record?: RunRecord): Promise<void>;
  /** Called after the final commit: releases the pipeline. */
  finish?(record: RunRecord): Promise<void>;
  /** Keeps rows aside with the next commit. Absent: the target has no place for them. */
  reject?(rows: readonly RejectedRow[]): void;
  /** Names of tables that the run's pipeline loaded and that begin so. Absent: the target has one table only. */
  tablesLike?(prefix: string): Promise<readonly string[]>;
  /**
   * Names of tables that may have rows of the session's partition, from runs before this one. Absent: it has no partition, or
   * the target does not know.
   */
  tablesOfPartition?(): Promise<readonly string[]>;
  /** Rows that the session's partition had before it, over all tables. Absent: {@link TargetTable.before} says it, or nobody. */
  readonly rowsOfPartition?: number | undefined;
  /** Rows written so far, where they are fewer than it was given; absent: all of them. */
  readonly rowsWritten?: number | undefined;
  /** Bytes written so far, where the target knows. */
  readonly bytes: number;
}

/** A run of one partition. */
export type PartitionRun = TargetRun & { readonly partition: PartitionOfRun };

/**
 * A run that is cut into partitions: it claims the pipeline once, and each partition is a session of its own below it.
 * Several of them may write at once. `finish` or `rollback` ends it, exactly once, when every session below has ended.
 */
export interface PartitionedSession {
  /** What the pipeline saved last, without a partition: the fingerprint of its parameters. Absent: nothing is kept. */
  readonly saved?: SavedState;
  /** Absent: the target does not remember partitions, so that none can be found `missing` or `failed`. */
  readonly ledger?: PartitionLedger;
  /** Called once before the first partition: what is chosen, so that a run that is killed can be resumed. */
  start(batch: PartitionBatch): Promise<void>;
  /**
   * Starts a partition. Waits while too many wait for their commit. The final commit of its session settles when its rows,
   * its state and its record are in the target, in one transaction with those of others; its rollback with a record of
   * `failed` notes the failure, which is durable when `finish` or `rollback` of this session has settled.
   */
  begin(run: PartitionRun): Promise<TargetSession>;
  /**
   * Called with each page of partitions before one of them is begun, so that what is known of them is asked at once. Absent:
   * nothing is to be asked.
   * @param ids 10,000 at most
   */
  expect?(ids: readonly string[]): Promise<void>;
  /** Removes the rows, records and states of partitions, in one transaction each 10,000. @returns rows that went */
  remove?(partitions: readonly string[]): Promise<number>;
  rollback(record?: RunRecord): Promise<void>;
  finish(record: RunRecord): Promise<void>;
}

/** What a run would make of a table. */
export interface PlanRequest {
  /** All columns in the end. */
  readonly columns: readonly TableColumn[];
  readonly mode: WriteMode;
  readonly deletes: DeleteMode;
}

/** A place where rows land. Opened by `openTarget`, or made by a test. */
export interface Target {
  /** For people, without credentials: `warehouse.duckdb`. */
  readonly label: string;
  readonly capabilities: TargetCapabilities;
  /**
   * Starts one run: claims its pipeline.
   * @throws TransientError PIPELINE_BUSY while another run of the pipeline goes on
   */
  begin(run: TargetRun): Promise<TargetSession>;
  /**
   * Starts one run of partitions: claims its pipeline. Absent: partitions cannot be kept apart there.
   * @throws TransientError PIPELINE_BUSY while another run of the pipeline goes on
   */
  beginPartitions?(run: TargetRun): Promise<PartitionedSession>;
  /** What became of the partitions of a pipeline, for those who only look. Absent: the target does not know. */
  partitionLedger?(pipeline: string): Promise<PartitionLedger>;
  /** The states and runs it keeps; absent: none. */
  pipelines?(): Promise<PipelineStore>;
  /** The rows that its pipelines kept aside; absent: it has no place for them. */
  rejected?(): Promise<RejectedStore>;
  /**
   * A table as it is now, for those who only look: claims nothing and writes nothing. Null: there is none; absent: the
   * target does not know.
   */
  look?(table: string, mode: WriteMode): Promise<TableBefore | null>;
  /** The statements that a run would bring a table to these columns with. Writes nothing; absent: there are none. */
  plan?(table: string, request: PlanRequest): Promise<readonly string[]>;
  /** Says what an error that one of the calls threw means; undefined: a plain TargetError will do. */
  explain?(error: unknown): HostError | undefined;
  /** Releases everything. Called once, after every session has ended. */
  close(): Promise<void>;
}
