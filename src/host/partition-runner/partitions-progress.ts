import { RunProgress, type PartitionsDone, type Waiting } from '../../sync/run-progress.js';
import type { PartitionResult } from './partition-task.js';

const WAITING = ['source', 'host', 'target'] as const;
const SUMS = [
  'rowsRead',
  'rowsWritten',
  'rowsCommitted',
  'rowsDeleted',
  'rowsRejected',
  'bytes',
  'commits',
] as const;

/** Adds up the counters of partitions that are read at the same time, so that a run of them has one progress. */
export class PartitionsProgress {
  readonly #total: RunProgress;
  /** True: it only waits for its commit. */
  readonly #active = new Map<RunProgress, boolean>();
  readonly #ended = Object.fromEntries(SUMS.map((name) => [name, 0])) as Record<
    (typeof SUMS)[number],
    number
  >;
  readonly #waited: Record<Waiting, number> = { source: 0, host: 0, target: 0 };
  #completed = 0;
  #failed = 0;

  /** @param total gets the sums whenever somebody looks at it */
  constructor(total: RunProgress) {
    this.#total = total;
    total.refresh = () => this.#refresh();
  }

  /** The counters of a partition that begins. */
  begin(): RunProgress {
    const progress = new RunProgress();
    this.#active.set(progress, false);
    return progress;
  }

  /** The partition was read; it waits for the commits of others from now on, which is no work of its own. */
  staged(progress: RunProgress): void {
    if (this.#active.get(progress) !== false) return;
    this.#active.set(progress, true);
    this.#addWaited(progress);
  }

  end(progress: RunProgress, status: PartitionResult['status']): void {
    if (this.#active.get(progress) === false) this.#addWaited(progress);
    this.#active.delete(progress);
    for (const name of SUMS) this.#ended[name] += progress[name];
    if (status === 'completed') this.#completed += 1;
    else if (status === 'failed') this.#failed += 1;
  }

  /** Rows of all partitions so far, those that failed too. */
  get rowsRead(): number {
    return this.#sum('rowsRead');
  }

  get rowsRejected(): number {
    return this.#sum('rowsRejected');
  }

  /** Rows that went besides, with partitions as a whole. */
  addDeleted(rows: number): void {
    this.#ended.rowsDeleted += rows;
  }

  /** Seconds of the run, in the shares in which its partitions waited on each. */
  get waitingOn(): Readonly<Record<Waiting, number>> {
    const all = WAITING.reduce((sum, name) => sum + this.#waited[name], 0);
    const { seconds, waited } = this.#total;
    if (all === 0) return waited;
    const shares = WAITING.map((name) => [name, (this.#waited[name] / all) * seconds] as const);
    return Object.fromEntries(shares) as Record<Waiting, number>;
  }

  #sum(name: (typeof SUMS)[number]): number {
    let sum = this.#ended[name];
    for (const progress of this.#active.keys()) sum += progress[name];
    return sum;
  }

  #addWaited({ waited }: RunProgress): void {
    for (const name of WAITING) this.#waited[name] += waited[name];
  }

  #refresh(): void {
    const sums = { ...this.#ended };
    let waiting = 0;
    let waitingFor: string | null = null;
    const on: Record<Waiting, number> = { source: 0, host: 0, target: 0 };
    for (const [progress, isStaged] of this.#active) {
      for (const name of SUMS) sums[name] += progress[name];
      waitingFor ??= progress.waitingFor;
      if (isStaged) waiting += 1;
      else on[progress.waitingOn] += 1;
    }
    const partitions: PartitionsDone = {
      completed: this.#completed,
      failed: this.#failed,
      running: this.#active.size - waiting,
      waiting,
    };
    Object.assign(this.#total, sums, { partitions, waitingFor });
    // Where nobody reads, all wait for the target.
    const most = WAITING.reduce((best, name) => (on[name] > on[best] ? name : best));
    this.#total.enter(partitions.running === 0 && waiting > 0 ? 'target' : most);
  }
}
