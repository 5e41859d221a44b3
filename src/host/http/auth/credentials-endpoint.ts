import { AuthError, ConfigError, isHostError, TransientError, type HostError } from '../../../sdk/errors.js';
import { MASK } from '../../../sdk/mask-credentials.js';
import { requestAddress } from '../../../sdk/request-address.js';
import { bodyExcerpt } from '../body-excerpt.js';
import type { HttpAnswer, HttpRequest } from '../http-request.js';
import { retryAfterSeconds } from '../retry-after.js';
import { statusPhrase } from '../status-phrase.js';
import type { AuthEnvironment, CredentialAnswer } from './authenticator.js';
import { eachSecret } from '../../secret-names.js';

/** A token under a name that is not known is a long word. */
const LONG_WORD = /[\w.~+/=%-]{20,}/g;

const TYPE_LENGTH = 100;

/** An endpoint that hands out credentials, as messages name it. */
export interface Endpoint {
  /** `the token endpoint` */
  readonly name: string;
  readonly url: URL;
  /** What to check where it refuses: one sentence. */
  readonly action: string;
}

/**
 * Sends a request for credentials.
 * @throws TransientError that names the endpoint, also for an answer that says so; what else the host's sending throws
 */
export async function ask(
  endpoint: Endpoint,
  request: HttpRequest,
  signal: AbortSignal,
  environment: AuthEnvironment,
): Promise<HttpAnswer> {
  let answer: CredentialAnswer;
  try {
    answer = await environment.send(request, signal, true);
  } catch (error) {
    if (!isTransient(error)) throw error;
    const { code, action, retryAfter } = error;
    throw new TransientError(`${endpoint.name} is not available: ${environment.redact(error.message)}`, {
      code,
      action,
      cause: error,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
  const { status, headers, afterTries = '' } = answer;
  if (status !== 408 && status !== 429 && status < 500) return answer;
  const retryAfter = retryAfterSeconds(headers['retry-after']);
  const what = `${addressOf(endpoint, environment)} answered ${statusPhrase(status)}${afterTries}`;
  throw new TransientError(what, {
    code: 'SOURCE_UNAVAILABLE',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** The endpoint refused the credentials. */
export function refusedBy(
  endpoint: Endpoint,
  answer: HttpAnswer,
  environment: AuthEnvironment,
  reason = '',
): AuthError {
  const said = reason === '' ? '' : `: ${reason}`;
  return new AuthError(
    `${addressOf(endpoint, environment)} refused the credentials (${statusPhrase(answer.status)})${said}`,
    { action: endpoint.action },
  );
}

/** The endpoint's answer has no credentials, and says nothing that is understood. */
export function unusableAnswer(
  endpoint: Endpoint,
  answer: HttpAnswer,
  environment: AuthEnvironment,
  problem: string,
): ConfigError {
  const { 'content-type': header = 'no content type' } = answer.headers;
  const type = environment.redact(header.replace(/;.*$/s, '')).slice(0, TYPE_LENGTH);
  const what = `${addressOf(endpoint, environment)} answered ${problem}`;
  return new ConfigError(
    `${what} (${statusPhrase(answer.status)}, ${type}): ${excerpt(answer, environment)}`,
    {
      code: 'HTTP_REFUSED',
      action: endpoint.action,
    },
  );
}

/** `the token endpoint https://host/path` */
export function addressOf({ name, url }: Endpoint, { redact }: AuthEnvironment): string {
  return `${name} ${redact(requestAddress(url.href))}`;
}

function excerpt({ body, status }: HttpAnswer, { addSecret, redact }: AuthEnvironment): string {
  const text = body.toString('utf8').trim();
  if (text === '') return 'the body is empty';
  // A success that is one word may be the token itself.
  if (status < 300 && /^[^\s[{<]\S*$/.test(text)) return MASK;
  // The answer may hold a token at a place that is not known.
  eachSecret(jsonOrNothing(text), addSecret);
  return bodyExcerpt(text, (shown) => redact(shown).replace(LONG_WORD, MASK));
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The excerpt shows what it is.
    return undefined;
  }
}

function isTransient(error: unknown): error is TransientError & HostError {
  return isHostError(error) && error.name === 'TransientError';
}
