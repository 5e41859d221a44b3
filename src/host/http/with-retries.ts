import type { RetryOptions } from '../../sdk/http.js';
import type { Logger } from '../../sdk/logger.js';
import { FailedTry } from './failed-try.js';
import { wait } from './wait.js';

/** How often and how long, all decided. */
export type RetryLimits = Required<RetryOptions>;

const DEFAULTS: RetryLimits = { tries: 5, seconds: 60, baseSeconds: 0.5 };

/** The limits of a client, with what it leaves open filled in. */
export function retryLimits({ tries, seconds, baseSeconds }: RetryOptions = {}): RetryLimits {
  return {
    tries: tries ?? DEFAULTS.tries,
    seconds: seconds ?? DEFAULTS.seconds,
    baseSeconds: baseSeconds ?? DEFAULTS.baseSeconds,
  };
}

/** What a request says about its retries. */
export interface RetryPlan {
  readonly limits: RetryLimits;
  /** Whether the request may be sent again although it may have been carried out. */
  readonly isRepeatable: boolean;
  /** Whether it can be sent again at all: a body that is a stream is used up. */
  readonly isResendable: boolean;
  readonly signal: AbortSignal;
  /** Gets one info line for each retry. */
  readonly logger: Logger;
}

/**
 * Calls `attempt` until it succeeds, fails with something else than a FailedTry, or has failed often enough. Waits in
 * between: as long as the other side asks, else a random time that may grow with each try.
 *
 * @param giveUp called with the last failure and what to say about the tries; its result is returned, or it throws
 */
export async function withRetries<T>(
  plan: RetryPlan,
  attempt: () => Promise<T>,
  giveUp: (failed: FailedTry, suffix: string) => T,
): Promise<T> {
  let waited = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (failed) {
      if (!(failed instanceof FailedTry)) throw failed;
      const pause = nextWait(failed, tries, waited, plan);
      if (pause === undefined) return giveUp(failed, tries > 1 ? ` (after ${tries} tries)` : '');
      plan.logger.info(
        `${failed.message}; try ${tries + 1} of ${plan.limits.tries} in ${shortSeconds(pause)} s`,
      );
      await wait(pause, plan.signal);
      waited += pause;
    }
  }
}

/** Seconds until the next try; undefined where there is none. */
function nextWait(
  { repeat, retryAfter }: FailedTry,
  tries: number,
  waited: number,
  { limits, isRepeatable, isResendable }: RetryPlan,
): number | undefined {
  if (tries >= limits.tries || !isResendable || (repeat === 'repeatable' && !isRepeatable)) return undefined;
  const left = limits.seconds - waited;
  if (retryAfter !== undefined && retryAfter > 0) return retryAfter > left ? undefined : retryAfter;
  if (left <= 0) return undefined;
  return Math.random() * Math.min(left, limits.baseSeconds * 2 ** (tries - 1));
}

function shortSeconds(seconds: number): string {
  return String(Number(seconds.toPrecision(2)));
}
