import { SECRET, USER } from '../../helpers/secret-forms.js';
import { always, echoing, KEY_IN_QUERY, type BadApi } from './bad-api.js';

/** Addresses and connections. */
export const UNREACHABLE: readonly BadApi[] = [
  {
    name: 'a host that nobody knows',
    config: {
      base_url: `http://${USER}:${encodeURIComponent(SECRET)}@no-such-host.invalid`,
      auth_type: 'none',
    },
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /GET http:\/\/(\*\*\*@)?no-such-host\.invalid\/\S+ failed: the host name (is not known|cannot be looked up at the moment) \(E\w+\) \(after 5 tries\)$/m,
    isSlow: true,
  },
  {
    name: 'a connection that is refused',
    config: ({ closed }) => ({ base_url: closed }),
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /failed: nothing listens at that address \(ECONNREFUSED\) \(after 5 tries\)$/m,
    isSlow: true,
  },
  {
    name: 'https where http is spoken',
    config: ({ api }) => ({ base_url: api.replace('http:', 'https:') }),
    exitCode: 2,
    code: 'HTTP_REFUSED',
    says: /failed: no trusted TLS connection to 127\.0\.0\.1:\d+: it does not speak TLS as expected \(\w+\)$/m,
  },
  {
    name: 'a certificate that nobody trusts',
    config: ({ tls }) => ({ base_url: tls }),
    exitCode: 2,
    code: 'HTTP_REFUSED',
    says: /failed: no trusted TLS connection to 127\.0\.0\.1:\d+: its certificate is not signed by an authority that is trusted here \(\w+\)$/m,
  },
  {
    name: 'connections that are reset for ever',
    route: { faults: always('reset') },
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /failed: the connection was closed by the other side \(after 5 tries\)$/m,
    isSlow: true,
  },
  {
    name: 'no answer at all',
    route: { faults: always('hang') },
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /was not answered within 0\.5 s \(after 5 tries\)$/m,
    isSlow: true,
    timeout: 0.5,
  },
  {
    name: 'a redirect that leads to itself',
    config: KEY_IN_QUERY,
    route: { faults: always('redirect-loop') },
    exitCode: 2,
    code: 'HTTP_REFUSED',
    says: /failed: too many redirects$/m,
  },
  {
    name: 'a redirect to another origin',
    config: KEY_IN_QUERY,
    route: ({ other }) => ({
      faults: ({ target }) => ({ fault: 'redirect', to: other + target }),
    }),
    exitCode: 2,
    code: 'HTTP_REFUSED',
    says: /is redirected from http:\/\/127\.0\.0\.1:\d+ to another origin, http:\/\/127\.0\.0\.1:\d+$/m,
  },
  {
    name: 'a next link to another origin',
    config: { ...KEY_IN_QUERY, pagination_type: 'link' },
    route: ({ other }) => ({ rows: 25, paging: { type: 'link', otherOrigin: other } }),
    exitCode: 2,
    code: 'HTTP_REFUSED',
    says: /is not sent: this client asks http:\/\/127\.0\.0\.1:\d+ only, not http:\/\/127\.0\.0\.1:\d+$/m,
  },
];

/** Statuses. */
export const REFUSED: readonly BadApi[] = [
  {
    name: '401',
    route: { faults: echoing(401) },
    exitCode: 4,
    code: 'AUTH_FAILED',
    says: /answered 401 Unauthorized: /,
  },
  {
    name: '403',
    config: { auth_type: 'basic', auth_user: USER },
    route: { faults: echoing(403) },
    exitCode: 4,
    code: 'AUTH_FAILED',
    says: /answered 403 Forbidden: /,
  },
  {
    name: '404',
    config: { auth_type: 'api_key', api_key_in: 'cookie' },
    route: { faults: echoing(404) },
    exitCode: 2,
    code: 'HTTP_REFUSED',
    says: /answered 404 Not Found: /,
  },
  {
    name: '429 for ever',
    config: KEY_IN_QUERY,
    route: { faults: echoing(429) },
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /answered 429 Too Many Requests: .* \(after 5 tries\)$/m,
    isSlow: true,
  },
  {
    name: '429 with a longer wait than a run may take',
    route: { faults: echoing(429, { 'Retry-After': '3600' }) },
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /answered 429 Too Many Requests: .*\n {2}Run again in 3600 s, as the API asks\.$/m,
  },
  {
    name: '500 for ever',
    route: { faults: echoing(500) },
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /answered 500 Internal Server Error: .* \(after 5 tries\)$/m,
    isSlow: true,
  },
];

const OAUTH2 = { type: 'oauth2', grant: 'client_credentials', clientId: USER } as const;
const CLIENT = { auth_type: 'oauth2_client_credentials', client_id: USER, client_secret: SECRET } as const;

/** Tokens of OAuth2. */
export const NO_TOKEN: readonly BadApi[] = [
  ...(['basic', 'body'] as const).map((place): BadApi => ({
    name: `OAuth2: a client that is not known, in the ${place}`,
    config: ({ api }) => ({ ...CLIENT, client_authentication: place, token_url: `${api}/token-${place}` }),
    route: { auth: { ...OAUTH2, clientSecret: 'another', tokenPath: `/token-${place}` } },
    exitCode: 4,
    code: 'AUTH_FAILED',
    says: /token-\w+ .*invalid_client/,
  })),
  {
    name: 'OAuth2: a token endpoint that is down',
    config: ({ closed }) => ({ ...CLIENT, token_url: `${closed}/token` }),
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /POST http:\/\/127\.0\.0\.1:\d+\/token failed: nothing listens at that address \(ECONNREFUSED\) \(after 5 tries\)$/m,
    isSlow: true,
  },
  {
    name: 'OAuth2: a token endpoint that answers 500 for ever',
    config: ({ api }) => ({ ...CLIENT, token_url: `${api}/token-500` }),
    route: { auth: { ...OAUTH2, clientSecret: SECRET, tokenPath: '/token-500' } },
    exitCode: 75,
    code: 'SOURCE_UNAVAILABLE',
    says: /^error: the token endpoint http:\/\/127\.0\.0\.1:\d+\/token-500 answered 500 Internal Server Error \(after 5 tries\)$/m,
    isSlow: true,
  },
  {
    name: 'OAuth2: a token that the API refuses',
    config: ({ api }) => ({ ...CLIENT, token_url: `${api}/token-refused` }),
    route: {
      auth: {
        ...OAUTH2,
        clientSecret: SECRET,
        tokenPath: '/token-refused',
        expires: { requests: 0 },
        echoes: true,
      },
    },
    exitCode: 4,
    code: 'AUTH_FAILED',
    says: /answered 401 Unauthorized: .*wrong or missing credentials/,
  },
];
