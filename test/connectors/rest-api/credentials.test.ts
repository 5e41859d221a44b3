import type { FakeApiKeyAuth, FakeBearerAuth, FakeOAuth2, FaultScript } from 'connector-host/testing';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import { describeBehaviours, refused, unauthorized, unavailable, type Api } from './behaviour.js';

const api = (auth: NonNullable<Api['auth']>, authFaults?: FaultScript): Api => ({
  rows: 25,
  paging: { type: 'page', first: 0 },
  auth,
  ...(authFaults && { authFaults }),
});
const PAGES = { pagination_type: 'page' } as const;

const token = 'a+b/c==.d~e-f_g';
const bearer: FakeBearerAuth = { type: 'bearer', token };
const BEARER = { auth_type: 'bearer', auth_token: token } as const;
const basic = { type: 'basic', username: 'ann', password: 'pä:ss %' } as const;
const BASIC = { auth_type: 'basic', auth_user: 'ann', auth_token: 'pä:ss %' } as const;
const key = (place: FakeApiKeyAuth['in'], name = 'X-API-Key', value = token): FakeApiKeyAuth => ({
  type: 'apiKey',
  in: place,
  name,
  value,
});
const KEY = { auth_type: 'api_key', auth_token: token } as const;
const QUERY = { ...KEY, api_key_in: 'query', api_key_header: 'key' } as const;
const COOKIE = { ...KEY, api_key_in: 'cookie', api_key_header: 'sid' } as const;

