import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import RestApiConnector from '../../python-connectors/my-plugin-rest-api/connector.js';
import { startApi } from '../../python-connectors/my-plugin-rest-api/fixtures/api.js';
import { parseAnswer } from '../../python-connectors/my-plugin-rest-api/parse-answer.js';
import {
  readSettings,
  type RestApiConfig,
} from '../../python-connectors/my-plugin-rest-api/rest-settings.js';
import type { ConfigError, HostError, Row } from '../../src/index.js';
import { fakeContext, readPages, readRows, type FakeContext } from './fake-context.js';

const SECRET = 's3cr3t/t0ken="1';
const servers: Server[] = [];

interface Api {
  readonly url: string;
  /** Path and query of every request. */
  readonly asked: string[];
  readonly headers: IncomingMessage['headers'][];
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: (url: URL, response: ServerResponse) => unknown): Promise<Api> {
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    headers.push(request.headers);
    const body = answer(new URL(request.url ?? '/', 'http://localhost'), response);
    if (response.writableEnded) return;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, headers };
}

function connector(config: RestApiConfig, context: FakeContext = fakeContext()): RestApiConnector {
  return new RestApiConnector({ endpoint: 'items', ...config }, context);
}

async function failureOf(config: RestApiConfig, context?: FakeContext): Promise<HostError> {
  try {
    await readRows(connector(config, context));
  } catch (error) {
    return error as HostError;
  }
  throw new Error('the read did not fail');
}

const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, id) => ({ id }));
const numberOf = (url: URL, name: string): number => Number(url.searchParams.get(name));

