import type { HttpAnswer, HttpRequest } from './http-request.js';
import { ConfigError } from '../../sdk/errors.js';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Say what a body is, so they go with it. */
const BODY_HEADER = /^content-|^transfer-encoding$/i;

/**
 * The request that a redirect asks for; undefined for an answer that is none. As browsers do: 303, and 301 or 302 to a
 * POST, become a GET without a body; everything else is sent again as it was.
 *
 * @param name the request, as the start of a sentence
 * @throws ConfigError for a place that is no http(s) URL, and for a body that cannot be sent twice
 */
export function redirected(
  request: HttpRequest,
  answer: HttpAnswer,
  name: () => string,
): HttpRequest | undefined {
  const { status, headers } = answer;
  if (!REDIRECTS.has(status) || headers.location === undefined) return undefined;
  const url = URL.canParse(headers.location, request.url.href)
    ? new URL(headers.location, request.url)
    : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw refusal(`${name()} is redirected to something that is not a URL`);
  }
  // They were meant for the first request, and come by its headers.
  url.username = '';
  url.password = '';
  const { method, body } = request;
  const becomesGet =
    (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST');
  if (becomesGet) {
    const kept = Object.entries(request.headers).filter(([header]) => !BODY_HEADER.test(header));
    return { method: 'GET', url, headers: Object.fromEntries(kept), body: undefined };
  }
  if (body !== undefined && !(body instanceof Uint8Array)) {
    throw refusal(`${name()} is redirected, and its body is a stream, which can be sent once only`);
  }
  return { ...request, url };
}

function refusal(message: string): ConfigError {
  return new ConfigError(message, { code: 'HTTP_REFUSED' });
}
