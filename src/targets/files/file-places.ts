import type { WriteMode } from '../target.js';

/** Where a target has its tables, for one run. */
export interface FilePlaces {
  /** A name beside the files that belongs to no table. */
  readonly scratch: string;
  /** The file for rows that are kept aside. */
  readonly rejected: string;
  /**
   * The file of a table, as people know it.
   *
   * @param others tables that the run has open
   * @throws ConfigError where there is no place for it
   */
  fileOf(table: string, others: readonly string[], mode: WriteMode): string;
  /** The file that takes the rows after a commit of this one; absent: the same. */
  fileAfter?(path: string): string;
  /** Whether rows are added to a file by one that takes its place. Absent: never. */
  rewrites?(path: string): boolean;
  /** Called before a file is opened. */
  prepare(): Promise<void>;
  /** Called when the run has ended, and has no file open. */
  release(): Promise<void>;
  /** The tables that have these files, which are absolute and without symbolic links; others are left out. */
  tablesIn(files: Iterable<string>): Promise<readonly string[]>;
  /** Those of {@link tablesIn} with a file that holds the run's partition as a whole. Absent: it has none. */
  tablesOfPartition?(files: ReadonlyMap<string, unknown>): Promise<readonly string[]>;
}
