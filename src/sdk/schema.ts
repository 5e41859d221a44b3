import type { ColumnTypeName } from './column-types.js';

/** One row: column name to value. Values are JSON values, bigint, Date or Uint8Array; undefined counts as null. */
export type Row = Record<string, unknown>;

/** One declared column. */
export interface Column {
  readonly name: string;
  readonly type: ColumnTypeName;
  /** False: a row without a value here is a RowError. Default true. */
  readonly nullable?: boolean;
  /** Kept as the column's comment where the target has comments. */
  readonly comment?: string;
}

/** One declared table of a sync. Columns that are not declared are inferred from the rows. */
export interface TableSchema {
  readonly name: string;
  readonly columns?: readonly Column[];
  readonly primaryKey?: readonly string[];
}

/** The schema of a dataset: one table without a name of its own. */
export interface DatasetSchema {
  /** Absent: inferred from the rows. Declared columns are held: a value that does not convert is a RowError. */
  readonly columns?: readonly Column[];
  /** Names of the columns that identify a row. */
  readonly primaryKey?: readonly string[];
  /** True: reads go on from saved state, so rows are added or merged instead of replacing the table. */
  readonly incremental?: boolean;
}

/** The schema of a sync: several tables. */
export interface SyncSchema {
  readonly tables: readonly TableSchema[];
}

/** What getReadSchema returns: one table, several named ones, or null to infer everything from the rows. */
export type ReadSchema = DatasetSchema | SyncSchema | null;
