import { AuthError, ConfigError, ConnectorError, TransientError, type HostError } from '../../sdk/errors.js';
import { keptExcerpt } from './body-excerpt.js';
import { CHECK_ADDRESS, CLOSED, NETWORK_FAULTS, plainError, tlsError } from './network-faults.js';
import { requestAddress } from '../../sdk/request-address.js';
import { retryAfterSeconds } from './retry-after.js';
import { statusPhrase } from './status-phrase.js';
import { stopError } from './stop-error.js';

/** What an axios error has, as far as it is looked at. It also holds headers, so nothing is passed on whole. */
interface HttpFailure {
  readonly isAxiosError: true;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly config?: {
    readonly method?: string;
    readonly baseURL?: string;
    readonly url?: string;
    readonly timeout?: number;
    readonly signal?: { readonly reason?: unknown };
  };
  readonly response?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, unknown>>;
    readonly data?: unknown;
  };
}

const TIMEOUTS = new Set(['ECONNABORTED', 'ETIMEDOUT']);
/** A cut body has the status of its head, and one of these. */
const CUT_BODY_CODES = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'Z_BUF_ERROR']);
const CUT_BODY_MESSAGE = 'stream has been aborted';

/**
 * Says what an error of an axios that is not the host's means: who must act, and what was asked of whom. Recognised by
 * shape, so that an error of any copy of axios counts. The message has neither the query string nor credentials.
 *
 * @param redact hides secrets that the path of the address may hold
 * @param runSignal tells a request that the run ended from one that the connector cancelled
 * @returns undefined for an error that has nothing to do with a request
 */
export function toHostError(
  error: unknown,
  redact: (text: string) => string = (text) => text,
  runSignal?: AbortSignal,
): HostError | undefined {
  if (isInvalidUrl(error)) {
    // Node keeps the whole address, credentials too, in a property of the error.
    return new ConfigError(`${redact(requestAddress(error.input))} is not a URL`, {
      code: 'HTTP_REFUSED',
      cause: plainError(error, redact),
    });
  }
  if (!isHttpFailure(error)) return undefined;
  const request = redact(requestText(error));
  const cause = plainError(error, redact);
  const { code = '', response, config } = error;
  if (code === 'ERR_CANCELED') return stopError(request, runSignal, config?.signal?.reason, cause);
  if (response && response.status >= 300) return refused(response, request, cause, redact);
  if (CUT_BODY_CODES.has(code) || error.message === CUT_BODY_MESSAGE) {
    const what = response ? 'broke off in the middle of the answer' : CLOSED;
    return new TransientError(`${request} ${what}`, { code: 'SOURCE_UNAVAILABLE', cause });
  }
  if (TIMEOUTS.has(code)) {
    const limit = config?.timeout ? ` within ${config.timeout / 1000} s` : ' in time';
    return new TransientError(`${request} was not answered${limit}`, { code: 'SOURCE_UNAVAILABLE', cause });
  }
  const fault = NETWORK_FAULTS[code];
  if (fault !== undefined) {
    return new TransientError(`${request} failed: ${fault} (${code})`, {
      code: 'SOURCE_UNAVAILABLE',
      action: CHECK_ADDRESS,
      cause,
    });
  }
  if (code === 'ERR_FR_TOO_MANY_REDIRECTS') {
    return new ConfigError(`${request} failed: too many redirects`, { code: 'HTTP_REFUSED', cause });
  }
  return (
    tlsError(request, hostOf(error), code, cause) ??
    new ConnectorError(`${request} failed: ${cause.message}`, { cause })
  );
}

function isHttpFailure(error: unknown): error is HttpFailure {
  return (
    typeof error === 'object' && error !== null && 'isAxiosError' in error && error.isAxiosError === true
  );
}

/** What `new URL` throws. */
function isInvalidUrl(error: unknown): error is Error & { readonly input: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_INVALID_URL' &&
    'input' in error &&
    typeof error.input === 'string'
  );
}

/** An answer with a status that is no success. */
function refused(
  { status, headers, data }: NonNullable<HttpFailure['response']>,
  request: string,
  cause: Error,
  redact: (text: string) => string,
): HostError {
  const message = `${request} answered ${statusPhrase(status)}`;
  const body = answerText(data);
  const details = { status, request, ...(body === '' ? {} : { response: keptExcerpt(body, redact) }) };
  if (status === 401 || status === 403) return new AuthError(message, { cause, details });
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfter = retryAfterSeconds(headers?.['retry-after']);
    return new TransientError(message, {
      code: 'SOURCE_UNAVAILABLE',
      cause,
      details,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
  return new ConfigError(message, { code: 'HTTP_REFUSED', cause, details });
}

/** What axios made of the body, as text again; empty for bytes and streams. */
function answerText(data: unknown): string {
  if (typeof data === 'string') return data;
  if (typeof data !== 'object' || data === null) return '';
  const prototype: unknown = Object.getPrototypeOf(data);
  // By shape, so that objects of another realm count.
  const isPlain = Array.isArray(data) || prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) return '';
  try {
    return JSON.stringify(data);
  } catch {
    // A value that JSON does not have; the status says what there is to say.
    return '';
  }
}

/** `GET https://host/path` */
function requestText({ config = {} }: HttpFailure): string {
  return `${(config.method ?? 'get').toUpperCase()} ${requestAddress(config.url, config.baseURL)}`;
}

function hostOf({ config = {} }: HttpFailure): string {
  const address = requestAddress(config.url, config.baseURL);
  return URL.canParse(address) ? new URL(address).host : 'the server';
}
