import type { Commit, RunRecord, SavedState, TableBefore, TableColumn, RowBatch } from '../../target.js';
import type { RejectedRow } from '../../rejected-rows.js';
import type { StagedRows } from '../apply-stage.js';
import type { SqlDatabase } from '../sql-database.js';

/** Rows of one table that wait in a temporary table for the commit of their partition. */
export interface PartitionStage extends StagedRows {
  readonly isEmpty: boolean;
  /**
   * Takes a batch without asking the database. Absent: it never can.
   * @returns false: {@link append} has to
   * @throws RowError as that does
   */
  tryAppend?(batch: RowBatch): boolean;
  /** @throws RowError for a value that does not convert; then nothing of the batch is taken */
  append(batch: RowBatch): Promise<void>;
  /** Brings it to these columns, which are those that it has, wider ones, and further ones. */
  alter(columns: readonly TableColumn[]): Promise<void>;
  /** Called before a statement reads it: hands over what is on its way. */
  flush(): Promise<void> | void;
  /** Called in the transaction before its rows are compared by key. Absent: that needs nothing. */
  analyze?(): Promise<void>;
  /** Whether its rows can go to a table of these columns as they are. Absent: never. */
  canPour?(columns: readonly TableColumn[]): boolean;
  /** Drops its rows. */
  clear(): Promise<void>;
}

/** A table of the database before the run. */
export interface PartitionedTableBefore extends TableBefore {
  /** The pipeline that loaded it last; null: none did. */
  readonly pipeline: string | null;
}

/** Rows that one partition keeps aside. */
export interface KeptAside {
  add(rows: readonly RejectedRow[]): void;
  /** Keeps them, inside the running transaction. */
  save(settled: readonly string[]): Promise<void>;
  clear(): void;
}

/**
 * A database as a run of partitions uses it: one connection, on which one step is done at a time. Whatever writes is called
 * inside {@link transact}.
 */
export interface PartitionDatabase extends SqlDatabase {
  /** For errors. */
  readonly label: string;
  /** Text as a literal. */
  quoteText(text: string): string;
  /** A condition: a column of text is one of these, of which there may be thousands. */
  isOneOf(column: string, texts: readonly string[]): string;
  /** What the database takes a table's name for: names of one table come to the same. */
  storedName(table: string): string;
  rows(sql: string): Promise<unknown[][]>;
  /**
   * Does a step in a transaction, and again where another transaction was in the way.
   * @throws StaleTable where a table is not as {@link before} said
   */
  transact<T>(step: () => Promise<T>): Promise<T>;
  /** A table as it is, with what the host noted of it; null: there is none. */
  before(table: string): Promise<PartitionedTableBefore | null>;
  /**
   * @param number unique in the run
   * @param isPlain true: rows are only added, whatever they are
   */
  makeStage(number: number, table: string, columns: readonly TableColumn[], isPlain: boolean): PartitionStage;
  /** Adds the rows of stages that can be poured to a table, inside the running transaction. Absent: none can. */
  pour?(table: string, stages: readonly PartitionStage[]): Promise<void>;
  createTable(name: string, columns: readonly TableColumn[]): Promise<void>;
  alterTable(name: string, from: readonly TableColumn[], to: readonly TableColumn[]): Promise<void>;
  /** Whether all integers in a column are exact as doubles. @param table quoted */
  integersAreExact(table: string, column: string): Promise<boolean>;
  /** Notes what a run made of a table, and writes the comments of its columns. */
  record(table: string, key: readonly string[], columns: readonly TableColumn[]): Promise<void>;
  /** Names of tables that the pipeline loaded and that begin so. */
  tablesLike(prefix: string): Promise<readonly string[]>;
  /**
   * Called in a transaction before it changes these tables; absent: nobody else can be in the way.
   * @throws StaleTable where one is not as {@link before} said
   */
  lock?(tables: readonly string[]): Promise<void>;
  /** Whether the table has a unique index on exactly these columns. Absent: tables have none. */
  hasUniqueKey?(table: string, key: readonly string[]): Promise<boolean>;
  /** Called after a table was made that is merged by a key. */
  makeKeyIndex?(table: string, key: readonly string[]): Promise<void>;
  /** A place for the rows that one partition keeps aside. */
  keptAside(partition: string): KeptAside;
}

/** The hold of a run on its pipeline. Inside a transaction, but for {@link holds}. */
export interface PipelineHold {
  readonly run: string;
  readonly pipeline: string;
  readonly saved: SavedState;
  /**
   * Proves that the run still has the pipeline and notes its parameters: a fence around whatever else the transaction does.
   * @returns version now @throws TargetError PIPELINE_FENCED
   */
  save(commit: Pick<Commit, 'fingerprint' | 'format'>): Promise<number>;
  /** Called after each transaction that called {@link save}: whether it took place. */
  settle(tookPlace: boolean): void;
  /** Notes what the run has done so far. */
  count(record: RunRecord): Promise<void>;
  /** Notes how the run ended. */
  end(record: RunRecord | undefined): Promise<void>;
  /** Whether a commit would be accepted, for an error that says why not. */
  holds(): Promise<boolean>;
  /** What a commit without the hold fails with. */
  fenced(): Error;
}
