import { AuthError, ConfigError, TransientError, type HostError } from '../../sdk/errors.js';
import { bodyExcerpt, keptExcerpt } from './body-excerpt.js';
import { bodyText } from './body-text.js';
import { FailedTry } from './failed-try.js';
import type { AnswerHead } from './answer-head.js';
import type { HttpAnswer } from './http-request.js';
import { rateLimitState } from './rate-limit-headers.js';
import { retryAfterSeconds } from './retry-after.js';
import { statusPhrase } from './status-phrase.js';

/** Statuses that will be the same next time, though they begin with 5. */
const LASTING = new Set([501, 505]);

const NONE_SENT = 'No credentials were sent: set auth_type, or `auth` in a connector of your own.';

/** Whether an answer says that there were too many requests: GitHub and others say it with 403. */
export function isRateLimited({ status, headers }: AnswerHead): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (rateLimitState(headers)?.remaining === 0 || retryAfterSeconds(headers['retry-after']) !== undefined)
  );
}

/** Seconds that an answer which may pass asks to wait; undefined: it does not say. */
export function askedWait(answer: AnswerHead): number | undefined {
  const { status, headers } = answer;
  const asked = retryAfterSeconds(headers['retry-after']);
  return (
    asked ?? (isRateLimited(answer) || status === 503 ? rateLimitState(headers)?.resetSeconds : undefined)
  );
}

/** Whether an answer says that the same request may be taken later. */
export function isPassing(answer: AnswerHead): boolean {
  const { status } = answer;
  return status === 408 || isRateLimited(answer) || (status >= 500 && !LASTING.has(status));
}

/**
 * What an answer with a status that is no success means.
 *
 * @param request what was asked, as the start of a sentence, redacted
 * @param hasCredentials false where the request said in no way who sends it
 */
export function refusal(
  answer: HttpAnswer,
  request: string,
  redact: (text: string) => string,
  hasCredentials = true,
): FailedTry | HostError {
  const { status, headers } = answer;
  const message = `${request} answered ${statusPhrase(status)}`;
  const text = readableBody(answer);
  const whole = text === '' ? message : `${message}: ${bodyExcerpt(text, redact)}`;
  const details = { status, request, ...(text === '' ? {} : { response: keptExcerpt(text, redact) }) };
  if (isPassing(answer)) {
    const retryAfter = askedWait(answer);
    const asksToWait = status === 503 && retryAfterSeconds(headers['retry-after']) !== undefined;
    return new FailedTry(
      message,
      (suffix) =>
        new TransientError(whole + suffix, {
          code: 'SOURCE_UNAVAILABLE',
          details,
          ...(retryAfter === undefined
            ? {}
            : { retryAfter, action: `Run again in ${Math.ceil(retryAfter)} s, as the API asks.` }),
        }),
      {
        answer,
        retryAfter,
        repeat: isRateLimited(answer) || asksToWait ? 'any' : 'repeatable',
      },
    );
  }
  if (status === 401 && !hasCredentials) return new AuthError(whole, { action: NONE_SENT, details });
  if (status === 401 || status === 403) return new AuthError(whole, { details });
  return new ConfigError(whole, { code: 'HTTP_REFUSED', details });
}

/** Empty where there is nothing that a reader could use. */
function readableBody({ body, headers }: HttpAnswer): string {
  let text: string;
  try {
    text = bodyText(body, headers['content-type'], String);
  } catch {
    // Bytes of no use to a reader; the status says what there is to say.
    return '';
  }
  return text.trim() === '' || text.includes('\0') ? '' : text;
}
