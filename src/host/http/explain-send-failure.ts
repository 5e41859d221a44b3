import { ConfigError, ConnectorError, TransientError, type HostError } from '../../sdk/errors.js';
import type { FailedTry } from './failed-try.js';
import { CHECK_ADDRESS, CLOSED, NETWORK_FAULTS, plainError, tlsError } from './network-faults.js';
import { brokeOff, passing } from './passing.js';
import type { SendFailure } from './send-failure.js';
import { statusPhrase } from './status-phrase.js';
import { tooLargeError } from './too-large-error.js';

/** What the words of an error need besides the failure. */
export interface FailureContext {
  /** The request, as the start of a sentence, redacted. */
  readonly request: string;
  /** Host and port that were asked. */
  readonly host: string;
  readonly idleSeconds: number;
  readonly deadlineSeconds: number;
  readonly maxBytes: number;
  readonly proxy: string | undefined;
  readonly redact: (text: string) => string;
}

/** Without a connection nothing was sent, so nothing can have been done. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const CONNECTING = new Set(['connect', 'getaddrinfo']);

const PLAIN_HTTP = /^\S+ http:/;
const MAY_NEED_TLS =
  'Check the address: nothing was answered, so it may need https://; if it is right, run again later.';

/** Puts an exchange that has no answer in words: a FailedTry where another try may help. */
export function explainSendFailure(failure: SendFailure, context: FailureContext): FailedTry | HostError {
  const { request, idleSeconds, deadlineSeconds, maxBytes, redact } = context;
  const cause = plainError(failure, redact);
  switch (failure.kind) {
    case 'idle':
      return failure.hasHead
        ? passing(`${request} broke off in the middle of the answer: no byte for ${idleSeconds} s`, { cause })
        : passing(`${request} was not answered within ${idleSeconds} s`, { cause });
    case 'deadline':
      return new TransientError(`${request} took longer than ${deadlineSeconds} s`, {
        code: 'SOURCE_UNAVAILABLE',
        action:
          'Ask for smaller pages, or allow more time: timeout_seconds, or deadlineSeconds in a connector of your own.',
        cause,
      });
    case 'too large':
      return tooLargeError(request, maxBytes);
    case 'proxy':
      return proxyRefusal(failure, context, cause);
    case 'request body':
    case 'unsendable':
      return (
        tlsError(request, context.host, failure.code, cause) ??
        new ConnectorError(`${request} cannot be sent: ${cause.message}`, { cause })
      );
    default:
      return networkError(failure, context, cause);
  }
}

function networkError(
  { code, syscall, hasHead, isReused, isTlsAlert }: SendFailure,
  { request, host, proxy }: FailureContext,
  cause: Error,
): FailedTry | HostError {
  if (isTlsAlert) {
    return new ConfigError(`${request} was answered with TLS, which an http address does not speak`, {
      code: 'HTTP_REFUSED',
      action: 'Begin the address with https://.',
      cause,
    });
  }
  if (code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE') {
    return new ConfigError(`${request} was answered with something that is not HTTP (${code})`, {
      code: 'HTTP_REFUSED',
      action: 'Check the port, and whether the address begins with http: or https:.',
      cause,
    });
  }
  const tls = tlsError(request, host, code, cause);
  if (tls) return tls;
  if (hasHead) return brokeOff(request, cause);
  const isUnsent = NOT_CONNECTED.has(code) || CONNECTING.has(syscall);
  const repeat = isUnsent ? 'any' : 'repeatable';
  const what = code === 'ECONNRESET' || code === 'EPIPE' ? undefined : NETWORK_FAULTS[code];
  if (proxy !== undefined && (isUnsent || what !== undefined)) {
    return passing(`${request} failed: the proxy ${proxy}: ${what ?? cause.message} (${code})`, {
      action: 'Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY; if they are right, run again later.',
      cause,
      repeat,
    });
  }
  if (what !== undefined) {
    return passing(`${request} failed: ${what} (${code})`, { action: CHECK_ADDRESS, cause, repeat });
  }
  const through = proxy === undefined ? '' : ` (through the proxy ${proxy})`;
  const isKnown = code === '' || code in NETWORK_FAULTS || code.startsWith('HPE_');
  // What speaks TLS closes a plain connection at once, often without a word.
  const mayNeedTls = proxy === undefined && !isReused && PLAIN_HTTP.test(request);
  return passing(`${request} ${isKnown ? CLOSED : `failed: ${cause.message}`}${through}`, {
    cause,
    repeat,
    ...(mayNeedTls ? { action: MAY_NEED_TLS } : {}),
  });
}

function proxyRefusal(
  { proxyStatus = 0 }: SendFailure,
  { request, proxy = '' }: FailureContext,
  cause: Error,
): FailedTry | HostError {
  const message = `${request} failed: the proxy ${proxy} answered ${statusPhrase(proxyStatus)}`;
  if (proxyStatus >= 500) return passing(message, { cause, repeat: 'any' });
  return new ConfigError(message, {
    code: 'HTTP_REFUSED',
    action: 'Check the address and the credentials in HTTPS_PROXY, or name the host in NO_PROXY.',
    cause,
  });
}
