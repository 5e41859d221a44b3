import { describe, expect, it } from '@jest/globals';
import type { FakeApi, FakeApiOptions, FakeAuth, FakeOAuth2 } from 'connector-host/testing';
import { json, useApi } from './use-api.js';

const { start } = useApi();
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

function guarded(auth: FakeAuth, options: Partial<FakeApiOptions> = {}): Promise<FakeApi> {
  return start({ routes: { '/items': { rows: 1 } }, auth, ...options });
}

async function status(api: FakeApi, headers: Record<string, string> = {}, query = ''): Promise<number> {
  return (await fetch(`${api.url}/items${query}`, { headers })).status;
}

describe('credentials', () => {
  it('none', async () => {
    expect(await status(await guarded({ type: 'none' }))).toBe(200);
  });

  it('bearer', async () => {
    const api = await guarded({ type: 'bearer', token: 'T' });
    expect(await status(api, { Authorization: 'Bearer T' })).toBe(200);
    expect(await status(api, { Authorization: 'Bearer t' })).toBe(401);
    expect((await fetch(`${api.url}/items`)).headers.get('WWW-Authenticate')).toBe('Bearer realm="fake"');
  });

  it('basic, in UTF-8', async () => {
    const api = await guarded({ type: 'basic', username: 'zoë', password: 'a:b' });
    expect(await status(api, { Authorization: basic('zoë:a:b') })).toBe(200);
    expect(await status(api, { Authorization: basic('zoë:a') })).toBe(401);
  });

  it('a key in a header, the query or a cookie', async () => {
    const key = { type: 'apiKey', name: 'X-Key', value: 'K', refusal: 403 } as const;
    const header = await guarded({ ...key, in: 'header' });
    expect([await status(header, { 'x-key': 'K' }), await status(header)]).toEqual([200, 403]);
    const query = await guarded({ ...key, in: 'query' });
    expect([await status(query, {}, '?X-Key=K'), await status(query, {}, '?x-key=K')]).toEqual([200, 403]);
    const cookie = await guarded({ ...key, in: 'cookie' });
    expect([await status(cookie, { Cookie: 'a=b; X-Key=K' }), await status(cookie)]).toEqual([200, 403]);
  });

  it('of a route are its own', async () => {
    const auth = { type: 'bearer', token: 'T' } as const;
    const api = await start({
      routes: { '/items': { rows: 1, auth: { type: 'none' } }, '/more': { rows: 1 } },
      auth,
    });
    expect([await status(api), (await fetch(`${api.url}/more`)).status]).toEqual([200, 401]);
  });

  it('come back in an answer of an API that echoes', async () => {
    const api = await guarded({ type: 'bearer', token: 'T', echoes: true });
    const response = await fetch(`${api.url}/items?a=1`, { headers: { Authorization: 'Bearer wrong' } });
    expect(await json(response)).toMatchObject({
      request: { authorization: 'Bearer wrong', target: '/items?a=1' },
    });
  });
});

