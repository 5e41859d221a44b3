import { onAbort } from '../sdk/on-abort.js';

/**
 * Waits for a step, but no longer than until the signal aborts; then it throws the signal's reason and leaves the step
 * to itself. For steps that nobody can cancel, such as a write to a pipe that nobody reads.
 */
export async function untilAborted<T>(signal: AbortSignal, step: Promise<T>): Promise<T> {
  // Whoever stopped waiting does not hear of a later failure.
  step.catch(() => undefined);
  signal.throwIfAborted();
  let letGo: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    letGo = onAbort(signal, () => reject(signal.reason as Error));
  });
  try {
    return await Promise.race([step, aborted]);
  } finally {
    letGo?.();
  }
}
