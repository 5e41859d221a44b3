import { basicOf, bearerOf, cookieOf, type AuthGate } from './auth-gate.js';
import type { FakeApiKeyAuth, FakeAuth } from './fake-auth.js';
import type { FakeRequest } from './fake-request.js';
import { OAuth2Gate } from './oauth2-gate.js';
import { SessionGate } from './session-gate.js';

/** The gate of an auth style. `issued` gets the text of every token that it gives. */
export function openGate(auth: FakeAuth, issued: string[]): AuthGate {
  switch (auth.type) {
    case 'none':
      return fixed(() => true);
    case 'bearer':
      return fixed((request) => bearerOf(request) === auth.token);
    case 'basic':
      return fixed((request) => {
        const sent = basicOf(request);
        return sent?.username === auth.username && sent.password === auth.password;
      });
    case 'apiKey':
      return fixed((request) => keyOf(request, auth) === auth.value);
    case 'oauth2':
      return new OAuth2Gate(auth, issued);
    case 'session':
      return new SessionGate(auth, issued);
  }
}

function fixed(admits: (request: FakeRequest) => boolean): AuthGate {
  return {
    admits,
    clear: () => {
      // Nothing was issued.
    },
  };
}

function keyOf(request: FakeRequest, auth: FakeApiKeyAuth): unknown {
  if (auth.in === 'query') return request.query[auth.name];
  return auth.in === 'header' ? request.headers[auth.name.toLowerCase()] : cookieOf(request, auth.name);
}
