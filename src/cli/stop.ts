import { AbortError, type AbortReason } from '../sdk/errors.js';

/** Longest time that a stopped run gets to roll back, in milliseconds. */
const LEAVE_WITHIN_MS = 1000;

/**
 * Listens for what stops a command: Ctrl-C, SIGTERM, and a reader of stdout that leaves. The first stops the run,
 * which then rolls back and leaves within a second; a second signal leaves at once.
 */
export function listenForStop(): { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (reason: AbortReason): void => {
    const error = new AbortError(reason);
    if (controller.signal.aborted) process.exit(error.exitCode);
    controller.abort(error);
    setTimeout(() => process.exit(error.exitCode), LEAVE_WITHIN_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Every other error reaches whoever wrote.
    if (error.code === 'EPIPE') stop('output-closed');
  });
  return { signal: controller.signal };
}
