import { getEventListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { paginate, type PaginateOptions, type Row } from 'connector-host';
import { AbortError, isHostError } from '../../../src/sdk/errors.js';
import type { HttpClient, HttpOptions } from '../../../src/sdk/http.js';
import { REQUEST_AGAIN, requestAgainOf, type RequestAgain } from '../../../src/sdk/request-again.js';
import { factory, SECRET, serve } from './http-harness.js';

type Serve = Parameters<typeof serve>[0];
type Asked = Omit<PaginateOptions, 'url'> & { readonly path?: string };

const OFFSET = { type: 'offset', size: 2 } as const;
const rowsAt = (offset: number): Row[] => [1, 2, 3, 4, 5].slice(offset, offset + 2).map((id) => ({ id }));
const offsetOf = (url = ''): number => Number(new URL(url, 'http://x').searchParams.get('offset'));
const rows: Serve = ({ url }, response) => response.end(JSON.stringify(rowsAt(offsetOf(url))));

/** From the second page on, something else is answered. */
const then =
  (other: Serve): Serve =>
  (request, response, count) =>
    (offsetOf(request.url) >= 2 ? other : rows)(request, response, count);
const links: Serve = ({ url }, response) => {
  const offset = offsetOf(url);
  const next = offset < 4 ? `/rows?offset=${offset + 2}&key=k` : null;
  response.end(JSON.stringify({ data: rowsAt(offset), next }));
};

/** What happens in a read: how its pages are served, and how they are asked for. */
const READS: readonly (readonly [string, Serve, Asked, HttpOptions?])[] = [
  ['plain pages', rows, { paging: OFFSET }],
  [
    'parameters of all kinds',
    rows,
    { paging: OFFSET, params: { a: [1, 2], b: 'x y', c: null, d: { e: 1 } } },
  ],
  [
    'headers of the read and of the client',
    rows,
    { paging: OFFSET, headers: { 'X-A': '1' } },
    { headers: { 'x-b': '2' } },
  ],
  ['credentials', rows, { paging: OFFSET }, { auth: { type: 'bearer', token: SECRET } }],
  [
    'a path that holds a secret',
    then((_request, response) => response.writeHead(404).end()),
    { paging: OFFSET, path: `/${SECRET}` },
  ],
  ['next links', links, { paging: { type: 'nextUrl', path: 'next' }, rows: 'data', params: { first: 1 } }],
  [
    'a next link to another origin',
    (_request, response) => response.end(JSON.stringify({ data: [{ id: 1 }], next: 'http://localhost:9/' })),
    { paging: { type: 'nextUrl', path: 'next' }, rows: 'data' },
  ],
  [
    'a next link to a file',
    (_request, response) => response.end(JSON.stringify({ data: [{ id: 1 }], next: 'file:///x' })),
    { paging: { type: 'nextUrl', path: 'next' }, rows: 'data' },
  ],
  [
    'a status past the end',
    then((_request, response) => response.writeHead(404).end('{}')),
    { paging: { ...OFFSET, endStatus: [404] } },
  ],
  [
    'a page that is refused',
    then((_request, response) => response.writeHead(400).end('no')),
    { paging: OFFSET },
  ],
  [
    'a page without credentials',
    then((_request, response) => response.writeHead(401).end()),
    { paging: OFFSET },
  ],
  [
    'a page that fails once',
    then((request, response, count) =>
      count === 1 ? response.writeHead(500).end() : rows(request, response, count),
    ),
    { paging: OFFSET },
  ],
  [
    'a page that fails for good',
    then((_request, response) => response.writeHead(503).end()),
    { paging: OFFSET },
    { retry: { tries: 2 } },
  ],
  [
    'a page that never comes',
    then((_request, response) => response.destroy()),
    { paging: OFFSET },
    { retry: { tries: 1 } },
  ],
  [
    'a page that is late',
    then(() => undefined),
    { paging: OFFSET },
    { retry: { tries: 1 }, timeoutSeconds: 0.2 },
  ],
  [
    'a page that breaks off',
    then((_request, response) => response.end('[{"id":')),
    { paging: OFFSET },
    { retry: { tries: 1 } },
  ],
  ['a page that is not JSON', then((_request, response) => response.end('<html>')), { paging: OFFSET }],
  [
    'a page that is too large',
    then((_request, response) => response.end(`["${'x'.repeat(2000)}"]`)),
    { paging: OFFSET },
    { maxResponseBytes: 1000 },
  ],
  [
    'a page that is redirected',
    then(({ url = '' }, response) =>
      url.startsWith('/to') ? response.end('[]') : response.writeHead(302, { Location: `/to${url}` }).end(),
    ),
    { paging: OFFSET },
  ],
  [
    'packed pages',
    ({ url }, response) =>
      response
        .writeHead(200, { 'Content-Encoding': 'gzip' })
        .end(gzipSync(JSON.stringify(rowsAt(offsetOf(url))))),
    { paging: OFFSET },
  ],
  [
    'lines of JSON',
    ({ url }, response) =>
      response.end(
        rowsAt(offsetOf(url))
          .map((row) => JSON.stringify(row))
          .join('\n'),
      ),
    { paging: OFFSET, decode: 'ndjson' },
  ],
  [
    'long numbers',
    ({ url }, response) =>
      response.end(offsetOf(url) === 0 ? '[{"id":1},{"id":2}]' : '[{"id":9007199254740993}]'),
    { paging: OFFSET, limit: 3 },
  ],
  [
    'a page that comes again',
    (_request, response) => response.end(JSON.stringify(rowsAt(0))),
    { paging: OFFSET },
  ],
  [
    'parameters in headers',
    ({ headers }, response) => response.end(JSON.stringify(rowsAt(Number(headers.offset)))),
    { paging: { ...OFFSET, in: 'header' } },
  ],
  ['POST without a body', rows, { paging: OFFSET, method: 'POST' }],
];

/** Counts the requests that go past axios. */
function counted(http: HttpClient): { readonly past: () => number } {
  let past = 0;
  const again = requestAgainOf(http);
  const counting: RequestAgain = (answered, next) => {
    const sent = again?.(answered, next);
    if (sent) past += 1;
    return sent;
  };
  Object.assign(http, { [REQUEST_AGAIN]: counting });
  return { past: () => past };
}

/** Begins a read that asks for each page when it is wanted, where nothing else is said. */
function start(http: HttpClient, url: string, asked: Asked = { paging: OFFSET }, lines: string[] = []) {
  const line = (text: string): void => void lines.push(text);
  const logger = { debug: line, info: line, warn: line, error: line };
  const notePaging = (summary: object): void => line(JSON.stringify(summary));
  return paginate({ http, logger, notePaging }, { prefetch: false, ...asked, url });
}

/** All that can be seen of a read from outside. */
async function seenOf(
  answer: Serve,
  { path = '/rows', ...asked }: Asked,
  options: HttpOptions,
  change: (http: HttpClient) => void,
) {
  const requests: unknown[] = [];
  const lines: string[] = [];
  const run = new AbortController();
  const url = await serve((request, response, count) => {
    const { method, url: address, rawHeaders } = request;
    requests.push([method, address, rawHeaders.filter((_text, index) => rawHeaders[index - 1] !== 'Host')]);
    answer(request, response, count);
  });
  const http = factory({ lines, signal: run.signal })(options);
  const { past } = counted(http);
  change(http);
  const read: Row[] = [];
  let failure: unknown;
  try {
    for await (const page of start(http, url + path, asked, lines)) read.push(...page);
  } catch (error) {
    if (!isHostError(error)) throw error;
    const { name, code, message, action, details } = error;
    failure = { name, code, message, action, details };
  }
  expect(getEventListeners(run.signal, 'abort')).toEqual([]);
  const shown = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))
        .replaceAll(new URL(url).host, 'HOST')
        .replace(/\(\d+ ms/g, '(N ms')
        .replace(/in [\d.e-]+ s/g, 'in N s'),
    );
  return { seen: shown({ read, failure: failure ?? null, requests, lines }), past: past() };
}