describeBehaviours('credentials', PAGES, [
  ['a bearer token', api(bearer), BEARER, 25],
  [
    'a wrong bearer token',
    api(bearer),
    { ...BEARER, auth_token: 'x' },
    unauthorized(/ answered 401 Unauthorized: "/, /credentials/),
  ],
  ['none', api(bearer), {}, unauthorized(/401 Unauthorized/)],
  ['403', api({ ...bearer, refusal: 403 }), { ...BEARER, auth_token: 'x' }, unauthorized(/403 Forbidden/)],
  ['basic', api(basic), BASIC, 25],
  ['basic with a wrong user', api(basic), { ...BASIC, auth_user: 'bob' }, unauthorized(/401/)],
  ['a key in the default header', api(key('header')), KEY, 25],
  ['a key in a header', api(key('header', 'X-Key')), { ...KEY, api_key_header: 'X-Key' }, 25],
  ['a key in the wrong header', api(key('header', 'X-Key')), KEY, unauthorized(/401/)],
  ['a key in the query', api(key('query', 'key')), QUERY, 25],
  [
    'a key in the query, spaces',
    api(key('query', 'a key', 'a b&c=d')),
    { ...QUERY, api_key_header: 'a key', auth_token: 'a b&c=d' },
    25,
  ],
  ['a key in a cookie', api(key('cookie', 'sid')), COOKIE, 25],
  ['a key in the wrong cookie', api(key('cookie', 'id')), COOKIE, unauthorized(/401/)],
]);

const keyed = (paging: Api['paging']): Api => ({
  rows: 25,
  ...(paging && { paging }),
  auth: key('query', 'key'),
});

describeBehaviours('credentials on next links', QUERY, [
  ['a Link header', keyed({ type: 'link' }), { pagination_type: 'link' }, 25],
  [
    'a next URL',
    keyed({ type: 'nextUrl' }),
    { pagination_type: 'next_url', next_url_path: 'next', data_path: 'items' },
    25,
  ],
  [
    'a next URL that is a query',
    keyed({ type: 'nextUrl', form: 'query' }),
    { pagination_type: 'next_url', next_url_path: 'next', data_path: 'items' },
    25,
  ],
]);

const client: FakeOAuth2 = {
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'id',
  clientSecret: 'a:b+c/d=&%é',
};
const CLIENT: RestApiConfig = {
  auth_type: 'oauth2_client_credentials',
  token_url: '/token',
  client_id: 'id',
  client_secret: 'a:b+c/d=&%é',
};
const refresh: FakeOAuth2 = { ...client, grant: 'refresh_token', refreshToken: 'first/refresh+token=' };
const REFRESH: RestApiConfig = {
  ...CLIENT,
  auth_type: 'oauth2_refresh_token',
  refresh_token: 'first/refresh+token=',
};
const publicClient: FakeOAuth2 = {
  type: 'oauth2',
  grant: 'refresh_token',
  clientId: 'id',
  refreshToken: 'first/refresh+token=',
};
const scoped: FakeOAuth2 = {
  ...client,
  params: { scope: 'read write', audience: 'https://api.example.com/' },
};
const SCOPED = {
  ...CLIENT,
  scope: 'read write',
  token_params: [{ key: 'audience', value: 'https://api.example.com/' }],
};
const never = (fault: object): FaultScript => ({ 1: { ...fault, times: Infinity } as never });

describeBehaviours('OAuth2', PAGES, [
  ['client credentials', api(client), CLIENT, 25],
  [
    'a client in the body',
    api({ ...client, clientAuthentication: 'body' }),
    { ...CLIENT, client_authentication: 'body' },
    25,
  ],
  ['a client in the header', api({ ...client, clientAuthentication: 'basic' }), CLIENT, 25],
  ['scope and audience', api(scoped), SCOPED, 25],
  [
    'a wrong scope',
    api(scoped),
    { ...SCOPED, scope: 'read' },
    unauthorized(/\/token refused the credentials \(400 .*invalid_scope/, /scope/),
  ],
  [
    'a token that expires after each request',
    { ...api({ ...client, expires: { requests: 1 } }), paging: { type: 'link' } },
    { ...CLIENT, pagination_type: 'link' },
    25,
  ],
  ['a token that expires in mid-read', api({ ...client, expires: { requests: 2 } }), CLIENT, 25],
  [
    'a token that is never good',
    api({ ...client, expires: { requests: 0 } }),
    CLIENT,
    unauthorized(/\/items answered 401/),
  ],
  [
    'a wrong client',
    api(client),
    { ...CLIENT, client_id: 'x' },
    unauthorized(/\/token refused the credentials \(401 .*invalid_client/),
  ],
  ['a wrong secret', api(client), { ...CLIENT, client_secret: 'x' }, unauthorized(/invalid_client/)],
  ['a refresh token', api(refresh), REFRESH, 25],
  ['a refresh token of a public client', api(publicClient), { ...REFRESH, client_secret: null }, 25],
  ['a refresh token that expires in mid-read', api({ ...refresh, expires: { requests: 2 } }), REFRESH, 25],
  [
    'a wrong refresh token',
    api(refresh),
    { ...REFRESH, refresh_token: 'x' },
    unauthorized(/invalid_grant/, /refresh/i),
  ],
  ['a token endpoint that answers 500 once', api(client, { 1: { status: 500 } }), CLIENT, 25],
  ['a token endpoint that is reset once', api(client, { 1: 'reset' }), CLIENT, 25],
  [
    'a token endpoint that is down',
    api(client, never({ status: 503 })),
    CLIENT,
    unavailable(/token endpoint .*503/),
  ],
  [
    'a token endpoint that is reset',
    api(client, never({ fault: 'reset' })),
    CLIENT,
    unavailable(/token endpoint is not available/),
  ],
  [
    'a token endpoint that answers HTML',
    api(client, { 1: 'html' }),
    CLIENT,
    refused(/\/token answered no JSON object \(200 OK, text\/html/),
  ],
  [
    'no token endpoint',
    api(client),
    { ...CLIENT, token_url: '/nothing' },
    refused(/\/nothing answered .*404 Not Found/),
  ],
  [
    'nothing at the token URL',
    api(client),
    { ...CLIENT, token_url: 'http://127.0.0.1:1/token' },
    unavailable(/token endpoint is not available.*127\.0\.0\.1:1/),
  ],
]);
