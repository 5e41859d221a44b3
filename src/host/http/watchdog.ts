/** What a {@link Watchdog} looks at. All times are milliseconds. */
export interface WatchdogOptions {
  readonly idle: number;
  readonly deadline: number;
  /** A number that changes with every byte that comes or goes. */
  readonly progress: () => number;
  /** False while the next byte waits for this side. */
  readonly isWaiting: () => boolean;
  readonly onFire: (why: 'idle' | 'deadline') => void;
}

/** So many looks make an idle time, so it is noticed a quarter late at most. */
const LOOKS = 4;
/** Node takes a longer one for none at all. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Ends an exchange that stands still or takes too long. It looks from time to time instead of being told of every
 * byte, so a fast exchange costs one timer that never fires.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #deadline: number;
  #lastProgress = 0;
  #lastMove = performance.now();
  #timer: NodeJS.Timeout;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#deadline = this.#lastMove + options.deadline;
    this.#timer = this.#arm();
  }

  /** From now on only standing still counts. */
  liftDeadline(): void {
    this.#deadline = Infinity;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): NodeJS.Timeout {
    const now = performance.now();
    const untilLook = Math.min(this.#options.idle / LOOKS, this.#deadline - now);
    return setTimeout(() => this.#look(), Math.min(Math.max(1, untilLook), LONGEST_TIMER));
  }

  #look(): void {
    const now = performance.now();
    const progress = this.#options.progress();
    if (progress !== this.#lastProgress || !this.#options.isWaiting()) {
      this.#lastProgress = progress;
      this.#lastMove = now;
    }
    if (now >= this.#deadline) this.#options.onFire('deadline');
    else if (now - this.#lastMove >= this.#options.idle) this.#options.onFire('idle');
    else this.#timer = this.#arm();
  }
}
