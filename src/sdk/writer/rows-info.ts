/**
 * What is to become of rows at an endpoint. `insert`: they are new; `upsert`: they are written whole, whether their keys
 * are there or not; `update`: the columns given change, of rows that are there; `delete`: the rows of these keys go.
 */
export type WriteOperation = 'insert' | 'upsert' | 'update' | 'delete';

/** What a writer may know about the rows of one call. Lists are as long as the rows. */
export interface RowsInfo {
  /** One for all rows of the call. */
  readonly operation: WriteOperation;
  /** Number of each row in its run, counted from 1, for errors. */
  readonly numbers: readonly number[];
  /**
   * Names a row so that the same row of the same state has the same name in every run: a SHA-256, hex, of pipeline, table,
   * key (or ordinal in the commit window), content and version of the state. Made when it is asked for.
   */
  rowKey(index: number): string;
}
