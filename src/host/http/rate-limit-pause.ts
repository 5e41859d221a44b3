import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from '../../sdk/logger.js';
import { rateLimitState } from './rate-limit-headers.js';
import { wait } from './wait.js';

/** Holds the requests of one client back while the API says that its limit is used up. */
export class RateLimitPause {
  readonly #maxSeconds: number;
  readonly #logger: Logger;
  #until = 0;

  /** @param maxSeconds a longer pause is not kept: the API's refusal then tells the user how long it is */
  constructor(maxSeconds: number, logger: Logger) {
    this.#maxSeconds = maxSeconds;
    this.#logger = logger;
  }

  /** Called with the headers of every answer. */
  note(headers: IncomingHttpHeaders): void {
    const state = rateLimitState(headers);
    if (state?.remaining !== 0 || !state.resetSeconds || state.resetSeconds > this.#maxSeconds) return;
    this.#until = performance.now() + state.resetSeconds * 1000;
  }

  /** Seconds that the next request has to wait; 0: none. */
  get seconds(): number {
    return this.#until === 0 ? 0 : Math.max(0, (this.#until - performance.now()) / 1000);
  }

  async wait(signal: AbortSignal): Promise<void> {
    this.#logger.info(`the API's rate limit is used up; the next request waits ${this.seconds.toFixed(1)} s`);
    await wait(this.seconds, signal);
  }
}
