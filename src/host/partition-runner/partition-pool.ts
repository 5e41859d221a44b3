import type { PartitionResult, PartitionTask } from './partition-task.js';

/** Does the work of one partition. Never throws for a failure of the work: that is in the result. */
export type PartitionWork = (task: PartitionTask, control: PartitionControl) => Promise<PartitionResult>;

/** What whoever does the work of a partition is told, and tells. */
export interface PartitionControl {
  /** Stops the work. */
  readonly signal: AbortSignal;
  /** Called when only the commit is left, so that another partition may be read. */
  readonly onStaged: () => void;
}

/** Runs partitions, several at once: here in this process, elsewhere on other machines. */
export interface PartitionPool {
  /**
   * Takes the tasks in their order, and gives each result as soon as there is one. Ends when all are done. When the signal
   * is aborted no task is begun any more, and those that go on are stopped.
   */
  run(
    tasks: AsyncIterable<PartitionTask>,
    work: PartitionWork,
    signal: AbortSignal,
  ): AsyncIterable<PartitionResult>;
}
