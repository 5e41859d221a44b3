/** How many may wait for their commit before no more are begun. */
export interface GroupLimits {
  /** Default 250. */
  readonly maxWaiting?: number;
}

const MAX_WAITING = 250;

/**
 * Commits what is complete in groups: while one group is being applied, the next one gathers. So a commit of one costs no
 * wait, and thousands of small ones cost few transactions.
 */
export class GroupCommits<T> {
  readonly #apply: (group: readonly T[]) => Promise<void>;
  readonly #maxWaiting: number;
  #waiting: T[] = [];
  #applying: Promise<void> | undefined;
  #whenRoom: (() => void)[] = [];

  /** @param apply tells whoever waits for an item how it went; never rejects */
  constructor(apply: (group: readonly T[]) => Promise<void>, { maxWaiting = MAX_WAITING }: GroupLimits = {}) {
    this.#apply = apply;
    this.#maxWaiting = maxWaiting;
  }

  /** Items that wait, without those that are being applied. */
  get waiting(): number {
    return this.#waiting.length;
  }

  add(item: T): void {
    this.#waiting.push(item);
    this.#applying ??= this.#applyAll();
  }

  /** Waits while too many wait. */
  async room(): Promise<void> {
    while (this.#waiting.length >= this.#maxWaiting)
      await new Promise<void>((resolve) => this.#whenRoom.push(resolve));
  }

  /** Waits until nothing waits or is applied. */
  async settle(): Promise<void> {
    while (this.#applying) await this.#applying;
  }

  async #applyAll(): Promise<void> {
    // Those that are complete in the same turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      for (const resolve of this.#whenRoom.splice(0)) resolve();
      await this.#apply(group);
    }
    this.#applying = undefined;
  }
}
