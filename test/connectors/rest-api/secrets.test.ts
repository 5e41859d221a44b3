import { describe, expect, it } from '@jest/globals';
import { startFakeApi, type FakeAuth, type FakeRequest, type FaultScript } from 'connector-host/testing';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { Api } from './behaviour.js';
import { runInHost, type HostRun } from './run-in-host.js';

const TOKEN = 's3cr3t/t0ken="1+ü"%&?';
const USER = 'ann';
/** Secrets that only a header or a name gives away. */
const PLAIN = 'pl4in-s3cr3t-v4lue';

/** What an API may answer about a secret: as it is and as encoders write it. */
function formsOf(secret: string): string[] {
  const base64 = [secret, `${USER}:${secret}`, `Bearer ${secret}`].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ a: secret }).toString().slice(2),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...base64.map(encodeURIComponent),
  ];
}

/** The request as some APIs repeat it, besides every form of a secret. */
function echo(request: FakeRequest, secrets: readonly string[]): string {
  const { target, headers, body } = request;
  return JSON.stringify({ target, headers, body, forms: secrets.flatMap(formsOf) });
}

const echoing =
  (secrets: readonly string[], status: number, headers = {}): FaultScript =>
  (request) => ({ status, headers, body: echo(request, secrets) });
const WAIT = { 'Retry-After': '3600' };

const bearer = { type: 'bearer', token: 'another' } as const;
const key = { type: 'apiKey', name: 'key', value: 'another' } as const;
const oauth2 = {
  type: 'oauth2',
  grant: 'client_credentials',
  clientId: 'id',
  clientSecret: 'other',
} as const;

const BEARER = { auth_type: 'bearer', auth_token: TOKEN } as const;
const BASIC = { auth_type: 'basic', auth_user: USER, auth_token: TOKEN } as const;
const KEY = { auth_type: 'api_key', auth_token: TOKEN, api_key_header: 'key' } as const;
const CLIENT = { auth_type: 'oauth2_client_credentials', client_id: 'id', client_secret: TOKEN } as const;
const REFRESH = { ...CLIENT, auth_type: 'oauth2_refresh_token', refresh_token: PLAIN } as const;

