import type { SessionAuth } from '../../../sdk/auth.js';
import { ConfigError } from '../../../sdk/errors.js';
import { parseJson } from '../../../sdk/parse-json.js';
import { compilePath, type JsonPath } from '../../../sdk/read-path.js';
import { jsonText } from '../../../targets/values/json-text.js';
import type { HttpAnswer, HttpRequest } from '../http-request.js';
import type { AuthEnvironment, Authenticator } from './authenticator.js';
import { checkEndpoint } from './check-endpoint.js';
import { RenewedCredentials, type GotCredentials } from './renewed-credentials.js';
import { addCookies, checkHeaderName, checkHeaderValue, setHeader } from './request-headers.js';
import { eachSecret } from '../../secret-names.js';
import { sessionCookies } from './session-cookies.js';
import { ask, refusedBy, unusableAnswer, type Endpoint } from './credentials-endpoint.js';

/** A shorter value of a cookie is a word or a number, which messages need. */
const COOKIE_SECRET_LENGTH = 6;

interface Session extends GotCredentials {
  /** Puts it on a request. */
  readonly put: (headers: Record<string, string>) => void;
}

/** @throws ConfigError for options that cannot be */
export function createSessionAuth(auth: SessionAuth, environment: AuthEnvironment): Authenticator {
  eachSecret(auth.body, environment.addSecret);
  eachSecret(auth.headers, environment.addSecret);
  checkEndpoint('auth.loginUrl', auth.loginUrl);
  checkHeaderName('auth.header', auth.header ?? 'Authorization');
  const tokenPath = auth.tokenPath === undefined ? undefined : checkedPath(auth.tokenPath);
  const endpoint: Endpoint = {
    name: 'the login',
    url: new URL(auth.loginUrl),
    action: 'Check loginUrl, method, body, headers and tokenPath of the session.',
  };
  const sessions = new RenewedCredentials<Session>(async (signal) => {
    const answer = await ask(endpoint, loginRequest(auth, endpoint.url), signal, environment);
    const { status } = answer;
    if (status === 401 || status === 403) throw refusedBy(endpoint, answer, environment);
    if (status >= 400) throw unusableAnswer(endpoint, answer, environment, 'with an error');
    const put = tokenPath
      ? tokenWriter(auth, tokenPath, endpoint, answer, environment)
      : cookieWriter(endpoint, answer, environment);
    return { put, goodUntil: Number.POSITIVE_INFINITY };
  });
  return {
    async authorize({ headers }, signal) {
      const session = await sessions.get(signal);
      session.put(headers);
      return session;
    },
    refresh: (used, signal) => sessions.refresh(used, signal),
  };
}

function checkedPath(path: string): JsonPath {
  try {
    return compilePath(path);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigError(`auth.tokenPath: ${error.message}`, {
      action: 'Correct auth.tokenPath.',
      cause: error,
    });
  }
}

function loginRequest({ method = 'POST', body, form, headers = {} }: SessionAuth, url: URL): HttpRequest {
  const sent: Record<string, string> = { Accept: 'application/json' };
  if (body) sent['Content-Type'] = form ? 'application/x-www-form-urlencoded' : 'application/json';
  for (const [name, value] of Object.entries(headers)) setHeader(sent, name, value);
  const text = body && (form ? formText(body) : jsonText(body));
  return {
    method: method.toUpperCase(),
    url: new URL(url),
    headers: sent,
    body: text === undefined ? undefined : Buffer.from(text),
  };
}

function formText(body: Readonly<Record<string, unknown>>): string {
  return Object.entries(body)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : (jsonText(value) ?? '');
      return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
    })
    .join('&');
}

function tokenWriter(
  { header = 'Authorization', prefix = 'Bearer ' }: SessionAuth,
  path: JsonPath,
  endpoint: Endpoint,
  answer: HttpAnswer,
  environment: AuthEnvironment,
): Session['put'] {
  const token = path.read(parsedBody(endpoint, answer, environment));
  const isToken =
    (typeof token === 'string' && token !== '') || typeof token === 'number' || typeof token === 'bigint';
  if (!isToken) throw unusableAnswer(endpoint, answer, environment, `without a token at "${path.text}"`);
  const text = String(token);
  environment.addSecret(text);
  const value = prefix + text;
  checkHeaderValue(`the token of ${endpoint.url.origin}`, value);
  return (headers) => setHeader(headers, header, value);
}

function parsedBody(endpoint: Endpoint, answer: HttpAnswer, environment: AuthEnvironment): unknown {
  try {
    return parseJson(new TextDecoder().decode(answer.body));
  } catch (error) {
    if (error instanceof SyntaxError) throw unusableAnswer(endpoint, answer, environment, 'no JSON');
    throw error;
  }
}

function cookieWriter(endpoint: Endpoint, answer: HttpAnswer, environment: AuthEnvironment): Session['put'] {
  const cookies = sessionCookies(answer.headers['set-cookie']);
  if (cookies === '') {
    throw unusableAnswer(endpoint, answer, environment, 'without a cookie, and no tokenPath is given');
  }
  for (const cookie of cookies.split('; ')) {
    const value = cookie.slice(cookie.indexOf('=') + 1);
    if (value.length >= COOKIE_SECRET_LENGTH) environment.addSecret(value);
  }
  checkHeaderValue(`a cookie of ${endpoint.url.origin}`, cookies);
  return (headers) => addCookies(headers, cookies);
}
