import type { TableRequest, TargetTable } from '../target.js';
import type { Scratch } from './scratch.js';
import type { openOutputFile } from './open-output-file.js';

/** A table that writes itself to a file in one format. */
export interface FileTable extends TargetTable {
  /**
   * Called before each commit of the file: write what is still missing; false: there is nothing to keep. A table in a
   * file of its own is finished by it, one that is added to a file may go on.
   */
  finish(): Promise<boolean>;
  /**
   * Called after a `finish` that had nothing to keep, where the file replaces one that was there, and other tables are
   * committed: writes a table without rows. Absent: a file of no bytes is one.
   */
  finishEmpty?(): Promise<void>;
  /** Called when the table is not needed any more, whatever became of it. Absent: it holds nothing. */
  release?(): Promise<void>;
}

/** Starts a table in a file that was just opened. A failure ends the run; the file is rolled back by the caller. */
export type OpenFileTable = (
  file: Awaited<ReturnType<typeof openOutputFile>>,
  request: TableRequest,
  path: string,
  scratch: Scratch,
) => Promise<FileTable>;
