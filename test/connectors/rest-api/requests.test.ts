import { afterEach, describe, expect, it } from '@jest/globals';
import { startFakeApi, type FakeApi, type FakeApiOptions } from 'connector-host/testing';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import { startApi } from '../../../python-connectors/my-plugin-rest-api/fixtures/api.js';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { HostError } from '../../../src/index.js';
import { fakeContext, readPages, readRows } from '../fake-context.js';
import { rowsTo } from './behaviour.js';

const apis: FakeApi[] = [];

afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

async function serve(options: FakeApiOptions): Promise<FakeApi> {
  const api = await startFakeApi(options);
  apis.push(api);
  return api;
}

const connector = (config: RestApiConfig, context = fakeContext()): RestApiConnector =>
  new RestApiConnector({ endpoint: 'items', ...config }, context);
const targets = (api: FakeApi): string[] => api.requests.map(({ target }) => target);

describe('my-plugin-rest-api: what is asked', () => {
  it.each<[string, RestApiConfig & { base?: string }, string]>([
    ['slashes', { base: '/', endpoint: '/items' }, '/items'],
    ['no slashes', { base: '', endpoint: 'items' }, '/items'],
    ['many slashes', { base: '/v1///', endpoint: '///items' }, '/v1/items'],
    ['spaces around', { base: '/v1/ ', endpoint: ' items ' }, '/v1/items'],
    [
      'a space and a query',
      { base: '/v1', endpoint: 'a b/items?status=open&x=1' },
      '/v1/a%20b/items?status=open&x=1',
    ],
    [
      'params',
      {
        query: [
          { key: 'q', value: 'a b+c&d' },
          { key: 'n', value: 5 },
        ],
      },
      '/items?q=a%20b%2Bc%26d&n=5',
    ],
    [
      'params beside a query',
      { endpoint: 'items?a=1', query: [{ key: 'b', value: true }] },
      '/items?a=1&b=true',
    ],
    [
      'a name that comes twice',
      {
        query: [
          { key: 'id', value: '1' },
          { key: 'x', value: '' },
          { key: 'id', value: '2' },
        ],
      },
      '/items?id[]=1&id[]=2&x=',
    ],
    ['nothing as a value', { query: [{ key: 'x', value: null }, { key: 'y' }] }, '/items?x=&y='],
    [
      'a name that every object has, in the endpoint',
      { endpoint: 'items?__proto__=x&constructor=y', query: [{ key: 'toString', value: 'z' }] },
      '/items?__proto__=x&constructor=y&toString=z',
    ],
    ['an object', { query: [{ key: 'where', value: { a: 1 } }] }, '/items?where=%7B%22a%22%3A1%7D'],
    ['no page size', { pagination_type: 'page', page_size_param: '' }, '/items?page=0'],
    ['pages', { pagination_type: 'page' }, '/items?page=0&per_page=100'],
    ['offsets', { pagination_type: 'offset', page_size: 7 }, '/items?offset=0&limit=7'],
    ['no cursor at first', { pagination_type: 'cursor', cursor_path: 'next' }, '/items'],
  ])('%s', async (_what, { base = '', ...config }, target) => {
    const api = await serve({ routes: { '/none': { rows: 0 } } });
    const read = readRows(connector({ ...config, base_url: api.url + base }));
    await expect(read).rejects.toMatchObject({ details: { status: 404 } });
    expect(decodeURI(targets(api)[0] ?? '')).toBe(decodeURI(target));
    expect(targets(api)[0]).not.toMatch(/\+|%2520/);
  });

  it('sends the headers of the config over its own', async () => {
    const api = await serve({ routes: { '/items': { rows: 0 } } });
    await readRows(connector({ base_url: api.url }));
    const headers = [
      { key: 'accept', value: 'application/vnd.api+json' },
      { key: 'X-Version', value: 2 },
    ];
    await readRows(connector({ base_url: api.url, headers }));
    const [plain, own] = api.requests.map((request) => request.headers);
    expect(plain).toMatchObject({ 'content-type': 'application/json', accept: 'application/json' });
    expect(plain).not.toHaveProperty('authorization');
    expect(own).toMatchObject({ accept: 'application/vnd.api+json', 'x-version': '2' });
  });

  it('sends a header without a value as an empty one', async () => {
    const api = await serve({ routes: { '/items': { rows: 0 } } });
    const headers = [{ key: 'X-None', value: null }, { key: 'X-Nothing' }];
    await readRows(connector({ base_url: api.url, headers }));
    expect(api.requests[0]?.headers).toMatchObject({ 'x-none': '', 'x-nothing': '' });
  });

  it.each(['total_path', 'has_more_path', 'end_status'] as const)(
    'does not obey %s where there is no paging, which hides it',
    async (name) => {
      const fault = { fault: 'html', status: 404 } as const;
      const api = await serve({
        routes: {
          '/items': {
            rows: 3,
            envelope: 'items',
            total: { path: 'total', value: 9 },
            hasMore: { path: 'more', value: true },
          },
          '/none': { rows: 0, faults: { 1: fault } },
        },
      });
      const config = { base_url: api.url, data_path: 'items', pagination_type: 'none' } as const;
      const given = { total_path: 'total', has_more_path: 'more', end_status: [404] };
      const context = fakeContext();
      expect(await readRows(connector({ ...config, [name]: given[name] }, context))).toEqual(rowsTo(3));
      expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
      const refused = readRows(connector({ ...config, endpoint: 'none', [name]: given[name] }));
      await expect(refused).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    },
  );

  it('sets paging parameters in a copy of the body', async () => {
    const paging = { type: 'offset', in: 'body', param: 'page.from' } as const;
    const api = await serve({ routes: { '/items': { rows: 12, paging } } });
    const body = { filter: { name: 'é' }, page: { sort: ['id'] } };
    const config = { base_url: api.url, method: 'POST', body, offset_param: 'page.from' } as const;
    const rows = await readRows(connector({ ...config, pagination_type: 'offset', page_size: 10 }));
    expect(rows).toEqual(rowsTo(12));
    expect(api.requests[1]).toMatchObject({ method: 'POST', target: '/items' });
    expect(api.requests[1]?.body).toEqual({
      filter: { name: 'é' },
      page: { sort: ['id'], from: 10 },
      limit: 10,
    });
    expect(body.page).toEqual({ sort: ['id'] });
  });

  it('sends an empty object where a POST has no body', async () => {
    const api = await serve({ routes: { '/items': { rows: 1, method: 'POST' } } });
    expect(await readRows(connector({ base_url: api.url, method: 'POST' }))).toEqual(rowsTo(1));
    expect(api.requests[0]?.body).toEqual({});
  });

  it('says who it is by the credentials of the base URL', async () => {
    const auth = { type: 'basic', username: 'ann', password: 'p@ss%word' } as const;
    const api = await serve({ auth, routes: { '/items': { rows: 1 } } });
    const base_url = api.url.replace('//', '//ann:p%40ss%25word@');
    expect(await readRows(connector({ base_url }))).toEqual(rowsTo(1));
  });

  it('names a server that does not speak TLS', async () => {
    const api = await serve({ routes: { '/items': { rows: 1 } } });
    const base_url = api.url.replace('http:', 'https:');
    await expect(readRows(connector({ base_url }))).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(/no trusted TLS connection/) as unknown,
    });
    expect(api.requests).toEqual([]);
  });
});

