import type { HostError } from '../../sdk/errors.js';
import type { HttpAnswer } from './http-request.js';

/**
 * Which requests may be sent again after a failure: `any`, where nothing can have been done by it, or `repeatable`
 * ones only.
 */
export type Repeat = 'any' | 'repeatable';

/** What may be said about a failed try besides what happened. */
export interface FailedTryOptions {
  /** Default `repeatable`. */
  readonly repeat?: Repeat;
  /** Seconds that the other side asked to wait. */
  readonly retryAfter?: number | undefined;
  /** What came back, where something did. */
  readonly answer?: HttpAnswer;
}

/** A try that failed by something that may pass. It never leaves this folder: the last one becomes a HostError. */
export class FailedTry extends Error {
  readonly repeat: Repeat;
  readonly retryAfter: number | undefined;
  readonly answer: HttpAnswer | undefined;

  /**
   * @param message what happened, as a sentence for the log
   * @param toError makes the error that the caller gets; its message ends in what is given: how often it was tried
   */
  constructor(
    message: string,
    readonly toError: (suffix: string) => HostError,
    { repeat = 'repeatable', retryAfter, answer }: FailedTryOptions = {},
  ) {
    super(message);
    this.repeat = repeat;
    this.retryAfter = retryAfter;
    this.answer = answer;
  }
}
