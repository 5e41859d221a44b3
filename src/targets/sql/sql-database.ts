import type { TableColumn } from '../target.js';
import type { StagedRemoval } from './segments.js';

/**
 * Column of a stage that counts its rows from 0: their order. No row id of a database will do: DuckDB's are huge for rows
 * that were appended in the running transaction, and a column of the source may have that name.
 */
export const ROW = '_host_row';
/** Column of a stage that says what a row does. */
export const KIND = '_host_kind';
/** Column of a table of removals: how many staged rows came before each. */
export const AT = '_host_at';

/** Steps of applying a stage, between which a crash test may end the process. */
export type ApplyStep =
  'after-removals' | 'before-deletes' | 'after-deletes' | 'before-insert' | 'after-insert' | 'after-patches';

/**
 * A connection to a database that applies stages, and what its SQL says in words of its own. All statements run in the
 * transaction of the connection.
 */
export interface SqlDatabase {
  /** A name as an identifier. */
  quoteName(name: string): string;
  /** A temporary table of the connection as an identifier. */
  quoteTemporary(name: string): string;
  run(sql: string): Promise<void>;
  /** @returns how many rows the statement changed */
  change(sql: string): Promise<number>;
  /** The first row of a query; counts as numbers. */
  row(sql: string): Promise<unknown[]>;
  /** Makes a temporary table of what a query gives, in the place of one of the same name. */
  makeTemporary(name: string, select: string): Promise<void>;
  /** Makes a temporary table of removals: the column {@link AT}, and `columns`; in the place of one of the same name. */
  stageRemovals(
    name: string,
    table: string,
    columns: readonly TableColumn[],
    removals: readonly StagedRemoval[],
  ): Promise<void>;
  /** Brings a temporary table from the columns that it has to those that it should have. */
  alterTemporary(name: string, from: readonly TableColumn[], to: readonly TableColumn[]): Promise<void>;
  /** The aggregate that gives `value`, which may be null, of the row with the highest `order` among those that `condition` names. */
  last(value: string, order: string, condition?: string): string;
  /**
   * Cuts rows into so many slices by the hash of a list of columns: the condition for one of them. Absent: all rows are
   * taken at once.
   */
  slice?(columns: string, slices: number, slice: number): string;
  /** Called at each step. */
  onStep(step: ApplyStep): void;
}