describe('my-plugin-rest-api: other origins', () => {
  const key = { type: 'apiKey', in: 'header', name: 'X-Key', value: 'the key' } as const;
  const KEY = { auth_type: 'api_key', auth_token: 'the key', api_key_header: 'X-Key' } as const;

  it.each(['redirect', 'link', 'nextUrl'] as const)('%s: only where it is allowed', async (way) => {
    const paging = way === 'redirect' ? ({ type: 'link' } as const) : ({ type: way } as const);
    const other = await serve({ auth: key, routes: { '/items': { rows: 25, paging } } });
    const api = await serve({
      auth: key,
      routes: {
        '/items':
          way === 'redirect'
            ? { rows: 0, faults: { 1: { fault: 'redirect', to: `${other.url}/items`, times: 9 } } }
            : { rows: 25, paging: { ...paging, otherOrigin: other.url } },
      },
    });
    const config: RestApiConfig = {
      ...KEY,
      base_url: api.url,
      ...(way === 'nextUrl'
        ? { pagination_type: 'next_url', next_url_path: 'next', data_path: 'items' }
        : { pagination_type: 'link' }),
    };
    const error = await readRows(connector(config)).catch((thrown: unknown) => thrown as HostError);
    expect(error).toMatchObject({ name: 'ConfigError', code: 'HTTP_REFUSED' });
    expect((error as HostError).message).toContain(other.url);
    expect((error as HostError).action).toContain('allowed_origins');
    expect(other.requests).toEqual([]);
    expect(await readRows(connector({ ...config, allowed_origins: [`${other.url}/`] }))).toEqual(rowsTo(25));
    expect(other.requests.length).toBeGreaterThan(0);
  });
});

