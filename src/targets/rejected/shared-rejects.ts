import { keptIn } from './rejected-files.js';

/** What the sessions of one run share that keep rows aside in one file: they write to it one after the other. */
export class SharedRejects {
  readonly #path: string;
  readonly #run: string;
  readonly #pipeline: string;
  #last: Promise<unknown> = Promise.resolve();
  #earlier: Promise<ReadonlySet<string>> | undefined;

  /** @param run whose rows do not count as kept before */
  constructor(path: string, run: string, pipeline: string) {
    this.#path = path;
    this.#run = run;
    this.#pipeline = pipeline;
  }

  /** Does a step when those before it are done, however they ended. */
  inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Whether runs before this one kept rows of a partition aside. The file is read once. */
  async hasEarlier(partition: string): Promise<boolean> {
    this.#earlier ??= this.#readEarlier();
    return (await this.#earlier).has(partition);
  }

  async #readEarlier(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for await (const { pipeline, run, partition } of keptIn(this.#path)) {
      if (pipeline === this.#pipeline && run !== this.#run && partition !== undefined) found.add(partition);
    }
    return found;
  }
}
