import { TransientError } from '../../sdk/errors.js';
import { FailedTry, type Repeat } from './failed-try.js';

/** What may be said about a fault that passes, besides what happened. */
export interface PassingOptions {
  readonly cause?: Error;
  readonly action?: string;
  /** Default `repeatable`. */
  readonly repeat?: Repeat;
}

/** A try that failed by a fault that passes by itself; the last one becomes a TransientError SOURCE_UNAVAILABLE. */
export function passing(
  message: string,
  { repeat = 'repeatable', ...options }: PassingOptions = {},
): FailedTry {
  return new FailedTry(
    message,
    (suffix) => new TransientError(message + suffix, { code: 'SOURCE_UNAVAILABLE', ...options }),
    { repeat },
  );
}

/** The same for an answer that ends before it is whole. @param request the request, as the start of a sentence */
export function brokeOff(request: string, cause?: Error): FailedTry {
  return passing(`${request} broke off in the middle of the answer`, cause ? { cause } : {});
}
