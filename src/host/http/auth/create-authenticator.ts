import type { HttpAuth, NoAuth } from '../../../sdk/auth.js';
import { createApiKeyAuth } from './api-key-auth.js';
import type { AuthEnvironment, Authenticator } from './authenticator.js';
import { createBasicAuth } from './basic-auth.js';
import { createBearerAuth } from './bearer-auth.js';
import { createCustomAuth } from './custom-auth.js';
import { createOAuth2Auth } from './oauth2-auth.js';
import { createSessionAuth } from './session-auth.js';

/**
 * Makes what puts credentials on requests. The options have been checked; nothing is sent before the first request.
 *
 * @returns undefined where there are no credentials
 * @throws ConfigError that names the option which is wrong, never its value
 */
export function createAuthenticator(
  auth: Exclude<HttpAuth, NoAuth>,
  environment: AuthEnvironment,
): Authenticator;
export function createAuthenticator(
  auth: HttpAuth | undefined,
  environment: AuthEnvironment,
): Authenticator | undefined;
export function createAuthenticator(
  auth: HttpAuth | undefined,
  environment: AuthEnvironment,
): Authenticator | undefined {
  switch (auth?.type) {
    case undefined:
    case 'none':
      return undefined;
    case 'bearer':
      return createBearerAuth(auth, environment);
    case 'basic':
      return createBasicAuth(auth, environment);
    case 'apiKey':
      return createApiKeyAuth(auth, environment);
    case 'oauth2':
      return createOAuth2Auth(auth, environment);
    case 'session':
      return createSessionAuth(auth, environment);
    case 'custom':
      return createCustomAuth(auth);
  }
}
