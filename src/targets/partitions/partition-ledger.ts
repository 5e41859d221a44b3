import type { Partitioning } from '../../sdk/partitioning.js';
import type { SavedState } from '../pipeline-store.js';

/**
 * What became of a partition when it was tried last: all of its rows are in the target; it failed; or it was not read to its
 * end, since the run stopped or had a limit.
 */
export type PartitionStatus = 'completed' | 'failed' | 'unfinished';

/** What the ledger of a pipeline has of one partition. One that was never tried has no entry. */
export interface PartitionRecord {
  readonly partition: string;
  readonly status: PartitionStatus;
  /** The {@link PartitionBatch} that tried it last. */
  readonly batch: string;
  /** The run that tried it last; a resumed batch has several. */
  readonly run: string;
  /** Rows that it has in the target; where rows are added or merged, those of all runs together. */
  readonly rows: number;
  /** Code of the error that ended it. */
  readonly code: string | null;
  /** What happened, secrets redacted. */
  readonly message: string | null;
  /** ISO text, UTC. */
  readonly endedAt: string;
  /** True: it was completed, and somebody has removed its rows from the target since. Never kept. */
  readonly isLost?: true;
}

/** A choice of partitions that a run began with, and that resumed runs go on with. */
export interface PartitionBatch {
  /** Id of the run that began it. */
  readonly id: string;
  /** The text of --partition; null: all. */
  readonly selection: string | null;
  /** The instant that keywords such as CURRENT_DAY stand for, ISO text, UTC. */
  readonly now: string;
  /** The scheme, as it was then. */
  readonly partitioning: Partitioning;
}

/** Partitions that have completed. */
export interface CompletedPartitions {
  has(id: string): boolean;
  /**
   * Those of them whose rows somebody has removed since, without the ledger's knowledge. Absent: none can be.
   * @param ids of partitions that have completed
   */
  lost?(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Finds what became of the partitions of a pipeline. Ids that were never tried have no record. */
export interface PartitionLedger {
  /** What the pipeline's last run began with; null: it never had partitions. */
  batch(): Promise<PartitionBatch | null>;
  /** Those of these partitions that have a record. @param ids 10,000 at most */
  find(ids: readonly string[]): Promise<ReadonlyMap<string, PartitionRecord>>;
  /**
   * Which partitions have completed, as it is when this is called or later: asked once for a selection, however many ids it
   * looks at.
   * @param batch only those that this batch completed; left out: those that any run did
   */
  completed(batch?: string): Promise<CompletedPartitions>;
  /** All records of a status, or all, in pages in the order of their ids' code units. */
  list(status?: PartitionStatus): AsyncIterable<readonly PartitionRecord[]>;
  /** The states that these partitions have saved. @param ids 10,000 at most */
  states(ids: readonly string[]): Promise<ReadonlyMap<string, SavedState>>;
}

/** The partition that a session writes. */
export interface PartitionOfRun {
  readonly id: string;
  readonly partitioning: Partitioning;
  /** Called when the last rows are with the target and wait for their commit, so that another partition may be read. */
  readonly onStaged?: () => void;
  /**
   * Rows that were kept aside are given again. What the ledger says of the partition stays, but for the number of its rows.
   * Absent: the partition is read.
   */
  readonly retry?: {
    /** Tables with keys that are unique within the partition alone. */
    readonly scoped: ReadonlySet<string>;
  };
}
