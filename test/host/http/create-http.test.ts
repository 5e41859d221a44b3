import { getEventListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpFactory } from '../../../src/host/http/create-http.js';
import { AbortError, type HostError } from '../../../src/sdk/errors.js';
import type { HttpClient, HttpOptions } from '../../../src/sdk/http.js';

const servers: Server[] = [];
const SECRET = 's3cr3t-t0ken';

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that tells what was asked of it. */
async function serveEcho(): Promise<string> {
  return serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url, headers, socket } = request;
      const body = Buffer.concat(chunks).toString();
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ url, headers, body, port: socket.remotePort }));
    });
  });
}

interface Echo {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly port: number;
}

function client(
  options: HttpOptions = {},
  signal = new AbortController().signal,
  lines: string[] = [],
): HttpClient {
  const log = (line: string): void => void lines.push(line);
  return createHttpFactory({
    userAgent: 'test-agent/1',
    signal,
    logger: { debug: log, info: log, warn: log, error: log },
    redact: (text) => text.replaceAll(SECRET, '***'),
  })(options);
}

async function failureOf(request: Promise<unknown>): Promise<HostError> {
  return request.then(
    () => {
      throw new Error('the request did not fail');
    },
    (error: unknown) => error as HostError,
  );
}

describe('createHttp', () => {
  it('sends the user agent, the headers, the credentials and spaces as %20', async () => {
    const http = client({
      baseURL: await serveEcho(),
      headers: { 'X-Team': 'data' },
      auth: { username: 'ann', password: SECRET },
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
    const make = createHttpFactory({
      userAgent: 'x',
      signal: new AbortController().signal,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      redact: (text) => text,
    });
    const first = (await make({}).get<Echo>(url)).data.port;
    expect((await make({ baseURL: url }).get<Echo>('/')).data.port).toBe(first);
  });

  it('logs one line an answer, without query and credentials', async () => {
    const lines: string[] = [];
    const url = await serveEcho();
    await client({}, undefined, lines).get(url.replace('//', `//ann:${SECRET}@`) + `/x?key=${SECRET}`);
    expect(lines).toEqual([`GET ${url}/x answered 200`]);
  });

  it('writes a bigint as a plain integer', async () => {
    const http = client({ baseURL: await serveEcho() });
    const { data } = await http.post<Echo>('/', [{ id: 9007199254740993n, at: new Date(0), none: null }]);
    expect(data.body).toBe('[{"id":9007199254740993,"at":"1970-01-01T00:00:00.000Z","none":null}]');
    expect(data.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['a form', new URLSearchParams({ a: '1 2' }), undefined, 'a=1+2', /^application\/x-www-form-urlencoded/],
    ['text', 'plain', 'text/plain', 'plain', /^text\/plain/],
    ['an object as a form', { a: 1 }, 'application/x-www-form-urlencoded', 'a=1', /^application\/x-www-form/],
    ['bytes', Buffer.from('raw'), 'application/octet-stream', 'raw', /^application\/octet-stream/],
  ])('leaves a body alone that is %s', async (_what, body, type, sent, sentType) => {
    const http = client({ baseURL: await serveEcho() });
    const { data } = await http.post<Echo>(
      '/',
      body,
      type === undefined ? {} : { headers: { 'Content-Type': type } },
    );
    expect(data.body).toBe(sent);
    expect(data.headers['content-type']).toMatch(sentType);
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
    const url = await serveEcho();
    const server = servers.pop() as Server;
    await new Promise((resolve) => server.close(resolve));
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

  it('gives up after the timeout', async () => {
    const url = await serve(() => undefined);
    expect(await failureOf(client({ timeoutSeconds: 0.05 }).get(url))).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: `GET ${url} was not answered within 0.05 s`,
    });
  });

  it('names TLS spoken to a server that has none', async () => {
    const url = (await serveEcho()).replace('http:', 'https:');
    expect(await failureOf(client().get(url))).toMatchObject({ name: 'ConfigError', code: 'HTTP_REFUSED' });
  });

  it('names an address that is not a URL, and too many redirects', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { Location: '/again' }).end());
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'ConfigError',
      message: `GET ${url} failed: too many redirects`,
    });
    expect(await failureOf(client().get(`http://ann:${SECRET}@[x/`))).toMatchObject({
      name: 'ConfigError',
      message: 'http://[x/ is not a URL',
    });
  });

  it('ends a request with the reason of the signal', async () => {
    const stop = new AbortController();
    const url = await serve(() => setTimeout(() => stop.abort(reason), 20));
    const reason = new AbortError('SIGTERM');
    expect(await failureOf(client({}, stop.signal).get(url))).toBe(reason);
    expect(await failureOf(client({}, stop.signal).get(url))).toBe(reason);
  });

  it('stops with the run also where the request has a signal of its own', async () => {
    const stop = new AbortController();
    const url = await serve(() => setTimeout(() => stop.abort(), 20));
    const own = new AbortController();
    expect(await failureOf(client({}, stop.signal).get(url, { signal: own.signal }))).toMatchObject({
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

  it('leaves no listener on the signal', async () => {
    const signal = new AbortController().signal;
    const http = client({ baseURL: await serveEcho() }, signal);
    await Promise.all(Array.from({ length: 30 }, () => http.get('/')));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