describe('OAuth 2.0', () => {
  const CLIENT: FakeOAuth2 = {
    type: 'oauth2',
    grant: 'client_credentials',
    clientId: 'id',
    clientSecret: 'a+b c&',
  };
  // Encoded as a form first, as RFC 6749 wants it.
  const AUTHORIZATION = basic('id:a%2Bb+c%26');

  async function token(
    api: FakeApi,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<[number, unknown]> {
    const response = await fetch(`${api.url}/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
    });
    return [response.status, await response.json()];
  }
  const grant = { grant_type: 'client_credentials' };

  it('issues a token for a client, shown in the header or in the body', async () => {
    const api = await guarded({ ...CLIENT, expires: { seconds: 60 } });
    expect(await token(api, grant, { Authorization: AUTHORIZATION })).toEqual([
      200,
      { access_token: 'fake-access-token-1', token_type: 'Bearer', expires_in: 60 },
    ]);
    expect(await status(api, { Authorization: 'Bearer fake-access-token-1' })).toBe(200);
    expect(await status(api, { Authorization: 'Bearer fake-access-token-2' })).toBe(401);
    const body = { ...grant, client_id: 'id', client_secret: 'a+b c&' };
    expect((await token(api, body))[0]).toBe(200);
    expect(api.tokens).toEqual(['fake-access-token-1', 'fake-access-token-2']);
    expect(api.requests.map(({ path }) => path)).toEqual(['/token', '/items', '/items', '/token']);
  });

  it('refuses a wrong client, grant, scope or form', async () => {
    const api = await guarded({ ...CLIENT, clientAuthentication: 'basic', params: { scope: 'read' } });
    const headers = { Authorization: AUTHORIZATION };
    const body = { client_id: 'id', client_secret: 'a+b c&' };
    expect(await token(api, grant, { Authorization: basic('id:no') })).toEqual([
      401,
      { error: 'invalid_client' },
    ]);
    expect(await token(api, { ...grant, ...body })).toEqual([401, { error: 'invalid_client' }]);
    expect(await token(api, { grant_type: 'password' }, headers)).toEqual([
      400,
      { error: 'unsupported_grant_type' },
    ]);
    expect(await token(api, grant, headers)).toEqual([400, { error: 'invalid_scope' }]);
    expect((await token(api, { ...grant, scope: 'read' }, headers))[0]).toBe(200);
    const json = await fetch(`${api.url}/token`, { method: 'POST', body: '{}', headers });
    expect([json.status, await json.json()]).toEqual([400, { error: 'invalid_request' }]);
    expect((await fetch(`${api.url}/token`)).status).toBe(405);
  });

  it('takes a client in the body only, where it is told so', async () => {
    const api = await guarded({
      ...CLIENT,
      clientAuthentication: 'body',
      tellsExpiry: false,
      expires: { seconds: 9 },
    });
    expect((await token(api, grant, { Authorization: AUTHORIZATION }))[0]).toBe(401);
    expect(await token(api, { ...grant, client_id: 'id', client_secret: 'a+b c&' })).toEqual([
      200,
      { access_token: 'fake-access-token-1', token_type: 'Bearer' },
    ]);
  });

  it('rotates refresh tokens of a public client', async () => {
    const auth = {
      type: 'oauth2',
      grant: 'refresh_token',
      clientId: 'id',
      refreshToken: 'R',
      rotates: true,
    } as const;
    const api = await guarded(auth);
    const refresh = { grant_type: 'refresh_token', client_id: 'id' };
    expect(await token(api, { ...refresh, refresh_token: 'R' })).toEqual([
      200,
      { access_token: 'fake-access-token-1', token_type: 'Bearer', refresh_token: 'fake-refresh-token-2' },
    ]);
    expect(await token(api, { ...refresh, refresh_token: 'R' })).toEqual([400, { error: 'invalid_grant' }]);
    expect((await token(api, { ...refresh, refresh_token: 'fake-refresh-token-2' }))[0]).toBe(200);
    api.reset();
    expect((await token(api, { ...refresh, refresh_token: 'R' }))[0]).toBe(200);
  });

  it('ends a token after so many requests, or seconds', async () => {
    const counted = await guarded({ ...CLIENT, expires: { requests: 2 } });
    await token(counted, grant, { Authorization: AUTHORIZATION });
    const headers = { Authorization: 'Bearer fake-access-token-1' };
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push(await status(counted, headers));
    expect(statuses).toEqual([200, 200, 401]);
    const timed = await guarded({ ...CLIENT, expires: { seconds: 0.2 } });
    await token(timed, grant, { Authorization: AUTHORIZATION });
    expect(await status(timed, headers)).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 220));
    expect(await status(timed, headers)).toBe(401);
  });

  it('has faults of its own', async () => {
    const api = await guarded(
      { ...CLIENT, tokenPath: '/oauth/token' },
      { authFaults: { 1: { status: 503 } } },
    );
    const ask = async (): Promise<number> => {
      const body = new URLSearchParams(grant);
      const headers = { Authorization: AUTHORIZATION };
      return (await fetch(`${api.url}/oauth/token`, { method: 'POST', body, headers })).status;
    };
    expect([await ask(), await ask()]).toEqual([503, 200]);
  });
});

describe('session', () => {
  const login = { user: 'u', pin: 7 };
  const post = (api: FakeApi, body: string | URLSearchParams): Promise<Response> =>
    fetch(`${api.url}/login`, {
      method: 'POST',
      body,
      ...(typeof body === 'string' && { headers: { 'Content-Type': 'application/json' } }),
    });

  it('gives a token in the body', async () => {
    const api = await guarded({
      type: 'session',
      login,
      tokenPath: 'data.token',
      header: 'X-Session',
      prefix: '',
    });
    expect((await post(api, '{"user":"u","pin":8}')).status).toBe(401);
    expect(await json(await post(api, JSON.stringify(login)))).toEqual({
      data: { token: 'fake-session-token-1' },
    });
    expect(await status(api, { 'X-Session': 'fake-session-token-1' })).toBe(200);
    expect(await status(api, { 'X-Session': 'fake-session-token-2' })).toBe(401);
    expect((await fetch(`${api.url}/login`)).status).toBe(405);
  });

  it('takes a form, and gives a cookie', async () => {
    const api = await guarded({ type: 'session', login, cookie: 'sid', expires: { requests: 1 } });
    const response = await post(api, new URLSearchParams({ user: 'u', pin: '7' }));
    expect(response.headers.getSetCookie()).toEqual([
      'theme=dark; Expires=Fri, 31 Dec 2100 23:59:59 GMT',
      'sid=fake-session-token-1; Path=/; HttpOnly',
    ]);
    const headers = { Cookie: 'theme=dark; sid=fake-session-token-1' };
    expect([await status(api, headers), await status(api, headers)]).toEqual([200, 401]);
  });
});
