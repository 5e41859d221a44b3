import type * as OAuth from 'oauth4webapi';
import type { ClientAuth, TokenEndpointRequestOptions } from 'oauth4webapi';
import type { OAuth2ClientCredentials, OAuth2RefreshToken } from '../../../sdk/auth.js';
import type { HttpAnswer } from '../http-request.js';
import type { AuthEnvironment } from './authenticator.js';
import { checkHeaderValue } from './request-headers.js';
import { readTokenAnswer } from './token-answer.js';
import { ask, unusableAnswer, type Endpoint } from './credentials-endpoint.js';

/** What the token endpoint gave. */
export interface TokenAnswer {
  readonly accessToken: string;
  /** Seconds from the request on; undefined where the endpoint does not say. */
  readonly expiresIn: number | undefined;
  /** Takes the place of the one that was sent. */
  readonly refreshToken: string | undefined;
}

/**
 * Asks for a token once.
 *
 * @param refreshToken the one to send; undefined for client credentials
 * @throws TokenRefusal for an answer without a token; HostError for no answer
 */
export async function requestToken(
  auth: OAuth2ClientCredentials | OAuth2RefreshToken,
  refreshToken: string | undefined,
  signal: AbortSignal,
  environment: AuthEnvironment,
): Promise<TokenAnswer> {
  const oauth = await import('oauth4webapi');
  const server = { issuer: auth.tokenUrl, token_endpoint: auth.tokenUrl };
  const client = { client_id: auth.clientId };
  const endpoint = tokenEndpoint(auth);
  let answer: HttpAnswer | undefined;
  const options: TokenEndpointRequestOptions = {
    signal,
    // The endpoint is what the user gave; a server within a network may have no certificate.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out
    [oauth.allowInsecureRequests]: endpoint.url.protocol === 'http:',
    [oauth.customFetch]: async (url, { method, headers: given, body }) => {
      // The library names itself; the plugin is who asks.
      const headers = Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'user-agent'));
      // Every server reads %20 as a blank; not every one does so with a plus sign.
      const form = Buffer.from(String(body).replaceAll('+', '%20'));
      answer = await ask(endpoint, { method, url: new URL(url), headers, body: form }, signal, environment);
      return Response.json(readTokenAnswer(endpoint, answer, environment));
    },
  };
  const parameters = { ...auth.params, ...(auth.scope === undefined ? {} : { scope: auth.scope }) };
  const clientAuth = clientAuthentication(auth, oauth);
  const response =
    refreshToken === undefined
      ? await oauth.clientCredentialsGrantRequest(server, client, clientAuth, parameters, options)
      : await oauth.refreshTokenGrantRequest(server, client, clientAuth, refreshToken, {
          ...options,
          additionalParameters: parameters,
        });
  try {
    const token = await oauth.processGenericTokenEndpointResponse(server, client, response);
    environment.addSecret(token.access_token);
    if (token.refresh_token !== undefined) environment.addSecret(token.refresh_token);
    checkHeaderValue(`the access_token of ${endpoint.url.origin}`, token.access_token);
    return {
      accessToken: token.access_token,
      expiresIn: token.expires_in,
      refreshToken: token.refresh_token,
    };
  } catch (error) {
    // The library's errors hold the whole answer.
    if (!(error instanceof oauth.UnsupportedOperationError) || answer === undefined) throw error;
    throw unusableAnswer(endpoint, answer, environment, 'with a token that is no bearer token');
  }
}

function tokenEndpoint(auth: OAuth2ClientCredentials | OAuth2RefreshToken): Endpoint {
  const action =
    auth.grant === 'refresh_token'
      ? 'Check the token URL, client id and secret, the way the client authenticates, the scope and the refresh token; a refresh token that expired or was used elsewhere must be got anew.'
      : 'Check the token URL, client id and secret, the way the client authenticates, and the scope.';
  return { name: 'the token endpoint', url: new URL(auth.tokenUrl), action };
}

function clientAuthentication(
  { clientId, clientSecret, clientAuthentication: place }: OAuth2ClientCredentials | OAuth2RefreshToken,
  { None, ClientSecretPost }: typeof OAuth,
): ClientAuth {
  if (clientSecret === undefined || clientSecret === '') return None();
  if (place === 'body') return ClientSecretPost(clientSecret);
  // The library also encodes what needs it not, as - and _, and servers that decode nothing then refuse the client.
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return (_server, _client, _body, headers) => {
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  };
}
