import type { PartitionPool, PartitionWork } from './partition-pool.js';
import type { PartitionResult, PartitionTask } from './partition-task.js';

/** Partitions that may wait for their commit at once, where nobody says otherwise: what waits is held in memory. */
const MAX_STAGED = 500;

/** How a {@link LocalPool} works. */
export interface LocalPoolOptions {
  /** Partitions that are read at once, at least 1. */
  readonly concurrency: number;
  /** Partitions that may wait for their commit besides. Default 500. */
  readonly maxStaged?: number;
  /**
   * Longest time in milliseconds that the first partition is read alone, until it ends or only its commit is left: where it
   * fails, whoever looks at the results may stop before the others fail too. Default 0.
   */
  readonly aloneMs?: number;
}

/**
 * Runs partitions in this process. A place is free again as soon as the last row of its partition is with the target, since
 * commits are done in groups: whoever waited for them would read one partition for each commit.
 */
export class LocalPool implements PartitionPool {
  readonly #options: Required<LocalPoolOptions>;

  constructor({ concurrency, maxStaged = MAX_STAGED, aloneMs = 0 }: LocalPoolOptions) {
    this.#options = { concurrency, maxStaged, aloneMs };
  }

  /** @throws what the tasks' iteration throws, when what was begun before has ended */
  async *run(
    tasks: AsyncIterable<PartitionTask>,
    work: PartitionWork,
    signal: AbortSignal,
  ): AsyncIterable<PartitionResult> {
    const run = new PoolRun(tasks[Symbol.asyncIterator](), work, signal, this.#options);
    const onAbort = (): void => run.stop();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) run.stop();
    try {
      run.fill();
      for (;;) {
        const result = await run.next();
        if (result === undefined) return;
        yield result;
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      run.stop();
    }
  }
}

/** One run of the pool. */
class PoolRun {
  readonly #tasks: AsyncIterator<PartitionTask>;
  readonly #work: PartitionWork;
  readonly #signal: AbortSignal;
  readonly #options: Required<LocalPoolOptions>;
  #results: PartitionResult[] = [];
  /** Being read. */
  #running = 0;
  /** Waiting for their commit. */
  #staged = 0;
  /** True while the next task is waited for: there is one such wait at a time, so that tasks begin in their order. */
  #isAsking = false;
  #isAtEnd = false;
  /** Runs while the first task is alone; null: it is not any more. */
  #alone: NodeJS.Timeout | undefined | null;
  /** What the tasks' iteration, or a work that must not fail, failed with. */
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(
    tasks: AsyncIterator<PartitionTask>,
    work: PartitionWork,
    signal: AbortSignal,
    options: Required<LocalPoolOptions>,
  ) {
    this.#tasks = tasks;
    this.#work = work;
    this.#signal = signal;
    this.#options = options;
  }

  /** The next result, in the order in which they end; undefined: all are done. */
  async next(): Promise<PartitionResult | undefined> {
    for (;;) {
      const result = this.#results.shift();
      if (result) return result;
      if (this.#isAtEnd && this.#running + this.#staged === 0) {
        if (this.#failure) throw this.#failure.error;
        return undefined;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Begins no more tasks. */
  stop(): void {
    if (this.#isAtEnd) return;
    this.#isAtEnd = true;
    this.#endAlone();
    // An iteration that hangs is not waited for, and what it still fails with changes nothing.
    Promise.resolve(this.#tasks.return?.()).catch(() => undefined);
    this.#wake();
  }

  /** Begins the next task where a place is free. */
  fill(): void {
    const { concurrency, maxStaged } = this.#options;
    if (this.#isAtEnd || this.#isAsking || this.#alone) return;
    if (this.#running >= concurrency || this.#staged >= maxStaged) return;
    this.#isAsking = true;
    this.#tasks.next().then(
      ({ done, value }) => {
        this.#isAsking = false;
        if (this.#isAtEnd) return;
        if (done === true) {
          this.#isAtEnd = true;
          this.#wake();
          return;
        }
        this.#beginAlone();
        this.#begin(value);
        this.fill();
      },
      (error: unknown) => {
        this.#isAsking = false;
        // After the end nobody needs the tasks any more.
        if (!this.#isAtEnd) this.#fail(error);
      },
    );
  }

  /** Called with each task that begins: the first keeps the others waiting for a while. */
  #beginAlone(): void {
    const { aloneMs } = this.#options;
    if (this.#alone !== undefined || aloneMs === 0) return;
    this.#alone = setTimeout(() => {
      this.#endAlone();
      this.fill();
    }, aloneMs);
  }

  #endAlone(): void {
    clearTimeout(this.#alone ?? undefined);
    this.#alone = null;
  }

  #begin(task: PartitionTask): void {
    this.#running += 1;
    let isStaged = false;
    const onStaged = (): void => {
      if (isStaged) return;
      isStaged = true;
      this.#endAlone();
      this.#running -= 1;
      this.#staged += 1;
      this.fill();
    };
    const leave = (): void => {
      this.#endAlone();
      if (isStaged) this.#staged -= 1;
      else this.#running -= 1;
      // What comes late frees no place twice.
      isStaged = true;
    };
    this.#work(task, { signal: this.#signal, onStaged }).then(
      (result) => {
        leave();
        this.#results.push(result);
        this.#wake();
        this.fill();
      },
      (error: unknown) => {
        leave();
        this.#fail(error);
      },
    );
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.stop();
    this.#wake();
  }
}