describe('a read that goes past axios', () => {
  it.each(READS)('is the same as through axios: %s', async (_what, answer, asked, options = {}) => {
    const own = await seenOf(answer, asked, options, () => undefined);
    const byAxios = await seenOf(answer, asked, options, (http) => {
      http.interceptors.request.use((config) => config);
    });
    expect(own.seen).toEqual(byAxios.seen);
    expect(byAxios.past).toBe(0);
    const isPast = !('in' in asked.paging && asked.paging.in === 'header');
    expect(own.past > 0).toBe(isPast);
  });
});

it('an address that is no URL is named without its query, past axios too', async () => {
  const http = factory()();
  const { config } = await http.get(await serve(rows), { decode: 'json' });
  const { signal } = new AbortController();
  const sent = requestAgainOf(http)?.(config, { url: `http://[?key=${SECRET}`, signal });
  expect(sent).toBeDefined();
  await expect(sent).rejects.toMatchObject({
    name: 'ConfigError',
    code: 'HTTP_REFUSED',
    message: 'http://[ is not a URL',
  });
});

/** What an author may change of a client while it is used; each must show in the requests that follow. */
const CHANGES: readonly (readonly [string, (http: HttpClient, seen: string[]) => void])[] = [
  ['a default header', (http) => (http.defaults.headers.common['X-Mark'] = 'seen')],
  ['a default header for GET', (http) => (http.defaults.headers.get['X-Mark'] = 'seen')],
  ['default parameters', (http) => (http.defaults.params = { mark: 'seen' })],
  [
    'how parameters are written',
    (http) =>
      ((http.defaults.paramsSerializer as { serialize?: unknown }).serialize = () => 'offset=4&mark=seen'),
  ],
  [
    'an interceptor',
    (http) =>
      http.interceptors.request.use((config) => {
        config.headers.set('X-Mark', 'seen');
        return config;
      }),
  ],
  [
    'an interceptor of answers',
    (http, seen) =>
      http.interceptors.response.use((response) => {
        seen.push('seen');
        return response;
      }),
  ],
  [
    'the request function',
    (http, seen) => {
      const send = http.request.bind(http);
      http.request = (config) => {
        seen.push('seen');
        return send(config);
      };
    },
  ],
  [
    'the adapter',
    (http, seen) => {
      const { adapter } = http.defaults;
      http.defaults.adapter = (config) => {
        seen.push('seen');
        return (adapter as (given: typeof config) => Promise<never>)(config);
      };
    },
  ],
];

