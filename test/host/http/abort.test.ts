import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { HttpAuth } from '../../../src/sdk/auth.js';
import { AbortError } from '../../../src/sdk/errors.js';
import type { HttpOptions } from '../../../src/sdk/http.js';
import { client, failureOf, serve, serveEcho } from './http-harness.js';

const hangs: HttpAuth = { type: 'custom', authorize: () => new Promise<void>(() => undefined) };
const stopped = new AbortError('SIGTERM');

/** What a request may be waiting for when it is stopped. */
const WAITS: readonly (readonly [string, HttpOptions, () => Promise<string>])[] = [
  ['an answer', {}, () => serve(() => undefined)],
  ['the rest of a body', {}, () => serve((_request, response) => response.write('['))],
  [
    'another try',
    { retry: { baseSeconds: 100, seconds: 1000 } },
    () => serve((_request, response) => response.writeHead(500, { 'Retry-After': '900' }).end()),
  ],
  ['a token', { auth: hangs }, serveEcho],
];

describe.each(WAITS)('a request that waits for %s', (_what, options, start) => {
  it('ends at once with the run, and with its own signal', async () => {
    const url = await start();
    for (const own of [false, true]) {
      const [run, mine] = [new AbortController(), new AbortController()];
      const http = client({ baseURL: url, ...options }, { signal: run.signal });
      const request = failureOf(http.get('/', { signal: mine.signal }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const begun = performance.now();
      if (own) mine.abort();
      else run.abort(stopped);
      const error = await request;
      // 100 ms, and what a busy machine adds.
      expect(performance.now() - begun).toBeLessThan(300);
      if (own) {
        expect(error).toMatchObject({
          name: 'ConnectorError',
          message: `GET ${url}/ was cancelled by the connector`,
        });
      } else expect(error).toBe(stopped);
      expect(getEventListeners(run.signal, 'abort')).toEqual([]);
      expect(getEventListeners(mine.signal, 'abort')).toEqual([]);
    }
  });
});

describe('a stop', () => {
  it('ends a request that waits for the rate limit', async () => {
    const run = new AbortController();
    const http = client(
      { baseURL: await serveEcho(), rateLimit: { requests: 1, perSeconds: 60 } },
      { signal: run.signal, connectorId: 'stopped' },
    );
    await http.get('/');
    const request = failureOf(http.get('/'));
    run.abort(stopped);
    expect(await request).toBe(stopped);
  });

  it('ends a request that waits for the limit that the API tells of', async () => {
    const run = new AbortController();
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '50' }).end(),
    );
    const http = client({}, { signal: run.signal });
    await http.get(url);
    const request = failureOf(http.get(url));
    await new Promise((resolve) => setTimeout(resolve, 20));
    run.abort(stopped);
    expect(await request).toBe(stopped);
  });

  it('that came before fails every request, and sends none', async () => {
    const run = new AbortController();
    run.abort(stopped);
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    expect(await failureOf(client({}, { signal: run.signal }).get(url))).toBe(stopped);
    const own = AbortSignal.abort();
    expect((await failureOf(client().get(url, { signal: own }))).name).toBe('ConnectorError');
    expect(requests).toBe(0);
  });

  it('says nothing of another try', async () => {
    const run = new AbortController();
    const lines: string[] = [];
    const url = await serve(() => run.abort(stopped));
    await failureOf(client({}, { signal: run.signal, lines }).get(url));
    expect(lines).toEqual([]);
  });
});

it('many requests leave no listener on a signal, whatever became of them', async () => {
  const [run, own] = [new AbortController(), new AbortController()];
  const url = await serve((_request, response, count) => response.writeHead(count % 2 ? 404 : 200).end('1'));
  const http = client({}, { signal: run.signal });
  await Promise.allSettled(Array.from({ length: 30 }, () => http.get(url, { signal: own.signal })));
  expect(getEventListeners(run.signal, 'abort')).toEqual([]);
  expect(getEventListeners(own.signal, 'abort')).toEqual([]);
});
