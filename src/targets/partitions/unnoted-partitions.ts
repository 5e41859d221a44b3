import type { PartitionedSession, PartitionRun, TargetSession } from '../target.js';

/** What an {@link UnnotedPartitions} works with. */
export interface UnnotedPartitionsParts {
  /** @param number of the session in the run, counted from 1 */
  readonly open: (run: PartitionRun, number: number) => Promise<TargetSession>;
  /** Called when every session has ended. */
  readonly release: () => Promise<void>;
}

/** A run of partitions into a target that keeps no state: each is a run of its own, and nobody remembers it. */
export class UnnotedPartitions implements PartitionedSession {
  readonly #parts: UnnotedPartitionsParts;
  #sessions = 0;

  constructor(parts: UnnotedPartitionsParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    // There is no place for it.
  }

  begin(run: PartitionRun): Promise<TargetSession> {
    this.#sessions += 1;
    return this.#parts.open(run, this.#sessions);
  }

  async rollback(): Promise<void> {
    await this.#parts.release();
  }

  async finish(): Promise<void> {
    await this.#parts.release();
  }
}
