import type { OAuth2ClientCredentials, OAuth2RefreshToken } from '../../../sdk/auth.js';
import type { AuthEnvironment, Authenticator } from './authenticator.js';
import { checkEndpoint } from './check-endpoint.js';
import { RefreshTokenStore } from './refresh-token-store.js';
import { RenewedCredentials, type GotCredentials } from './renewed-credentials.js';
import { setHeader } from './request-headers.js';
import { eachSecret } from '../../secret-names.js';
import { TokenRefusal } from './token-answer.js';
import { requestToken, type TokenAnswer } from './token-request.js';

/** A token is given up so many seconds before it expires, or a tenth of its life before, whichever is less. */
const MARGIN_SECONDS = 30;
const MARGIN_SHARE = 0.1;

interface AccessToken extends GotCredentials {
  readonly header: string;
}

/** @throws ConfigError for a tokenUrl that is no address */
export function createOAuth2Auth(
  auth: OAuth2ClientCredentials | OAuth2RefreshToken,
  environment: AuthEnvironment,
): Authenticator {
  registerSecrets(auth, environment);
  checkEndpoint('auth.tokenUrl', auth.tokenUrl);
  const tokens = new RenewedCredentials<AccessToken>(async (signal) => {
    const start = Date.now();
    const { accessToken, expiresIn } = await getToken(auth, signal, environment);
    return { header: `Bearer ${accessToken}`, goodUntil: goodUntil(start, expiresIn) };
  });
  return {
    async authorize({ headers }, signal) {
      const token = await tokens.get(signal);
      setHeader(headers, 'Authorization', token.header);
      return token;
    },
    refresh: (used, signal) => tokens.refresh(used, signal),
  };
}

function registerSecrets(
  auth: OAuth2ClientCredentials | OAuth2RefreshToken,
  { addSecret }: AuthEnvironment,
): void {
  if (auth.clientSecret !== undefined) {
    addSecret(auth.clientSecret);
    // In base64 it is found in the form only in which it was encoded.
    addSecret(encodeURIComponent(auth.clientSecret));
  }
  if (auth.grant === 'refresh_token') addSecret(auth.refreshToken);
  eachSecret(auth.params, addSecret);
}

function goodUntil(start: number, expiresIn: number | undefined): number {
  if (expiresIn === undefined) return Number.POSITIVE_INFINITY;
  return start + (expiresIn - Math.min(MARGIN_SECONDS, expiresIn * MARGIN_SHARE)) * 1000;
}

/** @throws HostError */
async function getToken(
  auth: OAuth2ClientCredentials | OAuth2RefreshToken,
  signal: AbortSignal,
  environment: AuthEnvironment,
): Promise<TokenAnswer> {
  try {
    return auth.grant === 'refresh_token'
      ? await refreshedToken(auth, signal, environment)
      : await requestToken(auth, undefined, signal, environment);
  } catch (error) {
    throw error instanceof TokenRefusal ? error.error : error;
  }
}

/** A refresh token that was replaced is kept before the access token that came with it is used. */
async function refreshedToken(
  auth: OAuth2RefreshToken,
  signal: AbortSignal,
  environment: AuthEnvironment,
): Promise<TokenAnswer> {
  const store = new RefreshTokenStore(environment.stateFolder, auth);
  const current = async (): Promise<string> => {
    const token = (await store.read()) ?? auth.refreshToken;
    environment.addSecret(token);
    return token;
  };
  const request = async (refreshToken: string): Promise<TokenAnswer> => {
    const answer = await requestToken(auth, refreshToken, signal, environment);
    const isReplaced = answer.refreshToken !== undefined && answer.refreshToken !== refreshToken;
    if (isReplaced) await store.write(answer.refreshToken);
    return answer;
  };
  return store.exclusive(async () => {
    signal.throwIfAborted();
    const refreshToken = await current();
    try {
      return await request(refreshToken);
    } catch (error) {
      if (!(error instanceof TokenRefusal) || error.code !== 'invalid_grant') throw error;
      // Another process may have replaced it in the meantime.
      const stored = await current();
      if (stored === refreshToken) throw error;
      return request(stored);
    }
  });
}
