import { ConfigError, ConnectorError } from '../../sdk/errors.js';
import type { HttpOptions, RateLimit, RetryOptions, TlsOptions } from '../../sdk/http.js';
import { problemText } from '../../sdk/problem-text.js';
import { checkAuth } from './auth/check-auth.js';
import { checkFields } from './check-fields.js';
import {
  choice,
  flag,
  numberAbove,
  numberFrom,
  optional,
  text,
  texts,
  wholeFrom,
  type Field,
  type Problems,
} from './option-fields.js';

const RATE_LIMIT: Record<keyof RateLimit, Field> = { requests: wholeFrom(1), perSeconds: numberAbove(0) };

const RETRY: Record<keyof RetryOptions, Field> = {
  tries: optional(wholeFrom(1)),
  seconds: optional(numberFrom(0)),
  baseSeconds: optional(numberFrom(0)),
};

const TLS: Record<keyof TlsOptions, Field> = {
  ca: optional(text),
  cert: optional(text),
  key: optional(text),
  passphrase: optional(text),
};

const OPTIONS: Record<keyof HttpOptions, Field> = {
  baseURL: optional(text),
  headers: optional((path, value, problems) => checkHeaders(path, value, problems)),
  auth: optional(checkAuth),
  timeoutSeconds: optional(numberAbove(0)),
  deadlineSeconds: optional(numberAbove(0)),
  maxResponseBytes: optional(wholeFrom(1)),
  allowedOrigins: optional(texts),
  retrySafe: optional(flag),
  retry: optional((path, value, problems) => checkFields(path, value, RETRY, problems)),
  rateLimit: optional((path, value, problems) => checkFields(path, value, RATE_LIMIT, problems)),
  tls: optional((path, value, problems) => checkFields(path, value, TLS, problems)),
  arrayFormat: optional(choice('repeat', 'brackets', 'indices', 'comma')),
};

/**
 * Called for each client before it is made: the host checks no types of a connector that is dropped in.
 *
 * @throws ConnectorError that lists what the author must mend; ConfigError where only values are missing, which come from
 *   the user's config. Both name options, never their values.
 */
export function checkOptions(options: HttpOptions): void {
  const problems: Problems = { author: [], user: [] };
  checkFields('', options, OPTIONS, problems);
  const { author, user } = problems;
  if (author.length > 0) {
    throw new ConnectorError(`createHttp cannot take its options: ${problemText(author)}`, {
      action: 'Correct the call in the connector; docs/reference/http.md lists all options.',
      details: { problems: author },
    });
  }
  if (user.length > 0) {
    throw new ConfigError(problemText(user), {
      action: 'Set the parameter that it comes from; `host describe <connector>` lists them all.',
      details: { problems: user },
    });
  }
}

/** As with axios, a header without a value is not sent. */
function checkHeaders(path: string, value: unknown, problems: Problems): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.author.push(`${path} must be an object of texts`);
    return;
  }
  for (const [name, header] of Object.entries(value)) {
    if (header !== undefined && header !== null) text(`${path}[${JSON.stringify(name)}]`, header, problems);
  }
}