describe('a client that is changed between two pages', () => {
  it.each(CHANGES)('keeps to %s', async (_what, change) => {
    const seen: string[] = [];
    const url = await serve((request, response, count) => {
      if (/seen/.test(`${request.url}${String(request.headers['x-mark'])}`)) seen.push('seen');
      rows(request, response, count);
    });
    const http = factory()();
    const { past } = counted(http);
    const pages = start(http, url);
    await pages.next();
    await pages.next();
    expect([past(), seen.length]).toEqual([1, 0]);
    change(http, seen);
    expect((await pages.next()).value).toEqual([{ id: 5 }]);
    expect([past(), seen.length]).toEqual([1, 1]);
    await pages.return();
  });

  it('does not keep what was there for the first page only', async () => {
    const marks: unknown[] = [];
    const url = await serve((request, response, count) => {
      marks.push(request.headers['x-mark']);
      rows(request, response, count);
    });
    const http = factory()();
    const pages = start(http, url);
    http.defaults.headers.common['X-Mark'] = 'once';
    await pages.next();
    delete http.defaults.headers.common['X-Mark'];
    await pages.next();
    await pages.return();
    expect(marks).toEqual(['once', undefined]);
  });
});

describe('a read that waits for a page past axios', () => {
  const WAITS: readonly (readonly [string, Serve, HttpOptions])[] = [
    ['an answer', then(() => undefined), {}],
    [
      'another try',
      then((_request, response) => response.writeHead(500).end()),
      { retry: { baseSeconds: 100, seconds: 1000 } },
    ],
    ['the rate limit', rows, { rateLimit: { requests: 1, perSeconds: 60 } }],
  ];

  it.each(WAITS)('ends at once when it is closed: %s', async (what, answer, options) => {
    const run = new AbortController();
    let ended = 0;
    const url = await serve((request, response, count) => {
      response.on('close', () => (ended += 1));
      answer(request, response, count);
    });
    const http = factory({ signal: run.signal, connectorId: `closed ${what}` })(options);
    const { past } = counted(http);
    const pages = start(http, url, { paging: OFFSET, prefetch: true });
    await pages.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(past()).toBeGreaterThan(0);
    await pages.return();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(getEventListeners(run.signal, 'abort')).toEqual([]);
    const begun = ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ended).toBe(begun);
  });

  it.each(WAITS)('ends with the run: %s', async (what, answer, options) => {
    const run = new AbortController();
    const url = await serve(answer);
    const http = factory({ signal: run.signal, connectorId: `stopped ${what}` })(options);
    const pages = start(http, url, { paging: OFFSET, prefetch: true });
    await pages.next();
    const failure = pages.next().catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = new AbortError('SIGTERM');
    const begun = performance.now();
    run.abort(stopped);
    expect(await failure).toBe(stopped);
    // 100 ms, and what a busy machine adds.
    expect(performance.now() - begun).toBeLessThan(300);
    expect(getEventListeners(run.signal, 'abort')).toEqual([]);
  });
});
