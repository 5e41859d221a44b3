import type { HttpAnswer, HttpRequest } from './http-request.js';
import { ConfigError } from '../../sdk/errors.js';
import { requestAddress } from '../../sdk/request-address.js';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Say what a body is, so they go with it. */
const BODY_HEADER = /^content-|^transfer-encoding$/i;

/**
 * The request that a redirect asks for; undefined for an answer that is none. 303 becomes a GET without a body, as in
 * browsers; everything else is sent again as it was. Browsers also make a GET of a POST that is redirected by 301 or 302;
 * for a read that is another question, so it is refused.
 *
 * @param name the request, as the start of a sentence
 * @throws ConfigError for a place that is no http(s) URL, and for a body that would be lost or cannot be sent twice
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
  if ((status === 301 || status === 302) && (method === 'POST' || body !== undefined)) {
    const address = requestAddress(url.href);
    throw refusal(
      `${name()} is redirected by ${status} to ${address}, which would turn it into a GET or lose its body`,
      `Ask ${address} directly.`,
    );
  }
  if (status === 303 && method !== 'HEAD') {
    const kept = Object.entries(request.headers).filter(([header]) => !BODY_HEADER.test(header));
    return { method: 'GET', url, headers: Object.fromEntries(kept), body: undefined };
  }
  if (body !== undefined && !(body instanceof Uint8Array)) {
    throw refusal(`${name()} is redirected, and its body is a stream, which can be sent once only`);
  }
  return { ...request, url };
}

function refusal(message: string, action?: string): ConfigError {
  return new ConfigError(message, { code: 'HTTP_REFUSED', ...(action === undefined ? {} : { action }) });
}
