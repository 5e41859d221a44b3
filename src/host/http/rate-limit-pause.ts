import type { Logger } from '../../sdk/logger.js';
import type { AnswerHead } from './answer-head.js';
import { rateLimitState } from './rate-limit-headers.js';
import { askedWait, isRateLimited } from './refusal.js';
import { wait } from './wait.js';

/** Holds requests back while the API says that its limit is used up, for all clients that have that limit in common. */
export class RateLimitPause {
  readonly #maxSeconds: number;
  readonly #logger: Logger;
  #until = 0;
  /** The end of the pause that was logged. */
  #logged = 0;

  /** @param maxSeconds a longer pause is not kept: the API's refusal then tells the user how long it is */
  constructor(maxSeconds: number, logger: Logger) {
    this.#maxSeconds = maxSeconds;
    this.#logger = logger;
  }

  /** Called with every answer. */
  note(answer: AnswerHead): void {
    const seconds = secondsUntilNext(answer);
    if (seconds === undefined || !(seconds > 0) || seconds > this.#maxSeconds) return;
    // The request that was refused first may be answered last.
    this.#until = Math.max(this.#until, performance.now() + seconds * 1000);
  }

  /** Seconds that the next request has to wait; 0: none. */
  get seconds(): number {
    return this.#until === 0 ? 0 : Math.max(0, (this.#until - performance.now()) / 1000);
  }

  /**
   * Returns when the next request may be sent: at once, or when the pause is over, also one that is made longer meanwhile.
   * @throws the signal's reason, at once, when it aborts
   */
  async wait(signal: AbortSignal): Promise<void> {
    for (let { seconds } = this; seconds > 0; { seconds } = this) {
      this.#log(seconds);
      await wait(seconds, signal);
    }
  }

  /** Once for each pause: requests of many partitions may wait for its end. */
  #log(seconds: number): void {
    if (this.#logged === this.#until) return;
    this.#logged = this.#until;
    this.#logger.info(`the API's rate limit is used up; the next request waits ${seconds.toFixed(1)} s`);
  }
}

/** Undefined: there are requests left, or the API does not say when there are again. */
function secondsUntilNext(answer: AnswerHead): number | undefined {
  if (isRateLimited(answer)) return askedWait(answer);
  const state = rateLimitState(answer.headers);
  return state?.remaining === 0 ? state.resetSeconds : undefined;
}
