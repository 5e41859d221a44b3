import type { Row } from '../schema.js';
import type { RowsInfo } from './rows-info.js';
import type { WriterHost } from './writer-host.js';

/**
 * Receives the rows of one table. The host calls writeRows where it exists, else writeRow; then either close (all
 * rows were given) or abort (the run failed or was stopped), never both. Calls never overlap.
 */
export interface DatasetWriter {
  /** Called once, before anything else: what the host lends the writer. A writer of one's own may leave it out. */
  attach?(host: WriterHost): void | Promise<void>;
  /** Takes one row. Return a promise to make the host wait (back-pressure). */
  writeRow(row: Row): void | Promise<void>;
  /**
   * Takes a batch of rows at once, new ones or whole ones for their keys; used instead of writeRow where it exists. The
   * host always gives `info`.
   */
  writeRows?(rows: readonly Row[], info?: RowsInfo): Promise<void>;
  /** Takes rows of which some columns change: each has its key and those columns. Absent: such a change is refused. */
  updateRows?(rows: readonly Row[], info?: RowsInfo): Promise<void>;
  /** Takes the keys of rows to remove. Absent: a run that removes rows is refused. */
  deleteRows?(keys: readonly Row[], info?: RowsInfo): Promise<void>;
  /** Called before the state is saved: resolves when everything given so far was accepted or refused. */
  flush?(): Promise<void>;
  /** Called once after the last row: send what is left, then release everything. An error fails the run. */
  close(): Promise<void>;
  /** Called once instead of close when the run fails: drop what is buffered, release everything. */
  abort?(): Promise<void>;
}
