import type { Commit, RunRecord } from '../../target.js';
import type { PartitionSession, PendingCommit } from './partition-session.js';

/** What all partitions of a run have committed, for its line in the history. */
export class RunTotals {
  #rowsRead = 0;
  #rowsWritten = 0;
  #rowsDeleted = 0;
  #commits = 0;

  /** @returns the totals if these were committed too @param deleted rows that went with them */
  with(group: readonly PendingCommit[], deleted: number): RunRecord {
    let rowsRead = this.#rowsRead;
    let rowsWritten = this.#rowsWritten;
    for (const { session, commit } of group) {
      rowsRead += since(session, commit, 'rowsRead');
      rowsWritten += since(session, commit, 'rowsWritten');
    }
    return {
      // It goes on; how it ends is noted at its end.
      status: 'succeeded',
      code: null,
      message: null,
      rowsRead,
      rowsWritten,
      rowsDeleted: this.#rowsDeleted + deleted,
      commits: this.#commits + group.length,
    };
  }

  /** Called when a commit took place, before the session notes it. */
  add(session: PartitionSession, commit: Commit, deleted: number): void {
    this.#rowsRead += since(session, commit, 'rowsRead');
    this.#rowsWritten += since(session, commit, 'rowsWritten');
    this.#rowsDeleted += deleted;
    this.#commits += 1;
  }
}

/** What a commit adds to what the one before it said; each record is of all of its partition. */
function since(session: PartitionSession, { record }: Commit, field: 'rowsRead' | 'rowsWritten'): number {
  return (record?.[field] ?? 0) - (session.record?.[field] ?? 0);
}