describe('my-plugin-rest-api: one request', () => {
  it.each([
    ['/', '/items', '/items'],
    ['', 'items', '/items'],
    ['/v1///', '///items', '/v1/items'],
    ['/v1', 'a b/items?status=open&x=1', '/v1/a%20b/items?status=open&x=1'],
  ])('joins base %p and endpoint %p', async (base, endpoint, path) => {
    const api = await serve(() => [{ id: 1 }]);
    expect(await readRows(connector({ base_url: api.url + base, endpoint }))).toEqual([{ id: 1 }]);
    expect(api.asked).toEqual([path]);
  });

  it('infers the schema and sends the headers of the guide', async () => {
    const api = await serve(() => []);
    const rest = connector({ base_url: api.url });
    expect(rest.getReadSchema()).toBeNull();
    expect(await readPages(rest)).toEqual([]);
    expect(api.headers[0]).toMatchObject({ 'content-type': 'application/json', accept: 'application/json' });
    expect(api.headers[0]).not.toHaveProperty('authorization');
  });

  it.each<[string, RestApiConfig, Record<string, string>]>([
    ['bearer', { auth_type: 'bearer', auth_token: SECRET }, { authorization: `Bearer ${SECRET}` }],
    [
      'basic',
      { auth_type: 'basic', auth_user: 'ann', auth_token: SECRET },
      { authorization: `Basic ${Buffer.from(`ann:${SECRET}`).toString('base64')}` },
    ],
    ['api_key', { auth_type: 'api_key', auth_token: SECRET }, { 'x-api-key': SECRET }],
    [
      'api_key with a name',
      { auth_type: 'api_key', auth_token: SECRET, api_key_header: 'Key' },
      { key: SECRET },
    ],
  ])('sends credentials: %s', async (_what, config, headers) => {
    const api = await serve(() => []);
    const context = fakeContext();
    await readRows(connector({ base_url: api.url, ...config }, context));
    expect(api.headers[0]).toMatchObject(headers);
    expect(context.lines.join('\n')).not.toContain(SECRET);
  });

  it('sends credentials of the base URL, and shows them nowhere', async () => {
    const api = await serve((_url, response) => response.writeHead(500).end());
    const context = fakeContext();
    const error = await failureOf({ base_url: api.url.replace('//', '//ann:p%40ss%25word@') }, context);
    expect(api.headers[0]).toMatchObject({
      authorization: `Basic ${Buffer.from('ann:p@ss%word').toString('base64')}`,
    });
    expect(error.message).toBe(`GET ${api.url}/items answered 500 Internal Server Error`);
    expect(inspect(error, { depth: 9 }) + context.lines.join('\n')).not.toMatch(/p@ss|p%40ss/);
  });

  it.each([
    ['http://u:12/cret@h:1/v1', 'http://***@h:1/v1/items'],
    ['http://u:a@b/cret@h:1/v1', 'http://***@h:1/v1/items'],
    ['http://u:12@h:1/v1', 'http://h:1/v1/items'],
    ['http://h:1/v1', 'http://h:1/v1/items'],
  ])('shows no password that has a slash: %s', (base_url, shown) => {
    expect(readSettings({ base_url, endpoint: 'items?a=b@c' }).shownUrl).toBe(shown);
  });

  it('takes an answer that is too deep for no answer without JSON', () => {
    const body = `${'['.repeat(200_000)}12345678901234567890${']'.repeat(200_000)}`;
    let error: unknown;
    try {
      parseAnswer({ status: 200, contentType: 'application/json', body }, 'GET x', []);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'RangeError' });
  });

  it('takes the key of an API to no other origin', async () => {
    const other = await serve(() => [{ id: 1 }]);
    const api = await serve((_url, response) =>
      response.writeHead(302, { Location: `${other.url}/items` }).end(),
    );
    const keyed = { auth_type: 'api_key', auth_token: SECRET } as const;
    expect(await readRows(connector({ base_url: api.url, ...keyed }))).toEqual([{ id: 1 }]);
    expect(api.headers[0]).toHaveProperty('x-api-key', SECRET);
    expect(other.headers[0]).not.toHaveProperty('x-api-key');
  });

  it.each<[string, unknown, string | undefined, Row[]]>([
    ['a list', [{ a: 1 }, { a: 2 }], undefined, [{ a: 1 }, { a: 2 }]],
    ['an object, which is one row', { a: 1 }, undefined, [{ a: 1 }]],
    ['a list at a path', { data: { items: [{ a: 1 }] } }, 'data.items', [{ a: 1 }]],
    ['an object at a path', { data: { a: 1 } }, 'data', [{ a: 1 }]],
    ['an empty list at a path', { data: [] }, 'data', []],
    ['a blank path', [{ a: 1 }], ' ', [{ a: 1 }]],
  ])('takes rows from %s', async (_what, body, path, rows) => {
    const api = await serve(() => body);
    const config = { base_url: api.url, ...(path === undefined ? {} : { data_path: path }) };
    expect(await readRows(connector(config))).toEqual(rows);
  });

  it.each<[string, unknown, string, string]>([
    [
      'a path that is not there',
      { users: [], total: 0 },
      'items',
      'data_path "items": the answer has no "items" (its keys: users, total)',
    ],
    [
      'its second part',
      { data: { rows: [] } },
      'data.items',
      'data_path "data.items": "data" has no "items" (its keys: rows)',
    ],
    ['an empty object', {}, 'items', 'data_path "items": the answer has no "items" (it is empty)'],
    [
      'a key every object inherits',
      { a: 1 },
      'constructor',
      'data_path "constructor": the answer has no "constructor" (its keys: a)',
    ],
    [
      'a path through a list',
      { data: [{ items: [] }] },
      'data.items',
      'data_path "data.items": "data" is a list and has no "items"',
    ],
    [
      'a path through null',
      { data: null, errors: [] },
      'data.items',
      'data_path "data.items": "data" is null and has no "items"',
    ],
    ['a list at the root', [{ a: 1 }], 'items', 'data_path "items": the answer is a list and has no "items"'],
    ['null at the path', { items: null }, 'items', 'data_path "items" leads to null'],
    ['a number at the path', { total: 3 }, 'total', 'data_path "total" leads to a number'],
    ['numbers', [1, 2], '', 'the answer is a list of numbers'],
    ['lists', [[1], [2]], '', 'the answer is a list of lists'],
    ['nulls', [null], '', 'the answer is a list of null'],
    [
      'an object and texts',
      { items: [{ a: 1 }, 'x'] },
      'items',
      'data_path "items" leads to a list whose item 2 is a string',
    ],
    ['text', 'hello', '', 'the answer is a string'],
    ['null', null, '', 'the answer is null'],
  ])('refuses %s', async (_what, body, path, problem) => {
    const api = await serve(() => body);
    expect(await failureOf({ base_url: api.url, data_path: path })).toMatchObject({
      name: 'ConfigError',
      message: `GET ${api.url}/items: ${problem}`,
    });
  });

  it('names at most twenty keys', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `k${index}`);
    const api = await serve(() => Object.fromEntries(keys.map((key) => [key, 1])));
    const { message } = await failureOf({ base_url: api.url, data_path: 'items' });
    expect(message).toContain(`(its keys: ${keys.slice(0, 20).join(', ')}, …)`);
  });

  it.each<[string, number, string | undefined, string, string]>([
    [
      'a page of HTML',
      200,
      'text/html',
      '<h1>Log\n  in</h1>',
      '200 with text/html that is not JSON: "<h1>Log in</h1>"',
    ],
    [
      'JSON that is cut',
      200,
      'application/json',
      '[{"a":1},',
      '200 with application/json that is not JSON: "[{\\"a\\":1},"',
    ],
    ['nothing', 204, undefined, '', '204 with an empty body'],
    ['no type', 200, undefined, 'x', '200 with no content type that is not JSON: "x"'],
    [
      'a long text',
      200,
      'text/plain',
      'é'.repeat(300),
      `200 with text/plain that is not JSON: "${'é'.repeat(200)}…"`,
    ],
  ])('names an answer that is not JSON: %s', async (_what, status, type, body, shown) => {
    const api = await serve((_url, response) =>
      response.writeHead(status, type === undefined ? {} : { 'Content-Type': type }).end(body),
    );
    expect(await failureOf({ base_url: api.url })).toMatchObject({
      name: 'ConfigError',
      message: `GET ${api.url}/items answered ${shown}`,
    });
  });

  it('hides credentials that an answer sends back, also one at the cut', async () => {
    const forms = [
      SECRET,
      encodeURIComponent(SECRET),
      JSON.stringify(SECRET),
      Buffer.from(`ann:${SECRET}`).toString('base64'),
    ];
    for (const form of forms) {
      const api = await serve((_url, response) => response.end(`${'x'.repeat(190)} ${form} ${form}`));
      const { message } = await failureOf({
        base_url: api.url,
        auth_type: 'basic',
        auth_user: 'ann',
        auth_token: SECRET,
      });
      expect(message).toMatch(/"x{190} \W*\*\*\*/);
      expect(message).not.toContain(form.slice(0, 6));
    }
  });

  it.each([
    [404, 'ConfigError', 'HTTP_REFUSED'],
    [401, 'AuthError', 'AUTH_FAILED'],
    [503, 'TransientError', 'SOURCE_UNAVAILABLE'],
  ])('fails with status %i as a %s', async (status, name, code) => {
    const api = await serve((_url, response) => response.writeHead(status).end());
    expect(await failureOf({ base_url: api.url })).toMatchObject({ name, code });
  });
});

