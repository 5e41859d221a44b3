import { describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { client, factory, failureOf, serve } from './http-harness.js';

/** A server that fails a few times, and counts. */
async function flaky(
  failures: number,
  fail: (response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly count: () => number }> {
  let requests = 0;
  const url = await serve((request, response) => {
    requests += 1;
    request.resume();
    if (requests <= failures) fail(response);
    else response.setHeader('Content-Type', 'application/json').end('{"ok":true}');
  });
  return { url, count: () => requests };
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): unknown =>
    response.writeHead(code, headers).end();
const reset = (response: ServerResponse): unknown => response.socket?.destroy();
const cut = (response: ServerResponse): void => {
  response.writeHead(200, { 'Content-Length': 100 }).write('{"ok"', () => response.socket?.destroy());
};
const cutGzip = (response: ServerResponse): unknown =>
  response.setHeader('Content-Encoding', 'gzip').end(gzipSync('{"ok":true}').subarray(0, 15));
const cutJson = (response: ServerResponse): unknown => response.end('{"ok":tr');

describe('retries', () => {
  it.each([
    ['408', status(408)],
    ['429', status(429)],
    ['500', status(500)],
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
    ['a reset', reset],
    ['a cut body', cut],
    ['gzip that ends too soon', cutGzip],
    ['JSON that ends too soon', cutJson],
  ])('asks again after %s', async (_what, fail) => {
    const { url, count } = await flaky(2, fail);
    expect((await client().get(url, { decode: 'json' })).data).toEqual({ ok: true });
    expect(count()).toBe(3);
  });

  it.each([400, 401, 403, 404, 409, 422, 501, 505])('does not after %i', async (code) => {
    const { url, count } = await flaky(9, status(code));
    expect((await failureOf(client().get(url))).details.status).toBe(code);
    expect(count()).toBe(1);
  });

  it('says how often it was tried, and each time what for', async () => {
    const { url } = await flaky(9, status(500));
    const lines: string[] = [];
    const error = await failureOf(client({ retry: { tries: 3 } }, { lines }).get(url));
    expect(error.message).toBe(`GET ${url} answered 500 Internal Server Error (after 3 tries)`);
    expect(lines.map((line) => line.replace(/in [\d.e-]+ s$/, 'in N s'))).toEqual([
      `GET ${url} answered 500 Internal Server Error; try 2 of 3 in N s`,
      `GET ${url} answered 500 Internal Server Error; try 3 of 3 in N s`,
    ]);
  });

  it.each([
    ['GET', 2],
    ['HEAD', 2],
    ['OPTIONS', 2],
    ['PUT', 2],
    ['DELETE', 2],
    ['POST', 1],
    ['PATCH', 1],
  ])('sends a failed %s %i times', async (method, times) => {
    const { url, count } = await flaky(9, reset);
    await failureOf(client({ retry: { tries: 2 } }).request({ url, method }));
    expect(count()).toBe(times);
  });

  it.each([
    ['429', status(429), 3],
    ['403 with nothing left', status(403, { 'X-RateLimit-Remaining': '0' }), 3],
    ['503 with Retry-After', status(503, { 'Retry-After': '0' }), 3],
    ['503 alone', status(503), 1],
    ['500', status(500), 1],
  ])('a POST after %s', async (_what, fail, times) => {
    const { url, count } = await flaky(2, fail);
    const request = client().post(url, { a: 1 });
    if (times === 3) expect((await request).data).toEqual({ ok: true });
    else await failureOf(request);
    expect(count()).toBe(times);
  });

  it.each([
    ['the client', { retrySafe: true }, {}],
    ['the request', {}, { retrySafe: true }],
  ])('a POST that %s declares safe is sent again', async (_who, options, config) => {
    const { url, count } = await flaky(1, reset);
    expect((await client(options).post(url, {}, config)).data).toEqual({ ok: true });
    expect(count()).toBe(2);
  });

  it('a request may take back what the client declares', async () => {
    const { url, count } = await flaky(1, reset);
    await failureOf(client({ retrySafe: true }).post(url, {}, { retrySafe: false }));
    expect(count()).toBe(1);
  });

  it('a POST without a connection was never sent, so it is tried again', async () => {
    const error = await failureOf(client().post('http://127.0.0.1:1/x', {}));
    expect(error.message).toMatch(/ECONNREFUSED\) \(after 5 tries\)$/);
  });

  it('waits at least as long as Retry-After says', async () => {
    const { url } = await flaky(1, status(503, { 'Retry-After': '1' }));
    const begun = performance.now();
    await client().get(url);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
  });

  it('gives up at once where it would have to wait too long', async () => {
    const { url, count } = await flaky(9, status(429, { 'Retry-After': '3600' }));
    const error = await failureOf(client().get(url));
    expect(error).toMatchObject({
      name: 'TransientError',
      retryAfter: 3600,
      action: 'Run again in 3600 s, as the API asks.',
      details: { status: 429 },
    });
    expect(count()).toBe(1);
  });

  it('waits no longer in all than it may', async () => {
    const { url, count } = await flaky(99, status(500));
    const begun = performance.now();
    await failureOf(client({ retry: { tries: 1000, seconds: 0.1, baseSeconds: 0.02 } }).get(url));
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(count()).toBeLessThan(99);
  });

  it('leaves alone a status that the request takes for a success', async () => {
    const { url, count } = await flaky(9, status(503));
    expect((await client().get(url, { validateStatus: null })).status).toBe(503);
    expect(count()).toBe(1);
  });

  it('asks at once, and no other than a repeatable request, where the server closed an idle connection', async () => {
    const create = factory();
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      // The second request on a connection finds it closed.
      if (requests % 2 === 0) request.socket.destroy();
      else response.end('1');
    });
    const http = create({ retry: { tries: 1 } });
    await http.get(url);
    expect((await http.get(url)).data).toBe(1);
    expect(requests).toBe(3);
    expect((await failureOf(http.post(url, {}))).message).toMatch(/closed by the other side$/);
    expect(requests).toBe(4);
  });
});
