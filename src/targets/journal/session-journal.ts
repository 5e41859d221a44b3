import type { FileNotes } from '../files/output-file.js';
import type { Commit, RunRecord, SavedState, WriteMode } from '../target.js';
import type { AppendedFacts, CommittedFile, SettledRows, StreamPosition } from './journal-line.js';

/** The journal of a pipeline as one session sees it: of the whole run, or of one of its partitions. */
export interface SessionJournal extends FileNotes {
  /** Raised by each claim of the pipeline. */
  readonly epoch: number;
  readonly saved: SavedState;
  /**
   * Where the session began to read: row n of it is row `rows + n` of all, whenever commits come. A session that begins at
   * the same state gives the same row the same place.
   */
  readonly start: StreamPosition;
  /** Rows that the session's partition had when it began; absent: it has none. */
  readonly rowsOfPartition?: number;
  /** By path, as the commits of the pipeline left them. */
  readonly files: ReadonlyMap<string, AppendedFacts>;
  /**
   * True: whether the last commit counts is for the next claim to find out, which completes it or not. Until then
   * nothing that the commit needs may be touched.
   */
  readonly isInDoubt: boolean;
  /** Told of each table that is opened. */
  noteTable?(mode: WriteMode): void;
  /**
   * Commits.
   *
   * @param files as the commit leaves them, their data durable
   * @param publish does the renames; called when the commit is decided, and only then
   * @returns the version of the saved state
   * @throws TargetError PIPELINE_FENCED; other errors leave what was before, unless the commit {@link isInDoubt}
   */
  commit(commit: Commit, files: readonly CommittedFile[], publish?: () => Promise<void>): Promise<number>;
  /** Rows kept aside that a commit took care of and that are perhaps not forgotten yet. */
  readonly settled?: SettledRows | undefined;
  /** Called when they are. */
  noteForgotten?(): Promise<void>;
  /**
   * Called when the session is over.
   *
   * @param isClean false: the files could not be put back, so the next claim has to
   */
  end(record: RunRecord, isClean: boolean): Promise<void>;
}