describe('my-plugin-rest-api: config', () => {
  it.each<[string, RestApiConfig, string]>([
    ['no base URL', { base_url: '' }, 'param "base_url" is missing'],
    ['no URL', { base_url: 'api' }, 'param "base_url" must be a URL, for example https://api.example.com/v1'],
    ['another protocol', { base_url: 'ftp://x' }, 'param "base_url" must begin with http:// or https://'],
    [
      'a query in the base',
      { base_url: 'http://x/?a=1' },
      'param "base_url" must not have a query or fragment; "endpoint" may have a query',
    ],
    ['no endpoint', { endpoint: '' }, 'param "endpoint" is missing'],
    ['page size 0', { page_size: 0 }, 'param "page_size" must be an integer of at least 1 (got 0)'],
    [
      'bearer without token',
      { auth_type: 'bearer' },
      'param "auth_token" is missing; auth_type bearer needs it',
    ],
    [
      'api_key without token',
      { auth_type: 'api_key' },
      'param "auth_token" is missing; auth_type api_key needs it',
    ],
    [
      'basic without user',
      { auth_type: 'basic', auth_token: 'x' },
      'param "auth_user" is missing; auth_type basic needs it',
    ],
    [
      'basic without password',
      { auth_type: 'basic', auth_user: 'x' },
      'param "auth_token" is missing; auth_type basic needs it',
    ],
    [
      'a token of two lines',
      { auth_type: 'bearer', auth_token: 'a\nb' },
      'param "auth_token" has a line break or another character that cannot stand in a header',
    ],
    [
      'no name of a header',
      { auth_type: 'api_key', auth_token: 'x', api_key_header: 'a b' },
      'param "api_key_header" is not the name of a header',
    ],
    [
      'credentials twice',
      { base_url: 'http://ann:pw@x', auth_type: 'bearer', auth_token: 'x' },
      'param "base_url" must not have credentials when "auth_type" is bearer',
    ],
  ])('refuses %s', (_what, config, problem) => {
    try {
      connector({ base_url: 'http://api.example', ...config });
    } catch (error) {
      expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID', message: problem });
      expect((error as ConfigError).details.problems).toEqual([problem]);
      return;
    }
    throw new Error('the config was taken');
  });

  it('lists all problems at once', () => {
    expect(() => connector({ base_url: 'x', endpoint: '', auth_type: 'basic' })).toThrow(
      /^4 problems:\n {2}- param "auth_token".*\n {2}- param "auth_user".*\n {2}- param "base_url".*\n {2}- param "endpoint"/,
    );
  });
});