describe('my-plugin-rest-api: secrets in what a failed run says', () => {
  it.each<[string, Partial<Api> & { auth?: FakeAuth }, RestApiConfig]>([
    ['a bearer token', { auth: { ...bearer, echoes: true } }, { ...BEARER, auth_token: PLAIN }],
    ['basic', { auth: { ...bearer, echoes: true } }, BASIC],
    ['a key in a header', { auth: { ...key, in: 'header', echoes: true } }, { ...KEY, auth_token: PLAIN }],
    ['a key in the query', { auth: { ...key, in: 'query', echoes: true } }, { ...KEY, api_key_in: 'query' }],
    [
      'a key in a cookie',
      { auth: { ...key, in: 'cookie', echoes: true } },
      { ...KEY, auth_token: PLAIN, api_key_in: 'cookie' },
    ],
    ['a client of OAuth2', { auth: oauth2 }, CLIENT],
    ['a client of OAuth2, repeated', { auth: oauth2, authFaults: echoing([TOKEN], 400) }, CLIENT],
    [
      'a client of OAuth2 in the body, repeated',
      { auth: oauth2, authFaults: echoing([TOKEN], 200) },
      { ...CLIENT, client_authentication: 'body' },
    ],
    [
      'a token endpoint that is down and repeats',
      { auth: oauth2, authFaults: echoing([TOKEN], 503, WAIT) },
      CLIENT,
    ],
    ['a refresh token', { auth: { ...oauth2, grant: 'refresh_token', refreshToken: 'other' } }, REFRESH],
    ['a refresh token, repeated', { auth: oauth2, authFaults: echoing([PLAIN, TOKEN], 401) }, REFRESH],
    ['an access token', { auth: { ...oauth2, clientSecret: TOKEN }, faults: echoing([TOKEN], 400) }, CLIENT],
    [
      'an access token that is refused',
      { auth: { ...oauth2, clientSecret: TOKEN, expires: { requests: 0 }, echoes: true } },
      CLIENT,
    ],
    ['400', { faults: echoing([TOKEN], 400) }, BASIC],
    [
      '404 on a later page',
      { faults: { 2: { status: 404, body: formsOf(TOKEN).join(' ') } } },
      { ...BASIC, pagination_type: 'page' },
    ],
    ['501', { faults: echoing([TOKEN], 501) }, BASIC],
    ['503', { faults: echoing([TOKEN], 503, WAIT) }, BASIC],
    ['429', { faults: echoing([TOKEN], 429, WAIT) }, BASIC],
    [
      'a header of an answer',
      { faults: echoing([PLAIN], 200, { 'Content-Type': `text/${PLAIN}`, 'X-Token': PLAIN }) },
      { ...BASIC, auth_token: PLAIN, data_path: 'a' },
    ],
    ['text for JSON', { faults: { 1: { status: 200, body: formsOf(TOKEN).join('\n') } } }, BASIC],
    [
      'text for JSON, the secret at the cut',
      { faults: { 1: { status: 200, body: `${'x'.repeat(190)} ${TOKEN}` } } },
      BASIC,
    ],
    [
      'errors of GraphQL',
      { faults: { 1: { status: 200, body: { errors: [{ message: formsOf(TOKEN).join(' ') }] } } } },
      BASIC,
    ],
    [
      'errors of GraphQL, the secret at the cut',
      { faults: { 1: { status: 200, body: { errors: [`${'x '.repeat(95)}${TOKEN}`] } } } },
      BASIC,
    ],
    [
      'keys of an answer',
      {
        faults: {
          1: { status: 200, body: { [PLAIN]: 1, [`the token ${'x'.repeat(20)} ${PLAIN} is not good`]: 2 } },
        },
      },
      { ...BEARER, auth_token: PLAIN, data_path: 'items' },
    ],
    [
      'a redirect to another origin',
      { faults: { 1: { fault: 'redirect', to: `http://x:${PLAIN}@other.example/${PLAIN}?a=${PLAIN}` } } },
      { ...BEARER, auth_token: PLAIN },
    ],
    ['a redirect loop', { faults: { 1: 'redirect-loop' } }, { ...KEY, api_key_in: 'query' }],
    [
      'a next URL',
      {
        faults: {
          1: { status: 200, body: { items: [{}], next: `http://other.example/${PLAIN}?a=${PLAIN}` } },
        },
      },
      {
        ...BEARER,
        auth_token: PLAIN,
        pagination_type: 'next_url',
        next_url_path: 'next',
        data_path: 'items',
      },
    ],
    [
      'a Link header',
      { faults: { 1: { status: 200, body: [{}], headers: { Link: `<<${PLAIN}` } } } },
      { ...BEARER, auth_token: PLAIN, pagination_type: 'link' },
    ],
    [
      'a cursor',
      {
        faults: (_r, n) =>
          n === 1
            ? { status: 200, body: { items: [{}], next: `${'x'.repeat(30)}.${PLAIN}` } }
            : { status: 400 },
      },
      { ...BEARER, auth_token: PLAIN, pagination_type: 'cursor', cursor_path: 'next', data_path: 'items' },
    ],
    [
      'the base URL, refused',
      { faults: echoing([PLAIN], 400) },
      { base_url: `http://${USER}:${PLAIN}@127.0.0.1:0` },
    ],
    ['the base URL, no URL', {}, { base_url: `http://${USER}:${PLAIN}@127.0.0.1:a/` }],
    ['a token with a line break', {}, { ...BEARER, auth_token: `${PLAIN}\n${TOKEN}` }],
  ])('%s', async (_what, { auth, authFaults, ...route }, config) => {
    const api = await startFakeApi({
      routes: {
        '/items': {
          rows: 25,
          ...(config.pagination_type === 'page' && { paging: { type: 'page', first: 0 } }),
          ...route,
        },
      },
      ...(auth && { auth }),
      ...(authFaults && { authFaults }),
    });
    try {
      const oauth = config.auth_type?.startsWith('oauth2') && { token_url: `${api.url}/token` };
      const base_url = (config.base_url ?? 'http://127.0.0.1:0').replace(
        '127.0.0.1:0',
        new URL(api.url).host,
      );
      const run = await runInHost({ endpoint: 'items', ...oauth, ...config, base_url });
      expect(run.error).toBeDefined();
      expect(run.printed).toContain(run.error?.code);
      expectNoSecret(run, [TOKEN, PLAIN, ...api.tokens]);
    } finally {
      await api.close();
    }
  });
});

describe('my-plugin-rest-api: secrets in what a run says that goes well', () => {
  it.each<[string, FakeAuth, RestApiConfig]>([
    ['bearer', { type: 'bearer', token: PLAIN }, { ...BEARER, auth_token: PLAIN }],
    ['basic', { type: 'basic', username: USER, password: TOKEN }, BASIC],
    ['a key in the query', { ...key, in: 'query', value: TOKEN }, { ...KEY, api_key_in: 'query' }],
    ['OAuth2', { ...oauth2, clientSecret: TOKEN, expires: { requests: 2 } }, CLIENT],
  ])('%s', async (_what, auth, config) => {
    const paging = { type: 'link' } as const;
    const api = await startFakeApi({
      routes: { '/items': { rows: 25, paging, faults: { 2: 'cut' } } },
      auth,
    });
    try {
      const oauth = config.auth_type?.startsWith('oauth2') && { token_url: `${api.url}/token` };
      const run = await runInHost({
        base_url: api.url,
        endpoint: 'items',
        pagination_type: 'link',
        ...oauth,
        ...config,
      });
      expect(run.error).toBeUndefined();
      expect(run.log).toContain('try 2 of 5');
      expectNoSecret(run, [TOKEN, PLAIN, ...api.tokens]);
    } finally {
      await api.close();
    }
  });
});

/** Neither a secret in any form, nor what a cut would leave of it. */
function expectNoSecret({ printed, inspected, log, report }: HostRun, secrets: readonly string[]): void {
  for (const text of [printed, inspected, log, report]) {
    for (const secret of secrets.flatMap(formsOf)) expect(text).not.toContain(secret);
    for (const part of [TOKEN, PLAIN]) expect(text).not.toContain(part.slice(0, 8));
  }
}