describe('my-plugin-rest-api: limits and what it says', () => {
  it.each([
    [1, 1, 1],
    [10, 1, 10],
    [11, 2, 11],
    [20, 2, 20],
    [99, 5, 25],
  ])('with a limit of %i asks at most %i times', async (recordsLimit, requests, count) => {
    const api = await serve({ routes: { '/items': { rows: 25, paging: { type: 'offset' } } } });
    const config = { base_url: api.url, pagination_type: 'offset', page_size: 10 } as const;
    expect(await readRows(connector(config), { recordsLimit })).toEqual(rowsTo(count));
    expect(api.requests.length).toBeLessThanOrEqual(requests);
  });

  it('cuts one answer at the limit', async () => {
    const api = await serve({ routes: { '/items': { rows: 25 } } });
    expect(await readRows(connector({ base_url: api.url }), { recordsLimit: 3 })).toEqual(rowsTo(3));
  });

  it('yields pages as they come, none without rows', async () => {
    const paging = { type: 'cursor', shortPages: { 2: 0 } } as const;
    const api = await serve({ routes: { '/items': { rows: 15, paging } } });
    const context = fakeContext();
    const config = { base_url: api.url, data_path: 'items', cursor_path: 'next_cursor' } as const;
    const pages = await readPages(connector({ ...config, pagination_type: 'cursor' }, context));
    expect(pages.map(({ length }) => length)).toEqual([10, 5]);
    const address = `${api.url}/items`;
    expect(context.pagings).toEqual([{ address, paging: 'cursor', pages: 3, rows: 15, end: 'no-next' }]);
    expect(context.lines).toContain(
      `info read 15 rows in 3 pages from ${address} (cursor), ended by no-next`,
    );
  });

  it('warns of one full page without a next one', async () => {
    const api = await serve({ routes: { '/items': { rows: 25, paging: { type: 'cursor' } } } });
    const context = fakeContext();
    const config = {
      base_url: api.url,
      data_path: 'items',
      pagination_type: 'cursor',
      page_size: 10,
    } as const;
    expect(await readRows(connector({ ...config, cursor_path: 'next' }, context))).toEqual(rowsTo(10));
    const warning = context.lines.find((line) => line.startsWith('warn '));
    expect(warning).toMatch(/only one page of 10 rows, as it names no next page at "next"/);
  });

  it('reads twice the same, by one instance', async () => {
    const api = await serve({ routes: { '/items': { rows: 25, paging: { type: 'link' } } } });
    const rest = connector({ base_url: api.url, pagination_type: 'link' });
    const [first, second] = await Promise.all([readRows(rest), readRows(rest)]);
    expect(first).toEqual(rowsTo(25));
    expect(second).toEqual(first);
  });

  it('declares the key that it is given, and no columns', () => {
    const base_url = 'http://api.example';
    expect(connector({ base_url }).getReadSchema()).toBeNull();
    expect(connector({ base_url, primary_key: [] }).getReadSchema()).toBeNull();
    expect(connector({ base_url, primary_key: ['a', 'b'] }).getReadSchema()).toEqual({
      primaryKey: ['a', 'b'],
    });
  });
});

describe('the fixture of my-plugin-rest-api', () => {
  it('has 25 countries in pages of at most 8', async () => {
    const api = await startApi();
    try {
      const config = { base_url: api.url, endpoint: 'countries', data_path: 'data.items', page_size: 10 };
      const rows = await readPages(connector({ ...config, pagination_type: 'offset' }));
      expect(rows.map(({ length }) => length)).toEqual([8, 8, 8, 1]);
      expect(rows[0]?.[0]).toMatchObject({ id: 'FRA', name: 'France', capital: 'Paris', area: 551695 });
    } finally {
      await api.close();
    }
  });
});
