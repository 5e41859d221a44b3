import type { State } from '../operations.js';
import type { Row } from '../schema.js';
import type { CursorValue } from './cursor-options.js';

/** Where an incremental read stands. One cursor serves one read of one table. */
export interface Cursor {
  /**
   * What to ask the API for rows from, in the format asked for; undefined: for all. Rows that equal it have to come too
   * (`>=`). The same during the whole read.
   */
  readonly lowerBound: CursorValue | undefined;
  /** What the read may be cut at, where the API can (`<=`); undefined for values that are no times. */
  readonly upperBound: CursorValue | undefined;
  /**
   * Takes a page, and returns its rows but those that the last run had, and those below the lower bound. Yield them
   * before anything else of the cursor is used.
   *
   * @throws ConfigError CURSOR_FAILED for a row without a value that can be compared, or out of order
   */
  take(rows: readonly Row[]): readonly Row[];
  /**
   * The state to offer now that everything taken has been yielded; undefined: none may be offered here, because the
   * order is unknown, or too many rows would have to be remembered.
   */
  checkpoint(): State | undefined;
  /**
   * The state to offer before rows that are cut at a limit, taken before those rows were; undefined: none is needed.
   * With a key the host commits such rows too, and then what was remembered of them is no longer what the table has:
   * this state remembers no row.
   */
  beforeCut(): State | undefined;
  /**
   * The state to offer last. Call it only when every row has been read: never after a limit or a failure.
   *
   * @throws ConfigError CURSOR_FAILED when the next run could not tell which rows are new
   */
  complete(): State;
}
