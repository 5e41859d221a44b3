import { AbortError, ConnectorError, isHostError, TransientError, type HostError } from '../../sdk/errors.js';

/**
 * What a request that was aborted fails with: the run was stopped, or the connector had a time limit or a signal of
 * its own.
 *
 * @param request the request, as the start of a sentence
 */
export function stopError(
  request: string,
  runSignal: AbortSignal | undefined,
  ownReason: unknown,
  cause?: Error,
): HostError {
  const reason: unknown = runSignal?.aborted ? runSignal.reason : ownReason;
  if (isHostError(reason)) return reason;
  if (isTimeout(reason)) {
    return new TransientError(`${request} was not answered in time`, { code: 'SOURCE_UNAVAILABLE', cause });
  }
  return runSignal?.aborted
    ? new AbortError('SIGINT', { cause })
    : new ConnectorError(`${request} was cancelled by the connector`, { cause });
}

/** The reason of AbortSignal.timeout(); by shape, so that one of another realm counts. */
function isTimeout(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
}
