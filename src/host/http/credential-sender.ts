import { requestAddress } from '../../sdk/request-address.js';
import type { AuthEnvironment, CredentialAnswer } from './auth/authenticator.js';
import { ACCEPT_ENCODING } from './decompress.js';
import { HttpClient, type HttpClientParts } from './http-client.js';
import type { AnswerHead } from './answer-head.js';
import { OriginGuard } from './origin-guard.js';
import { isPassing } from './refusal.js';
import { REPEATABLE_METHODS } from './request-plan.js';

/** How an authenticator's own requests are sent. */
export interface SenderParts extends Pick<HttpClientParts, 'transportOf' | 'retry' | 'logger'> {
  readonly redact: (text: string) => string;
  readonly maxBytes: number;
  readonly idleSeconds: number;
  readonly deadlineSeconds: number;
  readonly userAgent: string;
}

/**
 * Sends logins and requests for tokens: without the client's credentials and rate limit, and not tied to its origin.
 * An answer that may pass is asked for again, and returned as it is when it stays.
 */
export function credentialSender(parts: SenderParts): AuthEnvironment['send'] {
  const { idleSeconds, deadlineSeconds, userAgent, redact, maxBytes } = parts;
  const client = new HttpClient({ ...parts, guard: new OriginGuard({ hasCredentials: false }) });
  return (request, signal, retrySafe) => {
    const headers = { 'User-Agent': userAgent, 'Accept-Encoding': ACCEPT_ENCODING, ...request.headers };
    const plan = {
      name: () => redact(`${request.method} ${requestAddress(request.url.href)}`),
      redact,
      maxBytes,
      signal,
      idleSeconds,
      deadlineSeconds,
      isRepeatable: retrySafe || REPEATABLE_METHODS.has(request.method),
      // The answer that redirects has the cookies of a login; a token endpoint that moved is an error to see.
      maxRedirects: 0,
      accepts: (answer: AnswerHead) => !isPassing(answer),
      isStream: false,
      decompress: true,
    };
    return client.send<CredentialAnswer>(
      { ...request, headers },
      plan,
      (answer) => answer,
      (failed, suffix) => {
        if (!failed.answer) throw failed.toError(suffix);
        const { status, statusText, headers, body, url } = failed.answer;
        return { status, statusText, headers, body, url, afterTries: suffix };
      },
    );
  };
}
