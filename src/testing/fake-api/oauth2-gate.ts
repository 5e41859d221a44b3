import { plainAnswer, type Answer } from './answer.js';
import { bearerOf, basicOf, type AuthGate } from './auth-gate.js';
import type { FakeOAuth2 } from './fake-auth.js';
import type { FakeRequest } from './fake-request.js';
import { TokenStore } from './token-store.js';

/** OAuth 2.0, RFC 6749: a token endpoint, and the check of what it issued. */
export class OAuth2Gate implements AuthGate {
  readonly endpoint: NonNullable<AuthGate['endpoint']>;
  readonly #auth: FakeOAuth2;
  readonly #issued: string[];
  readonly #access: TokenStore;
  #refreshToken: string | undefined;

  constructor(auth: FakeOAuth2, issued: string[]) {
    this.#auth = auth;
    this.#issued = issued;
    this.#access = new TokenStore(auth.expires, issued);
    this.#refreshToken = auth.refreshToken;
    this.endpoint = { path: auth.tokenPath ?? '/token', answer: (request) => this.#tokenAnswer(request) };
  }

  admits(request: FakeRequest): boolean {
    return this.#access.use(bearerOf(request));
  }

  clear(): void {
    this.#access.clear();
    this.#refreshToken = this.#auth.refreshToken;
  }

  #tokenAnswer(request: FakeRequest): Answer {
    const { grant, params = {} } = this.#auth;
    if (request.method !== 'POST') return refusal(405, 'invalid_request');
    const form = formOf(request);
    if (form === undefined) return refusal(400, 'invalid_request');
    if (!this.#isClient(request, form)) {
      return refusal(401, 'invalid_client', { 'WWW-Authenticate': 'Basic realm="fake"' });
    }
    if (form.grant_type !== grant) return refusal(400, 'unsupported_grant_type');
    const wrong = Object.keys(params).find((name) => form[name] !== params[name]);
    if (wrong !== undefined) return refusal(400, wrong === 'scope' ? 'invalid_scope' : 'invalid_request');
    if (grant === 'refresh_token' && form.refresh_token !== this.#refreshToken)
      return refusal(400, 'invalid_grant');
    return this.#issue();
  }

  #issue(): Answer {
    const { grant, rotates, expires, tellsExpiry = true } = this.#auth;
    const token = this.#access.issue('access');
    if (grant === 'refresh_token' && rotates) {
      this.#refreshToken = `fake-refresh-token-${this.#issued.length + 1}`;
      this.#issued.push(this.#refreshToken);
    }
    return plainAnswer(
      200,
      {
        access_token: token,
        token_type: 'Bearer',
        ...(tellsExpiry && expires?.seconds !== undefined && { expires_in: expires.seconds }),
        ...(rotates && { refresh_token: this.#refreshToken }),
      },
      { 'Cache-Control': 'no-store' },
    );
  }

  #isClient(request: FakeRequest, form: Readonly<Record<string, string>>): boolean {
    const { clientId, clientSecret, clientAuthentication } = this.#auth;
    const basic = basicOf(request);
    if (clientSecret === undefined) return basic === undefined && form.client_id === clientId;
    if (basic !== undefined) {
      if (clientAuthentication === 'body') return false;
      // Section 2.3.1: both are form-encoded first.
      return formDecoded(basic.username) === clientId && formDecoded(basic.password) === clientSecret;
    }
    return (
      clientAuthentication !== 'basic' && form.client_id === clientId && form.client_secret === clientSecret
    );
  }
}

function formOf({ headers, body }: FakeRequest): Record<string, string> | undefined {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? ((body ?? {}) as Record<string, string>) : undefined;
}

function formDecoded(text: string): string | undefined {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? undefined;
}

function refusal(status: number, error: string, headers = {}): Answer {
  return plainAnswer(status, { error }, headers);
}
