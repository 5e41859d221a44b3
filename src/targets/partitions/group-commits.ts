/** When a group is applied; every field has a default. */
export interface GroupOptions {
  /** Items that may wait for their commit before no more are begun. Default 250. */
  readonly maxWaiting?: number;
  /** Longest time that an item waits for others, in milliseconds. Default 0: none. */
  readonly delayMs?: number;
  /** Weight of all items together from which on they wait no longer. Default: none is enough. */
  readonly enough?: number;
}

const MAX_WAITING = 250;

/**
 * Commits what is complete in groups: while one group is being applied, the next one gathers. So a commit of one costs no
 * wait, and thousands of small ones cost few transactions. Where a large transaction costs less than several small ones,
 * items wait for each other a little, as long as {@link hurry} does not say that none will come.
 */
export class GroupCommits<T> {
  readonly #apply: (group: readonly T[]) => Promise<void>;
  readonly #options: Required<GroupOptions>;
  #waiting: T[] = [];
  #weight = 0;
  #isHurried = false;
  #applying: Promise<void> | undefined;
  #whenRoom: (() => void)[] = [];
  #wake: () => void = () => undefined;

  /** @param apply tells whoever waits for an item how it went; never rejects */
  constructor(apply: (group: readonly T[]) => Promise<void>, options: GroupOptions = {}) {
    this.#apply = apply;
    this.#options = { maxWaiting: MAX_WAITING, delayMs: 0, enough: Infinity, ...options };
  }

  add(item: T, weight = 0): void {
    this.#waiting.push(item);
    this.#weight += weight;
    if (this.#isEnough) this.#wake();
    this.#applying ??= this.#applyAll();
  }

  /** Nothing comes that would be worth a wait: those that wait are applied now. */
  hurry(): void {
    this.#isHurried = true;
    this.#wake();
  }

  /** Waits while too many wait. */
  async room(): Promise<void> {
    while (this.#waiting.length >= this.#options.maxWaiting)
      await new Promise<void>((resolve) => this.#whenRoom.push(resolve));
  }

  /** Waits until nothing waits or is applied. */
  async settle(): Promise<void> {
    while (this.#applying) {
      this.hurry();
      await this.#applying;
    }
  }

  get #isEnough(): boolean {
    return this.#waiting.length >= this.#options.maxWaiting || this.#weight >= this.#options.enough;
  }

  async #applyAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
      const group = this.#waiting;
      this.#waiting = [];
      this.#weight = 0;
      this.#isHurried = false;
      for (const resolve of this.#whenRoom.splice(0)) resolve();
      await this.#apply(group);
    }
    this.#applying = undefined;
  }

  async #gather(): Promise<void> {
    // Those that are complete in the same turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve));
    const { delayMs } = this.#options;
    if (delayMs === 0 || this.#isHurried || this.#isEnough) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}
