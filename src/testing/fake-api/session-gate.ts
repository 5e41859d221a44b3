import { isDeepStrictEqual } from 'node:util';
import { plainAnswer, type Answer } from './answer.js';
import { cookieOf, type AuthGate } from './auth-gate.js';
import type { FakeSessionAuth } from './fake-auth.js';
import type { FakeRequest } from './fake-request.js';
import { placeValue } from './place-value.js';
import { TokenStore } from './token-store.js';

/** A login endpoint, and the check of the token or cookie that it gave. */
export class SessionGate implements AuthGate {
  readonly endpoint: NonNullable<AuthGate['endpoint']>;
  readonly #auth: FakeSessionAuth;
  readonly #sessions: TokenStore;

  constructor(auth: FakeSessionAuth, issued: string[]) {
    this.#auth = auth;
    this.#sessions = new TokenStore(auth.expires, issued);
    this.endpoint = { path: auth.loginPath ?? '/login', answer: (request) => this.#loginAnswer(request) };
  }

  admits(request: FakeRequest): boolean {
    const { cookie, header = 'Authorization', prefix = 'Bearer ' } = this.#auth;
    if (cookie !== undefined) return this.#sessions.use(cookieOf(request, cookie));
    const sent = request.headers[header.toLowerCase()];
    return (
      typeof sent === 'string' && sent.startsWith(prefix) && this.#sessions.use(sent.slice(prefix.length))
    );
  }

  clear(): void {
    this.#sessions.clear();
  }

  #loginAnswer({ method, headers, body }: FakeRequest): Answer {
    const { login, loginMethod = 'POST', cookie, tokenPath = 'token' } = this.#auth;
    if (method !== loginMethod) return plainAnswer(405, { error: `the login takes ${loginMethod}` });
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const expected = isForm ? asTexts(login) : login;
    if (!isDeepStrictEqual({ ...(body as object | undefined) }, { ...expected })) {
      return plainAnswer(401, { error: 'wrong login' });
    }
    const token = this.#sessions.issue('session');
    if (cookie !== undefined) {
      // Another one before it, with a date that has a comma.
      const cookies = [
        'theme=dark; Expires=Fri, 31 Dec 2100 23:59:59 GMT',
        `${cookie}=${token}; Path=/; HttpOnly`,
      ];
      return plainAnswer(200, { ok: true }, { 'Set-Cookie': cookies });
    }
    const answer = {};
    placeValue(answer, tokenPath, token);
    return plainAnswer(200, answer);
  }
}

function asTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
