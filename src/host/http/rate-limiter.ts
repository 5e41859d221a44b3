import type { RateLimit } from '../../sdk/http.js';
import { onAbort } from '../../sdk/on-abort.js';

interface Waiter {
  readonly begin: () => void;
}

/** Limiters that clients of one connector share for as long as the process lives. */
const shared = new Map<string, RateLimiter>();

/** The limiter that all clients of a connector with this limit have in common. */
export function sharedRateLimiter(connectorId: string, limit: RateLimit): RateLimiter {
  const key = JSON.stringify([connectorId, limit.requests, limit.perSeconds]);
  let limiter = shared.get(key);
  if (!limiter) shared.set(key, (limiter = new RateLimiter(limit)));
  return limiter;
}

/** Lets at most so many requests begin in any stretch of so many seconds, in the order in which they asked. */
export class RateLimiter {
  /** When the last requests began, as a ring: the one at `#oldest` must be a whole stretch ago. */
  readonly #starts: number[];
  readonly #stretch: number;
  readonly #queue: Waiter[] = [];
  #oldest = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ requests, perSeconds }: RateLimit) {
    this.#starts = new Array<number>(requests).fill(-Infinity);
    this.#stretch = perSeconds * 1000;
  }

  /**
   * Resolves when the next request may begin.
   * @throws the signal's reason when it aborts; the others then move up
   */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#queue.length === 0 && this.#tryBegin()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        this.#serve();
        reject(signal.reason as Error);
      };
      const letGo = onAbort(signal, stop);
      const waiter: Waiter = {
        begin: () => {
          letGo();
          resolve();
        },
      };
      this.#queue.push(waiter);
      this.#serve();
    });
  }

  #tryBegin(): boolean {
    const now = performance.now();
    if (now - (this.#starts[this.#oldest] ?? 0) < this.#stretch) return false;
    this.#starts[this.#oldest] = now;
    this.#oldest = (this.#oldest + 1) % this.#starts.length;
    return true;
  }

  /** Lets those begin who may, and comes back when the next one may. */
  #serve(): void {
    clearTimeout(this.#timer);
    while (this.#queue.length > 0 && this.#tryBegin()) this.#queue.shift()?.begin();
    if (this.#queue.length === 0) return;
    const due = (this.#starts[this.#oldest] ?? 0) + this.#stretch;
    // A timer may fire a little early.
    this.#timer = setTimeout(() => this.#serve(), Math.ceil(due - performance.now()) + 1);
  }
}
