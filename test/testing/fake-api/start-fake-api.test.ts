import { Agent, get } from 'node:https';
import { describe, expect, it } from '@jest/globals';
import { startFakeApi, type FakeApiOptions } from 'connector-host/testing';
import { LOOPBACK_TLS } from './loopback-tls.js';
import { json, useApi } from './use-api.js';

const { start, serve } = useApi();

describe('a fake API', () => {
  it('remembers what came', async () => {
    const api = await start({ routes: { '/items': { rows: 3 }, '/rows': { rows: 1, method: 'POST' } } });
    await fetch(`${api.url}/items?a=1&b=x%20y&a=2`, { headers: { 'X-Test': 'yes' } });
    await fetch(`${api.url}/rows`, {
      method: 'POST',
      body: '{"big":9007199254740993}',
      headers: { 'Content-Type': 'application/json' },
    });
    await fetch(`${api.url}/rows`, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) });
    await fetch(`${api.url}/rows`, { method: 'POST', body: 'text' });
    await fetch(`${api.url}/rows`, {
      method: 'POST',
      body: '{',
      headers: { 'Content-Type': 'application/json' },
    });
    await fetch(`${api.url}/other`);
    expect(
      api.requests.map(({ number, method, path, query, body, status }) => [
        number,
        method,
        path,
        query,
        body,
        status,
      ]),
    ).toEqual([
      [1, 'GET', '/items', { a: ['1', '2'], b: 'x y' }, undefined, 200],
      [1, 'POST', '/rows', {}, { big: 9007199254740993n }, 200],
      [2, 'POST', '/rows', {}, { a: 'b c' }, 200],
      [3, 'POST', '/rows', {}, 'text', 200],
      [4, 'POST', '/rows', {}, '{', 200],
      [1, 'GET', '/other', {}, undefined, 404],
    ]);
    expect(api.requests[0]).toMatchObject({ target: '/items?a=1&b=x%20y&a=2', headers: { 'x-test': 'yes' } });
    const times = api.requests.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('counts the rows of whole answers', async () => {
    const api = await serve({
      rows: 3,
      paging: { type: 'page', size: 2 },
      faults: { 1: 'truncate', 3: { status: 500 } },
    });
    for (const page of [1, 1, 2, 2]) await fetch(`${api.url}/items?page=${page}`);
    expect([api.served('/items'), api.served('/other')]).toEqual([3, 0]);
  });

  it('forgets', async () => {
    const rateLimit = { requests: 1, perSeconds: 60 };
    const api = await start({ routes: { '/items': { rows: 1, faults: { 1: { status: 418 } } } }, rateLimit });
    const status = async (): Promise<number> => (await fetch(`${api.url}/items`)).status;
    expect([await status(), await status()]).toEqual([418, 429]);
    api.reset();
    expect([api.requests.length, api.served('/items')]).toEqual([0, 0]);
    expect(await status()).toBe(418);
  });

  it('is slow', async () => {
    const slow = { rows: 1, latencyMs: 80 };
    const { url } = await start({ routes: { '/slow': slow, '/items': { rows: 1 } }, latencyMs: 20 });
    for (const [path, ms] of Object.entries({ '/slow': 75, '/items': 15 })) {
      const began = performance.now();
      await fetch(url + path);
      expect(performance.now() - began).toBeGreaterThan(ms);
    }
  });

  it('speaks https', async () => {
    const { url } = await start({ routes: { '/items': { rows: 1 } }, tls: LOOPBACK_TLS });
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const agent = new Agent({ ca: LOOPBACK_TLS.cert });
    const status = await new Promise((resolve, reject) => {
      get(`${url}/items`, { agent }, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    expect(status).toBe(200);
    agent.destroy();
    await expect(fetch(`${url}/items`)).rejects.toThrow();
  });

  it('resets a connection of https', async () => {
    const { url } = await start({
      routes: { '/items': { rows: 1, faults: { 1: 'reset' } } },
      tls: LOOPBACK_TLS,
    });
    const code = await new Promise((resolve) => {
      get(`${url}/items`, { ca: LOOPBACK_TLS.cert, agent: false }).on(
        'error',
        (error: NodeJS.ErrnoException) => resolve(error.code),
      );
    });
    expect(code).toBe('ECONNRESET');
  });

  it('gives the rows that a request asks for, on each of its pages', async () => {
    const api = await serve({
      rows: ({ query }) => ['a', 'b', 'c'].map((id) => ({ id: `${String(query.of)}-${id}` })),
      paging: { type: 'nextUrl', size: 2 },
      total: 'total',
      envelope: 'rows',
    });
    const first = await json<{ next: string }>(await fetch(`${api.url}/items?of=x`));
    expect(first).toMatchObject({ rows: [{ id: 'x-a' }, { id: 'x-b' }], total: 3 });
    expect(await json(await fetch(first.next))).toEqual({ rows: [{ id: 'x-c' }], total: 3 });
    expect(await json(await fetch(`${api.url}/items?of=y`))).toMatchObject({
      rows: [{ id: 'y-a' }, { id: 'y-b' }],
    });
    expect(api.served('/items')).toBe(5);
  });

  it('answers 500 where its rows fail, and says so when it closes', async () => {
    const api = await startFakeApi({
      routes: {
        '/items': {
          rows: () => {
            throw new Error('no rows');
          },
        },
      },
    });
    expect((await fetch(`${api.url}/items`)).status).toBe(500);
    await expect(api.close()).rejects.toThrow('no rows');
  });

  it('listens on the port that it is given, unless it is taken', async () => {
    const first = await serve({ rows: 1 });
    const { url } = first;
    const port = Number(new URL(url).port);
    await expect(startFakeApi({ routes: { '/items': { rows: 1 } }, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await first.close();
    expect((await start({ routes: { '/items': { rows: 1 } }, port })).url).toBe(url);
  });

  it('closes at once, whatever is under way, more than once', async () => {
    const api = await startFakeApi({
      routes: { '/hang': { rows: 1, faults: { 1: 'hang' } }, '/slow': { rows: 1, latencyMs: 60_000 } },
    });
    const answers = ['/hang', '/slow'].map((path) => fetch(api.url + path).catch(() => 'closed'));
    while (api.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    await Promise.all([api.close(), api.close()]);
    expect(performance.now() - began).toBeLessThan(500);
    expect(await Promise.all(answers)).toEqual(['closed', 'closed']);
    await api.close();
  });
});

describe('options that do not go together', () => {
  const route = (options: object): FakeApiOptions => ({ routes: { '/a': { rows: 1, ...options } } });
  const AT = 'startFakeApi: routes["/a"]';
  const oauth2 = { type: 'oauth2', grant: 'client_credentials', clientId: 'i', clientSecret: 's' };

  it.each<[FakeApiOptions, string]>([
    [{ routes: {} }, 'startFakeApi: routes has no path'],
    [{ routes: { a: { rows: 1 } } }, 'startFakeApi: routes["a"] must begin with "/" and have no query'],
    [{ ...route({}), latency: 5 } as FakeApiOptions, 'startFakeApi: latency is unknown'],
    [route({ sise: 1 }), `${AT}.sise is unknown`],
    [route({ rows: -1 }), `${AT}.rows must be a list, a whole number or a function`],
    [{ ...route({}), port: 70_000 }, 'startFakeApi: port must be from 0 to 65535'],
    [route({ paging: { type: 'pages' } }), `${AT}.paging.type "pages" is unknown`],
    [route({ paging: { type: 'none', size: 1 } }), `${AT}.paging.size is unknown`],
    [route({ paging: { type: 'page', size: 0 } }), `${AT}.paging.size must be at least 1`],
    [route({ paging: { type: 'page', first: 0, zeroIsOne: true } }), `${AT}.paging.zeroIsOne needs first: 1`],
    [
      route({ paging: { type: 'page', shortPages: { 0: 1 } } }),
      `${AT}.paging.shortPages has numbers of rows by the number of the page, from 1`,
    ],
    [
      route({ paging: { type: 'offset', shortPages: { 1: 0 } } }),
      `${AT}.paging.shortPages has an empty page, behind which offset paging has nothing`,
    ],
    [route({ paging: { type: 'link', in: 'body' } }), `${AT}.paging.in is fixed for link`],
    [
      route({ paging: { type: 'link', form: 'path', otherOrigin: 'http://a' } }),
      `${AT}.paging.otherOrigin needs absolute URLs, not form: path`,
    ],
    [
      route({ paging: { type: 'cursor', end: 'cursor', lateEnd: true } }),
      `${AT}.paging.end "cursor" has a late end by itself`,
    ],
    [
      route({ paging: { type: 'cursor', cursors: 'object', in: 'header' } }),
      `${AT}.paging.cursors "object" go in no header`,
    ],
    [
      route({ paging: { type: 'page', in: 'body' }, method: 'GET' }),
      `${AT}.paging has its parameters in the body, which needs the method POST`,
    ],
    [
      route({ paging: { type: 'graphql' }, envelope: 'a' }),
      `${AT}.envelope is paging.connection for graphql`,
    ],
    [
      route({ total: 'total', envelope: '' }),
      `${AT}.envelope "" makes a list, which has no place for cursor, next URL, total, hasMore or fields`,
    ],
    [route({ emptyRows: 'null' }), `${AT}.emptyRows needs an envelope`],
    [
      route({ format: 'csv', record: 'node' }),
      `${AT}.format csv has rows only: no envelope, record, total, hasMore, fields, cursor or next URL`,
    ],
    [route({ auth: { type: 'magic' } }), `${AT}.auth.type "magic" is unknown`],
    [
      { ...route({}), auth: { ...oauth2, tokenPath: '/a' } as never },
      'startFakeApi: auth has its endpoint at a route, /a',
    ],
    [
      { ...route({ auth: oauth2 }), auth: oauth2 as never },
      'startFakeApi: two endpoints of auth have one path',
    ],
    [
      { ...route({}), auth: { ...oauth2, grant: 'refresh_token' } as never },
      'startFakeApi: auth.grant refresh_token needs refreshToken',
    ],
    [
      { ...route({}), auth: { ...oauth2, rotates: true } as never },
      'startFakeApi: auth.refreshToken and rotates need the grant refresh_token',
    ],
    [
      { ...route({}), auth: { ...oauth2, clientSecret: undefined } as never },
      'startFakeApi: auth.grant client_credentials needs clientSecret',
    ],
    [
      { ...route({}), auth: { type: 'session', login: {}, cookie: 'a', prefix: 'b' } },
      'startFakeApi: auth.cookie goes without tokenPath, header and prefix',
    ],
    [route({ faults: { 0: 'reset' } }), `${AT}.faults[0] is no number of a request, from 1`],
    [route({ faults: { 1: 'rset' } }), `${AT}.faults[1] "rset" is unknown`],
    [route({ faults: { 1: { fault: 'cut', ms: 1 } } }), `${AT}.faults[1].ms is unknown`],
    [route({ faults: { 1: 'status' } }), `${AT}.faults[1] needs a status`],
    [route({ faults: { 1: 'redirect' } }), `${AT}.faults[1] needs a "to"`],
    [{ ...route({}), authFaults: { 1: 'reset' } }, 'startFakeApi: authFaults needs oauth2 or session'],
    [
      { ...route({}), rateLimit: { requests: 0, perSeconds: 0 } },
      'startFakeApi: rateLimit.requests must be at least 1; rateLimit.perSeconds must be more than 0',
    ],
  ])('%j', async (options, message) => {
    await expect(startFakeApi(options)).rejects.toThrow(new TypeError(message));
  });
});
