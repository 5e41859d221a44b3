import type { IncomingHttpHeaders } from 'node:http';

/** What an API says about its limit. */
export interface RateLimitState {
  readonly remaining: number | undefined;
  /** Seconds until there are requests again. */
  readonly resetSeconds: number | undefined;
}

const NAMES = ['ratelimit', 'x-ratelimit', 'x-rate-limit'];
/** More cannot be a number of seconds from now: it is a time, in seconds (or, longer still, milliseconds) since 1970. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e11;

/**
 * Reads `RateLimit-Remaining` and `RateLimit-Reset`, the same with `X-` before them, and `RateLimit` in both forms of
 * the draft standard.
 */
export function rateLimitState(headers: IncomingHttpHeaders, now = Date.now()): RateLimitState | undefined {
  const { ratelimit } = headers;
  if (typeof ratelimit === 'string') return combined(ratelimit, now);
  for (const name of NAMES) {
    const remaining = headers[`${name}-remaining`];
    const reset = headers[`${name}-reset`];
    if (remaining === undefined && reset === undefined) continue;
    return { remaining: leadingNumber(remaining), resetSeconds: secondsUntil(leadingNumber(reset), now) };
  }
  return undefined;
}

/** `limit=100, remaining=0, reset=5`, or a list of `"policy";r=0;t=30`: the policy that is used up longest counts. */
function combined(header: string, now: number): RateLimitState {
  const states = (/\bremaining\s*=/.test(header) ? [header] : header.split(/,(?=\s*")/)).map((item) => ({
    remaining: leadingNumber(/\b(?:remaining|r)\s*=\s*(\d+)/.exec(item)?.[1]),
    resetSeconds: secondsUntil(leadingNumber(/\b(?:reset|t)\s*=\s*(\d+)/.exec(item)?.[1]), now),
  }));
  const worst = states.reduce((a, b) => (isWorse(b, a) ? b : a));
  return worst;
}

function isWorse(a: RateLimitState, b: RateLimitState): boolean {
  const [left, right] = [a.remaining ?? Infinity, b.remaining ?? Infinity];
  return left === right ? (a.resetSeconds ?? 0) > (b.resetSeconds ?? 0) : left < right;
}

function leadingNumber(header: string | string[] | undefined): number | undefined {
  const text = /^\s*\d+(?:\.\d+)?/.exec(String(header))?.[0];
  return text === undefined ? undefined : Number(text);
}

function secondsUntil(reset: number | undefined, now: number): number | undefined {
  if (reset === undefined || reset < EPOCH_SECONDS) return reset;
  const time = reset < EPOCH_MILLISECONDS ? reset * 1000 : reset;
  return Math.max(0, (time - now) / 1000);
}
