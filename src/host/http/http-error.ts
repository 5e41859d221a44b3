import { STATUS_CODES } from 'node:http';
import {
  AbortError,
  AuthError,
  ConfigError,
  ConnectorError,
  isHostError,
  TransientError,
  type HostError,
} from '../../sdk/errors.js';
import { maskCredentials } from '../../sdk/mask-credentials.js';
import { retryAfterSeconds } from './retry-after.js';

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
  readonly response?: { readonly status: number; readonly headers?: Readonly<Record<string, unknown>> };
}

/** Faults of the network that pass by themselves, or once the other side is up again. */
const NETWORK_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address',
  ECONNRESET: 'the connection was closed by the other side',
  EPIPE: 'the connection was closed by the other side',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up at the moment',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENETDOWN: 'the network is down',
};
const TIMEOUTS = new Set(['ECONNABORTED', 'ETIMEDOUT']);
/** A cut body has the status of its head, and one of these. */
const CUT_BODY_CODES = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'Z_BUF_ERROR']);
const CUT_BODY_MESSAGE = 'stream has been aborted';
const TLS_FAULT = /CERT|^ERR_TLS_|^ERR_SSL_|^UNABLE_TO_|^EPROTO$/;

/**
 * Says what an error of axios means: who must act, and what was asked of whom. Recognised by shape, so that an error
 * of any copy of axios counts. The message has neither the query string nor credentials.
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
  const { code = '', response } = error;
  if (code === 'ERR_CANCELED') return cancelled(error, request, cause, runSignal);
  if (response && response.status >= 300) return refused(response, request, cause);
  if (CUT_BODY_CODES.has(code) || error.message === CUT_BODY_MESSAGE) {
    const what = response ? 'broke off in the middle of the answer' : `failed: ${NETWORK_FAULTS.ECONNRESET}`;
    return new TransientError(`${request} ${what}`, { code: 'SOURCE_UNAVAILABLE', cause });
  }
  if (TIMEOUTS.has(code)) {
    const { timeout } = error.config ?? {};
    const limit = timeout ? ` within ${timeout / 1000} s` : ' in time';
    return new TransientError(`${request} was not answered${limit}`, { code: 'SOURCE_UNAVAILABLE', cause });
  }
  const fault = NETWORK_FAULTS[code];
  if (fault !== undefined) {
    return new TransientError(`${request} failed: ${fault} (${code})`, {
      code: 'SOURCE_UNAVAILABLE',
      action: 'Check the address; if it is right, run again later.',
      cause,
    });
  }
  if (TLS_FAULT.test(code)) {
    return new ConfigError(`${request} failed: no trusted TLS connection (${code})`, {
      code: 'HTTP_REFUSED',
      action: 'Check the address and the certificate of the server; NODE_EXTRA_CA_CERTS adds an authority.',
      cause,
    });
  }
  if (code === 'ERR_FR_TOO_MANY_REDIRECTS') {
    return new ConfigError(`${request} failed: too many redirects`, { code: 'HTTP_REFUSED', cause });
  }
  return new ConnectorError(`${request} failed: ${cause.message}`, { cause });
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

/** The run was stopped, or the connector had a time limit or a signal of its own. */
function cancelled(
  { config }: HttpFailure,
  request: string,
  cause: Error,
  runSignal: AbortSignal | undefined,
): HostError {
  const reason: unknown = runSignal?.aborted ? runSignal.reason : config?.signal?.reason;
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

/** An answer with a status that is no success. */
function refused(
  { status, headers }: NonNullable<HttpFailure['response']>,
  request: string,
  cause: Error,
): HostError {
  const reason = STATUS_CODES[status];
  const message = `${request} answered ${status}${reason === undefined ? '' : ` ${reason}`}`;
  if (status === 401 || status === 403) return new AuthError(message, { cause });
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfter = retryAfterSeconds(headers?.['retry-after']);
    return new TransientError(message, {
      code: 'SOURCE_UNAVAILABLE',
      cause,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
  return new ConfigError(message, { code: 'HTTP_REFUSED', cause });
}

/** `GET https://host/path` */
function requestText({ config = {} }: HttpFailure): string {
  return `${(config.method ?? 'get').toUpperCase()} ${requestAddress(config.url, config.baseURL)}`;
}

/** The address of a request without credentials, query and fragment, for messages and the log. */
export function requestAddress(url = '', baseURL = ''): string {
  const isAbsolute = /^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(url);
  const address =
    isAbsolute || baseURL === '' ? url : `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
  // In what is no URL, a ? may belong to the password, so credentials go first.
  const known = URL.canParse(address) ? withoutQuery(address) : address;
  const plain = known.replace(/\/\/[^/?#]*@/, '//');
  // Where an @ is left, the password may hold a slash.
  const shown = plain.includes('@') ? maskCredentials(known).replace(/^\/\/.*@/s, '//***@') : plain;
  return withoutQuery(shown) || '(no address)';
}

function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, '');
}

/** Message and stack alone: the error itself holds the headers. */
function plainError(error: Pick<HttpFailure, 'message' | 'stack'>, redact: (text: string) => string): Error {
  const plain = new Error(redact(error.message));
  plain.stack = redact(error.stack ?? plain.message);
  return plain;
}
