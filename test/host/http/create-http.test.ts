import { type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { AbortError } from '../../../src/sdk/errors.js';
import type { HttpClient, HttpOptions } from '../../../src/sdk/http.js';
import {
  factory,
  failureOf,
  SECRET,
  serve,
  serveEcho,
  type Echo,
  type TestEnvironment,
} from './http-harness.js';

/** One try, so that failures are plain. */
function client(options: HttpOptions = {}, environment: TestEnvironment = {}): HttpClient {
  return factory(environment)({ ...options, retry: { tries: 1, ...options.retry } });
}

describe('createHttp', () => {
  it('sends the user agent, the headers, the credentials and spaces as %20', async () => {
    const http = client({
      baseURL: await serveEcho(),
      headers: { 'X-Team': 'data' },
      auth: { type: 'basic', username: 'ann', password: SECRET },
    });
    const { data } = await http.get<Echo>('/a b', { params: { q: 'x y+z:é', tags: ['a', 'b'] } });
    expect(data.url).toBe('/a%20b?q=x%20y%2Bz%3A%C3%A9&tags%5B%5D=a&tags%5B%5D=b');
    expect(data.headers).toMatchObject({
      'user-agent': 'test-agent/1',
      'x-team': 'data',
      authorization: `Basic ${Buffer.from(`ann:${SECRET}`).toString('base64')}`,
    });
  });

  it('uses one connection for requests that follow each other, also of two clients', async () => {
    const url = await serveEcho();
    const make = factory();
    const first = (await make({}).get<Echo>(url)).data.port;
    expect((await make({ baseURL: url }).get<Echo>('/')).data.port).toBe(first);
  });

  it('logs one line an answer, without query and credentials', async () => {
    const lines: string[] = [];
    const url = await serveEcho();
    await client({}, { lines }).get(url.replace('//', `//ann:${SECRET}@`) + `/x?key=${SECRET}`);
    expect(lines.map((line) => line.replace(/\(\d+ ms/, '(1 ms'))).toEqual([
      expect.stringMatching(`^GET ${url}/x answered 200 \\(1 ms, \\d+ bytes\\)$`),
    ]);
  });

  it('writes a bigint as a plain integer', async () => {
    const http = client({ baseURL: await serveEcho() });
    const { data } = await http.post<Echo>('/', [{ id: 9007199254740993n, at: new Date(0), none: null }]);
    expect(data.body).toBe('[{"id":9007199254740993,"at":"1970-01-01T00:00:00.000Z","none":null}]');
    expect(data.headers['content-type']).toBe('application/json');
  });

  it.each([
    [400, 'ConfigError', 'HTTP_REFUSED', '400 Bad Request'],
    [401, 'AuthError', 'AUTH_FAILED', '401 Unauthorized'],
    [403, 'AuthError', 'AUTH_FAILED', '403 Forbidden'],
    [404, 'ConfigError', 'HTTP_REFUSED', '404 Not Found'],
    [408, 'TransientError', 'SOURCE_UNAVAILABLE', '408 Request Timeout'],
    [422, 'ConfigError', 'HTTP_REFUSED', '422 Unprocessable Entity'],
    [429, 'TransientError', 'SOURCE_UNAVAILABLE', '429 Too Many Requests'],
    [500, 'TransientError', 'SOURCE_UNAVAILABLE', '500 Internal Server Error'],
    [503, 'TransientError', 'SOURCE_UNAVAILABLE', '503 Service Unavailable'],
    [599, 'TransientError', 'SOURCE_UNAVAILABLE', '599'],
  ])('makes of status %i a %s', async (status, name, code, text) => {
    const url = await serve((_request, response) => response.writeHead(status, SECRET).end());
    const address = url.replace('//', `//ann:${SECRET}@`) + `/users/${SECRET}?key=${SECRET}#${SECRET}`;
    const error = await failureOf(client({ headers: { 'X-Key': SECRET } }).get(address));
    expect(error).toMatchObject({ name, code, message: `GET ${url}/users/*** answered ${text}` });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it.each([
    ['7', 7],
    ['soon', undefined],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('reads Retry-After: %s', async (header, seconds) => {
    const url = await serve((_request, response) => response.writeHead(429, { 'Retry-After': header }).end());
    expect(await failureOf(client().get(url))).toHaveProperty('retryAfter', seconds);
  });

  it('names a connection that is refused', async () => {
    const url = 'http://127.0.0.1:1';
    expect(await failureOf(client({ baseURL: url }).post('/x', {}))).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: `POST ${url}/x failed: nothing listens at that address (ECONNREFUSED)`,
    });
  });

  it('names a host that is not known', async () => {
    const error = await failureOf(client().get('http://no-such-host.invalid/x'));
    expect(error.name).toBe('TransientError');
    expect(error.message).toMatch(
      /^GET http:\/\/no-such-host\.invalid\/x failed: the host name .+ \(E[A-Z_]+\)$/,
    );
  });

  it('names a connection that is closed without an answer', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'TransientError',
      message: `GET ${url} failed: the connection was closed by the other side`,
    });
  });

  it.each([
    [
      'plain',
      (response: ServerResponse) => response.writeHead(200, { 'Content-Length': 100 }).write('[{"a":'),
    ],
    [
      'gzip',
      (response: ServerResponse) =>
        response
          .writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': 100 })
          .write(gzipSync('[1,2,3]').subarray(0, 15)),
    ],
  ])('takes a body that breaks off for a passing fault: %s', async (_kind, write) => {
    const url = await serve((request, response) => {
      write(response);
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: `GET ${url} broke off in the middle of the answer`,
    });
  });

  it('names an address that is not a URL', async () => {
    expect(await failureOf(client().get(`http://ann:${SECRET}@[x/`))).toMatchObject({
      name: 'ConfigError',
      message: 'http://[x/ is not a URL',
    });
  });

  it('ends a request with the reason of the signal', async () => {
    const stop = new AbortController();
    const url = await serve(() => setTimeout(() => stop.abort(reason), 20));
    const reason = new AbortError('SIGTERM');
    expect(await failureOf(client({}, { signal: stop.signal }).get(url))).toBe(reason);
    expect(await failureOf(client({}, { signal: stop.signal }).get(url))).toBe(reason);
  });

  it('stops with the run also where the request has a signal of its own', async () => {
    const stop = new AbortController();
    const url = await serve(() => setTimeout(() => stop.abort(), 20));
    const own = new AbortController();
    expect(
      await failureOf(client({}, { signal: stop.signal }).get(url, { signal: own.signal })),
    ).toMatchObject({
      name: 'AbortError',
      reason: 'SIGINT',
    });
  });

  it("takes a connector's own time limit for a passing fault", async () => {
    const url = await serve(() => undefined);
    expect(await failureOf(client().get(url, { signal: AbortSignal.timeout(20) }))).toMatchObject({
      name: 'TransientError',
      message: `GET ${url} was not answered in time`,
    });
  });

  it('takes an abort by the connector itself for no stop of the run', async () => {
    const own = new AbortController();
    const url = await serve(() => setTimeout(() => own.abort(), 20));
    expect(await failureOf(client().get(url, { signal: own.signal }))).toMatchObject({
      name: 'ConnectorError',
      message: `GET ${url} was cancelled by the connector`,
    });
  });
});
