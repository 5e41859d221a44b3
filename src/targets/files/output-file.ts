import type { CommittedFile, FileFacts } from '../journal/journal-line.js';

/**
 * A file that one run writes. A commit is `prepare`, then `publish`, and nothing in between but the decision; after a
 * failure of `prepare`, `rollback` still cleans up. `rollback` or `close` ends it.
 */
export interface OutputFile {
  /** Bytes of this run so far. */
  readonly bytes: number;
  /** Takes text or bytes; waits while an earlier write is in flight. */
  write(data: string | Uint8Array): Promise<void>;
  /** Makes what was written durable, and says what the file will be. */
  prepare(): Promise<CommittedFile>;
  /** Makes it visible, and what a rollback goes back to. */
  publish(): Promise<void>;
  /** Leaves the file as it was after the last commit, or before the run. */
  rollback(): Promise<void>;
  /** Leaves everything as it lies, for a later run to put in order. */
  close(): Promise<void>;
}

/** Is told what a run is about to do to the file system, before it does. */
export interface FileNotes {
  /** Before a part file is made; refuseFenced is called when it is there. */
  announcePart(path: string): Promise<void>;
  /** Before the first byte is added to a file. */
  announceAppend(file: FileFacts): Promise<void>;
  /** @throws TargetError PIPELINE_FENCED when another run took the pipeline over */
  refuseFenced(): Promise<void>;
}
