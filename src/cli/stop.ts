import { AbortError, ConnectorError, isHostError, type AbortReason, type HostError } from '../sdk/errors.js';
import { explainFailure } from '../sync/explain-failure.js';
import { fileError } from '../targets/files/file-error.js';
import { leave } from './leave.js';

/** Longest time that a stopped run gets to roll back, in milliseconds. */
const LEAVE_WITHIN_MS = 1000;

/**
 * Listens for what stops a command from outside its own flow: Ctrl-C, SIGTERM, a reader of stdout that leaves, and a
 * failure of a connector's that nobody waits for. The first stops the run, which then rolls back and leaves within a
 * second; a second signal leaves at once.
 *
 * @param report says what went wrong when the run did not end by itself in time
 * @returns a signal whose reason is always a HostError
 */
export function listenForStop(report: (error: HostError) => void): {
  readonly signal: AbortSignal;
  /** Why something did not get to stdout; undefined: everything did, or its reader left. */
  readonly outputError: HostError | undefined;
} {
  const controller = new AbortController();
  const stop = (error: HostError): void => {
    controller.abort(error);
    setTimeout(() => {
      report(error);
      leave(error.exitCode);
    }, LEAVE_WITHIN_MS).unref();
  };
  const onSignal = (reason: AbortReason): void => {
    const error = new AbortError(reason);
    if (controller.signal.aborted) leave(error.exitCode);
    stop(error);
  };
  const onStrayFailure = (failure: unknown): void => {
    // Requests that a connector had under way end so when nobody needs them any more.
    if (isAbort(failure) || controller.signal.aborted) return;
    stop(explainFailure(failure, undefined, 'something failed that the connector does not wait for'));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  process.on('unhandledRejection', onStrayFailure);
  process.on('uncaughtException', onStrayFailure);
  // Nothing is under way that could ever call back, and yet the command has not ended.
  process.on('beforeExit', () => {
    if (controller.signal.aborted) return;
    stop(new ConnectorError('the connector waits for something that can never come'));
  });
  let outputError: HostError | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') outputError = fileError(error, 'stdout');
    else if (!controller.signal.aborted) stop(new AbortError('output-closed'));
  });
  return {
    signal: controller.signal,
    get outputError() {
      return outputError;
    },
  };
}

function isAbort(failure: unknown): boolean {
  if (isHostError(failure)) return failure.name === 'AbortError';
  return (
    typeof failure === 'object' && failure !== null && 'name' in failure && failure.name === 'AbortError'
  );
}