describe('my-plugin-rest-api: pages', () => {
  it('reads by offset: no short page ends it, and the offset moves by the rows that came', async () => {
    const rows = rowsOf(25);
    const api = await serve((url) =>
      rows.slice(numberOf(url, 'offset'), numberOf(url, 'offset') + Math.min(8, numberOf(url, 'limit'))),
    );
    const context = fakeContext();
    const pages = await readPages(
      connector({ base_url: api.url, pagination_type: 'offset', page_size: 10 }, context),
    );
    expect(pages.map((page) => page.length)).toEqual([8, 8, 8, 1]);
    expect(pages.flat()).toEqual(rows);
    expect(api.asked).toEqual([0, 8, 16, 24, 25].map((offset) => `/items?offset=${offset}&limit=10`));
    expect(context.lines.at(-1)).toBe(`info fetched 25 rows in 5 requests from ${api.url}/items`);
    expect(context.lines[0]).toBe(`debug GET ${api.url}/items (offset=0, limit=10)`);
  });

  it('reads by page from 0', async () => {
    const rows = rowsOf(20);
    const api = await serve((url) => ({
      rows: rows.slice(numberOf(url, 'page') * 10, numberOf(url, 'page') * 10 + 10),
    }));
    const config = { base_url: api.url, endpoint: 'items?sort=id', data_path: 'rows', page_size: 10 };
    expect(await readRows(connector({ ...config, pagination_type: 'page' }))).toEqual(rows);
    expect(api.asked).toEqual([0, 1, 2].map((page) => `/items?sort=id&page=${page}&per_page=10`));
  });

  it('reads an API that counts from 1 and has nothing on page 0', async () => {
    const rows = rowsOf(15);
    const api = await serve((url) => {
      const page = numberOf(url, 'page');
      return page === 0 ? [] : rows.slice((page - 1) * 10, page * 10);
    });
    const config = { base_url: api.url, pagination_type: 'page', page_size: 10 } as const;
    expect(await readRows(connector(config))).toEqual(rows);
  });

  it.each(['offset', 'page'] as const)('ends by %s where there is nothing', async (pagination_type) => {
    const api = await serve(() => []);
    expect(await readPages(connector({ base_url: api.url, pagination_type }))).toEqual([]);
  });

  it.each([
    [1, 1, 1],
    [10, 1, 10],
    [11, 2, 11],
    [20, 2, 20],
    [99, 4, 25],
  ])('with a limit of %i asks %i times', async (recordsLimit, requests, count) => {
    const rows = rowsOf(25);
    const api = await serve((url) => rows.slice(numberOf(url, 'offset'), numberOf(url, 'offset') + 10));
    const config = { base_url: api.url, pagination_type: 'offset', page_size: 10 } as const;
    expect(await readRows(connector(config), { recordsLimit })).toEqual(rows.slice(0, count));
    expect(api.asked).toHaveLength(requests);
  });

  it('cuts one answer at the limit', async () => {
    const api = await serve(() => rowsOf(25));
    expect(await readRows(connector({ base_url: api.url }), { recordsLimit: 3 })).toEqual(rowsOf(3));
  });

  it.each<[string, RestApiConfig, (url: URL) => unknown, RegExp, RegExp]>([
    [
      'parameters that are ignored, by offset',
      { pagination_type: 'offset' },
      () => rowsOf(3),
      /\(offset=3, limit=100\) brought the same 3 rows as GET \S+ \(offset=0, limit=100\)$/,
      /ignore offset and limit; set pagination_type to page, or to none/,
    ],
    [
      'parameters that are ignored, by page, though the rest of the answer differs',
      { pagination_type: 'page', data_path: 'rows' },
      (url) => ({ rows: rowsOf(1), page: numberOf(url, 'page') }),
      /\(page=1, per_page=100\) brought the same row as GET \S+ \(page=0, per_page=100\)$/,
      /ignore page and per_page/,
    ],
    [
      'a page 0 that is page 1',
      { pagination_type: 'page', page_size: 2 },
      (url) =>
        rowsOf(9)
          .slice(Math.max(0, numberOf(url, 'page') - 1) * 2)
          .slice(0, 2),
      /\(page=1, per_page=2\) brought the same 2 rows as GET \S+ \(page=0/,
      /count pages from 1 and to take page 0 for page 1/,
    ],
    [
      'a last page that comes again',
      { pagination_type: 'page', page_size: 2 },
      (url) =>
        rowsOf(5)
          .slice(Math.min(2, numberOf(url, 'page')) * 2)
          .slice(0, 2),
      /\(page=3, per_page=2\) brought the same row as GET \S+ \(page=2/,
      /last page again beyond the end/,
    ],
    [
      'a list that begins anew',
      { pagination_type: 'offset', page_size: 2 },
      (url) =>
        rowsOf(4)
          .slice(numberOf(url, 'offset') % 4)
          .slice(0, 2),
      /\(offset=4, limit=2\) brought the same 2 rows as GET \S+ \(offset=0/,
      /begin anew/,
    ],
    [
      'an object, whose list needs a data_path',
      { pagination_type: 'page' },
      () => ({ rows: [], total: 0 }),
      /the answer is an object \(its keys: rows, total\), which cannot be read page by page$/,
      /data_path/,
    ],
    [
      'a data_path that is missing on a later page',
      { pagination_type: 'offset', data_path: 'data.rows' },
      (url) => ({ data: numberOf(url, 'offset') === 0 ? { rows: rowsOf(2) } : { error: 'x' } }),
      /\(offset=2, limit=100\): data_path "data\.rows": "data" has no "rows" \(its keys: error\)$/,
      /data_path/,
    ],
  ])('refuses %s', async (_what, config, answer, message, action) => {
    const api = await serve(answer);
    const error = await failureOf({ base_url: api.url, ...config });
    expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
    expect(error.message).toMatch(message);
    expect(error.action).toMatch(action);
  });

  it('reads each row once, whatever the sizes of data, page and cap', async () => {
    let rows: Row[] = [];
    let cap = 1;
    const api = await serve((url) => {
      const size = Math.min(cap, Number(url.searchParams.get('limit') ?? url.searchParams.get('per_page')));
      const start = url.searchParams.has('offset') ? numberOf(url, 'offset') : numberOf(url, 'page') * size;
      return { rows: rows.slice(start, start + size) };
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom('offset' as const, 'page' as const),
        async (count, page_size, serverCap, pagination_type) => {
          rows = rowsOf(count);
          cap = serverCap;
          const config = { base_url: api.url, data_path: 'rows', pagination_type, page_size };
          expect(await readRows(connector(config))).toEqual(rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the fixture of my-plugin-rest-api', () => {
  it('has 25 countries, by offset, by page and as one list', async () => {
    const api = await startApi();
    try {
      const config = { base_url: api.url, endpoint: 'countries', data_path: 'data.items', page_size: 10 };
      const all = await readRows(connector({ base_url: api.url, endpoint: 'countries/all' }));
      expect(all).toHaveLength(25);
      expect(all[0]).toMatchObject({ id: 'FRA', name: 'France', capital: 'Paris', area: 551695 });
      expect(await readRows(connector({ ...config, pagination_type: 'offset' }))).toEqual(all);
      expect(await readRows(connector({ ...config, pagination_type: 'page' }))).toEqual(all);
    } finally {
      await api.close();
    }
  });
});
