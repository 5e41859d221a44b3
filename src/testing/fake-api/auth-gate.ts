import { plainAnswer, type Answer } from './answer.js';
import type { FakeRequest } from './fake-request.js';

/** Who is served. */
export interface AuthGate {
  /** A path of its own: where tokens come from. */
  readonly endpoint?: { readonly path: string; answer(request: FakeRequest): Answer };
  /** Whether the request has the right credentials. Called once for each request. */
  admits(request: FakeRequest): boolean;
  /** Forgets all tokens. */
  clear(): void;
}

/** The answer to wrong credentials. */
export function refusedAnswer(request: FakeRequest, status: 401 | 403, echoes: boolean): Answer {
  const { authorization, cookie } = request.headers;
  const echo = { authorization, cookie, target: request.target, headers: request.headers };
  return plainAnswer(
    status,
    { error: 'wrong or missing credentials', ...(echoes && { request: echo }) },
    status === 401 ? { 'WWW-Authenticate': 'Bearer realm="fake"' } : {},
  );
}

export function bearerOf({ headers }: FakeRequest): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
}

export function basicOf({ headers }: FakeRequest): { username: string; password: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

export function cookieOf({ headers }: FakeRequest, name: string): string | undefined {
  const cookies = (headers.cookie ?? '').split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}
