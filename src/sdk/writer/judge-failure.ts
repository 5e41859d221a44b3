import type { HostError } from '../errors.js';

/** What is to be done after `writeBatch` failed. */
export type Verdict =
  /** It may be taken later. `status` undefined: there was no answer. */
  | { readonly kind: 'later'; readonly error: HostError; readonly status: number | undefined }
  /** It will never be taken as it is: some row of it is wrong, or it is too large. */
  | { readonly kind: 'refused'; readonly error: HostError; readonly status: number | undefined }
  /** Nothing more is to be sent. */
  | { readonly kind: 'failed'; readonly error: HostError };

const REFUSED = new Set([400, 409, 413, 422]);

/** @param error as the host explained it; told by its name, so that one of another copy of the package counts */
export function judgeFailure(error: HostError): Verdict {
  const { status } = error.details;
  if (error.name === 'TransientError') return { kind: 'later', error, status };
  const isRefused = error.name === 'ConfigError' && status !== undefined && REFUSED.has(status);
  if (isRefused || error.name === 'RowError') return { kind: 'refused', error, status };
  return { kind: 'failed', error };
}

/** Seconds that the other side asked to wait. */
export function askedWait(error: HostError): number | undefined {
  return 'retryAfter' in error && typeof error.retryAfter === 'number' ? error.retryAfter : undefined;
}
