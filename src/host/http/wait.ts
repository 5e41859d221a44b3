import { setTimeout as sleep } from 'node:timers/promises';
import { onAbort } from '../../sdk/on-abort.js';

/**
 * Waits so many seconds.
 * @throws the signal's reason, at once, when it aborts
 */
export async function wait(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/**
 * The same value, unless the signal aborts first: then it rejects with the signal's reason, whatever the other does.
 * What is no promise is handed back as it is.
 */
export function untilAborted<T>(value: T | Promise<T>, signal: AbortSignal): T | Promise<T> {
  if (!isPromiseLike(value)) return value;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    value.then(resolve, reject).finally(onAbort(signal, stop));
  });
}

function isPromiseLike(value: unknown): value is Promise<never> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
