import { plainAnswer, type Answer, type AnswerHeaders } from './answer.js';
import type { FakeRateLimit } from './fake-api-options.js';

/** A request may be so much early, as a part of the stretch and in seconds: to connect takes time. */
const TOLERANCE = 0.1;
const TOLERANCE_SECONDS = 0.05;

/** Counts requests in a sliding stretch of time. */
export class RateWindow {
  readonly #limit: FakeRateLimit;
  /** Times of the requests that were let through, in milliseconds. */
  #times: number[] = [];

  constructor(limit: FakeRateLimit) {
    this.#limit = limit;
  }

  /** Lets a request through, with headers for its answer, or refuses it. */
  take(now: number): { readonly refusal?: Answer; readonly headers: AnswerHeaders } {
    const { requests, perSeconds, status = 429 } = this.#limit;
    const stretch = perSeconds - Math.min(perSeconds * TOLERANCE, TOLERANCE_SECONDS);
    this.#times = this.#times.filter((time) => time > now - stretch * 1000);
    const isRefused = this.#times.length >= requests;
    if (!isRefused) this.#times.push(now);
    const oldest = this.#times[0] ?? now;
    const headers = this.#headers(isRefused, (oldest - now) / 1000 + perSeconds);
    return isRefused
      ? { refusal: plainAnswer(status, { error: 'too many requests' }, headers), headers }
      : { headers };
  }

  clear(): void {
    this.#times = [];
  }

  #headers(isRefused: boolean, seconds: number): AnswerHeaders {
    const { requests, headers = 'retry-after' } = this.#limit;
    const remaining = String(requests - this.#times.length);
    const wait = String(Math.ceil(seconds));
    switch (headers) {
      case 'retry-after':
        return isRefused ? { 'Retry-After': wait } : {};
      case 'retry-after-date':
        return isRefused ? { 'Retry-After': new Date(secondAfter(seconds) * 1000).toUTCString() } : {};
      case 'ratelimit':
        return {
          'RateLimit-Limit': String(requests),
          'RateLimit-Remaining': remaining,
          'RateLimit-Reset': wait,
        };
      case 'ratelimit-policy':
        return { RateLimit: `"default";r=${remaining};t=${wait}` };
      case 'x-ratelimit':
        return {
          'X-RateLimit-Limit': String(requests),
          'X-RateLimit-Remaining': remaining,
          'X-RateLimit-Reset': String(secondAfter(seconds)),
        };
      case 'none':
        return {};
    }
  }
}

/** The first whole second since 1970 that is at least so many seconds away. */
function secondAfter(seconds: number): number {
  return Math.ceil(Date.now() / 1000 + seconds);
}
