import type { ColumnType } from '../sdk/column-types.js';
import type { HostError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';

/** How a run changes its table: replaced as a whole when the run ends, or added to. */
export type WriteMode = 'overwrite' | 'append';

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
  /** Name that the run's state and history hang on. */
  readonly pipeline: string;
  /** Aborted when the run is stopped; a target may cut long work short. */
  readonly signal: AbortSignal;
}

/** One table that a run writes. */
export interface TableRequest {
  readonly name: string;
  readonly mode: WriteMode;
  /** The columns known before the first row; more may come by {@link TargetTable.alter}. */
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
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
}

/** One table that is being written. Calls never overlap. */
export interface TargetTable {
  /** With append: the columns that the table had; null: there was none. With overwrite always null. */
  readonly existing: readonly TableColumn[] | null;
  /** Called before the first batch that has a new column or a value of a wider type. */
  alter(change: SchemaChange): Promise<void>;
  /**
   * Takes a batch. Nothing of it needs to be visible before the session commits.
   * @throws RowError for a value that does not convert to its column's type
   */
  write(batch: RowBatch): Promise<void>;
  /** Whether every integer that the table already has in this column is exact as a double. Absent: nothing there. */
  integersAreExact?(column: string): Promise<boolean>;
}

/** What one run does to a target: either commit or rollback ends it, exactly once. */
export interface TargetSession {
  /** Opens a table for writing. With overwrite the old rows stay visible until the commit. */
  openTable(request: TableRequest): Promise<TargetTable>;
  /** Makes everything visible at once, as far as the target can. After an error of it, rollback is called. */
  commit(): Promise<void>;
  /** Drops everything that was not committed and releases what is held. Never throws for work that is already gone. */
  rollback(): Promise<void>;
  /** Bytes written so far, where the target knows. */
  readonly bytes: number;
}

/** A place where rows land. Opened by `openTarget`, or made by a test. */
export interface Target {
  /** For people, without credentials: `warehouse.duckdb`. */
  readonly label: string;
  readonly capabilities: TargetCapabilities;
  /** Starts one run. */
  begin(run: TargetRun): Promise<TargetSession>;
  /** Says what an error that one of the calls threw means; undefined: a plain TargetError will do. */
  explain?(error: unknown): HostError | undefined;
  /** Releases everything. Called once, after every session has ended. */
  close(): Promise<void>;
}
