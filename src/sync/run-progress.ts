/** What a run is waiting on: rows from the source, the host's own work, or the target. */
export type Waiting = 'source' | 'host' | 'target';

/** How far a run of partitions is. */
export interface PartitionsDone {
  readonly completed: number;
  readonly failed: number;
  /** Being read. */
  readonly running: number;
  /** Read, and waiting for their commit. */
  readonly waiting: number;
}

/** Counters of a running run. The loop writes them once a batch; anyone may read them at any time. */
export class RunProgress {
  readonly startedAt = performance.now();
  readonly startedOn = new Date();
  /** Rows that the source gave; those of a read that was given up do not count. */
  rowsRead = 0;
  /** Those of them that came before the last commit. */
  rowsReadCommitted = 0;
  /** Rows that the target took. */
  rowsWritten = 0;
  /** Those of them that are committed. */
  rowsCommitted = 0;
  /** Rows that were kept aside. */
  rowsRejected = 0;
  /** Those of them that came before the last commit. */
  rowsRejectedCommitted = 0;
  /** Rows that were removed and committed. */
  rowsDeleted = 0;
  /** Bytes that the target wrote, where it knows. */
  bytes = 0;
  commits = 0;
  /** What the target waits for, as in `429 of the endpoint, 30 s`; null: for nothing. */
  waitingFor: string | null = null;
  /** Of a run of partitions. */
  partitions: PartitionsDone | null = null;
  /** Set where the counters are sums of others: brings them up to date, before somebody looks at them. */
  refresh: () => void = () => undefined;
  readonly #seconds: Record<Waiting, number> = { source: 0, host: 0, target: 0 };
  #now: Waiting = 'host';
  #since = this.startedAt;

  /** Seconds since the run began. */
  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** Says what the run waits on from now on. */
  enter(state: Waiting): void {
    const now = performance.now();
    this.#seconds[this.#now] += (now - this.#since) / 1000;
    this.#now = state;
    this.#since = now;
  }

  /** What the run waits on at this moment. */
  get waitingOn(): Waiting {
    return this.#now;
  }

  /** Seconds spent waiting on each, so far. */
  get waited(): Readonly<Record<Waiting, number>> {
    this.enter(this.#now);
    return { ...this.#seconds };
  }
}
