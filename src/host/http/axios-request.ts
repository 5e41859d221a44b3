import type { InternalAxiosRequestConfig } from 'axios';
import { ConfigError } from '../../sdk/errors.js';
import { basicCredentials, setHeader } from './auth/request-headers.js';
import { axiosAddress } from './axios-address.js';
import { ACCEPT_ENCODING } from './decompress.js';
import type { HttpRequest } from './http-request.js';
import { requestBody, type RequestBody } from './request-body.js';

/** What a request is made of besides axios' config. */
export interface AxiosRequestParts {
  /** In upper case. */
  readonly method: string;
  /** The request, as the start of a sentence. */
  readonly name: () => string;
  /** Of the client. */
  readonly baseURL: string | undefined;
}

/**
 * The request that axios' config describes, after its transformRequest.
 *
 * @returns a promise for forms and blobs only
 * @throws ERR_INVALID_URL of Node; ConfigError for an address that is no http(s) one
 */
export function axiosRequest(
  config: InternalAxiosRequestConfig,
  { method, name, baseURL }: AxiosRequestParts,
): HttpRequest | Promise<HttpRequest> {
  const url = new URL(axiosAddress(config));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ConfigError(`${name()} cannot be sent: the address must begin with http: or https:`, {
      code: 'HTTP_REFUSED',
    });
  }
  const headers = config.headers.toJSON(true);
  if (!config.headers.has('Accept-Encoding')) headers['Accept-Encoding'] = ACCEPT_ENCODING;
  const authorization = basicAuthorization(url, config, baseURL);
  if (authorization !== undefined) setHeader(headers, 'Authorization', authorization);
  if (url.username !== '' || url.password !== '') {
    url.username = '';
    url.password = '';
  }
  const made = requestBody(config.data);
  return made instanceof Promise
    ? made.then((body) => withBody({ method, url, headers }, body))
    : withBody({ method, url, headers }, made);
}

function withBody(
  { method, url, headers }: Omit<HttpRequest, 'body'>,
  { body, contentType }: RequestBody,
): HttpRequest {
  if (contentType !== undefined) setHeader(headers, 'Content-Type', contentType);
  // Node by itself leaves it out where a body is unusual: with GET and DELETE.
  if (body instanceof Uint8Array) setHeader(headers, 'Content-Length', String(body.length));
  return { method, url, headers, body };
}

/** Credentials of the request's own, or of the URL; those of the base URL also where a link leaves them out. */
function basicAuthorization(
  url: URL,
  { auth }: InternalAxiosRequestConfig,
  baseURL: string | undefined,
): string | undefined {
  if (auth) return basicCredentials(auth.username, auth.password);
  if (url.username !== '' || url.password !== '') return basicOf(url);
  if (!baseURL?.includes('@') || !URL.canParse(baseURL)) return undefined;
  const base = new URL(baseURL);
  return base.origin === url.origin && (base.username !== '' || base.password !== '')
    ? basicOf(base)
    : undefined;
}

function basicOf({ username, password }: URL): string {
  return basicCredentials(decodeURIComponent(username), decodeURIComponent(password));
}
