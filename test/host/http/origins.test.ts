import { describe, expect, it } from '@jest/globals';
import { OriginGuard } from '../../../src/host/http/origin-guard.js';
import { ConfigError } from '../../../src/sdk/errors.js';
import { client, failureOf, SECRET, serve, serveEcho, type Echo } from './http-harness.js';

const name = (): string => 'GET x';

describe('the origins that a client asks', () => {
  const ACTION = (origin: string): string =>
    `Add ${origin} to allowed_origins / allowedOrigins if it may have your credentials, or ask it directly.`;

  it('is that of its base URL', async () => {
    const [own, other] = [await serveEcho(), await serveEcho()];
    const error = await failureOf(client({ baseURL: `${own}/v1` }).get(`${other}/x`));
    expect(error).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${other}/x is not sent: this client asks ${own} only, not ${other}`,
      action: ACTION(other),
    });
    const open = client({ baseURL: own, allowedOrigins: [`${other}/`] });
    expect((await open.get(`${other}/x`)).status).toBe(200);
  });

  it.each([
    ['headers', { headers: { 'X-Key': SECRET } }],
    ['credentials', { auth: { type: 'bearer', token: SECRET } as const }],
  ])('is that of its first request, where it has %s', async (_what, options) => {
    const [first, other] = [await serveEcho(), await serveEcho()];
    const http = client(options);
    await http.get(first);
    expect((await failureOf(http.get(other))).message).toBe(
      `GET ${other} is not sent: this client asks ${first} only, not ${other}`,
    );
  });

  it('is any where there is nothing to keep', async () => {
    const http = client({ auth: { type: 'none' } });
    await http.get(await serveEcho());
    expect((await http.get(await serveEcho())).status).toBe(200);
  });

  it('is that of the page where a link was found', async () => {
    const [own, other] = [await serveEcho(), await serveEcho()];
    const http = client();
    expect((await http.get(`${own}/2`, { linkedFrom: `${own}/1` })).status).toBe(200);
    expect((await failureOf(http.get(`${other}/2`, { linkedFrom: `${own}/1` }))).message).toBe(
      `GET ${other}/2 is not sent: the link was found at ${own} and leads to ${other}`,
    );
  });

  it('compares origins, not how they are written', () => {
    const guard = new OriginGuard({ baseURL: 'https://API.example:443/v1', hasCredentials: true });
    expect(() => guard.assertRequest(name, new URL('HTTPS://api.EXAMPLE/x'))).not.toThrow();
    for (const url of ['http://api.example/', 'https://api.example:444/', 'https://api.example.evil/']) {
      expect(() => guard.assertRequest(name, new URL(url))).toThrow('GET x is not sent');
    }
  });

  it.each([
    'api.example',
    'file:///x',
    '',
    'https://x.example/path',
    'https://x.example?q',
    `https://ann:${SECRET}@x.example`,
  ])('does not take %j for an origin', (origin) => {
    expect(() => client({ allowedOrigins: ['https://y.example', origin] })).toThrow(
      new ConfigError('allowedOrigins: item 2 is not an origin'),
    );
  });

  it('keeps credentials of the base URL, also where a link leaves them out', async () => {
    const url = await serveEcho();
    const http = client({ baseURL: url.replace('//', '//ann:p%40ss@') });
    const authorization = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`;
    for (const path of ['/x', `${url}/x`]) {
      expect((await http.get<Echo>(path)).data.headers).toMatchObject({ authorization });
    }
  });
});

describe('redirects', () => {
  const to = (status: number, location: string): Promise<string> =>
    serve((request, response) => {
      if (request.url === '/end') response.end(request.method);
      else response.writeHead(status, { Location: location }).end();
    });

  it.each([
    [301, 'GET', 'GET'],
    [302, 'HEAD', ''],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('%i makes of %s a %s', async (status, method, then) => {
    const url = await to(status, '/end');
    const response = await client().request({
      url: `${url}/start`,
      method,
      data: method === 'GET' || method === 'HEAD' ? undefined : { a: 1 },
    });
    expect(response.data).toBe(then);
    expect(response.url).toBe(`${url}/end`);
  });

  it.each([
    [301, 'POST', { a: 1 }],
    [302, 'POST', { a: 1 }],
    [302, 'POST', undefined],
    [301, 'PUT', { a: 1 }],
    [302, 'GET', { a: 1 }],
  ])('%i does not make another question of a %s with %j', async (status, method, data) => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status, {
        Location: `http://ann:${SECRET}@${request.headers.host}/end?key=${SECRET}`,
      });
      response.end();
    });
    const error = await failureOf(client().request({ url: `${url}/start`, method, data, retrySafe: true }));
    expect(error).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `${method} ${url}/start is redirected by ${status} to ${url}/end, which would turn it into a GET or lose its body`,
      action: `Ask ${url}/end directly.`,
    });
    expect(asked).toEqual([`${method} /start`]);
  });

  it('names the https address where http leads to it on the same host', async () => {
    const url = await to(301, 'https://127.0.0.1/end');
    expect(
      await failureOf(client({ baseURL: url, headers: { 'X-Key': SECRET } }).get('/start')),
    ).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${url}/start is redirected from ${url} to https://127.0.0.1`,
      action:
        'Write the address with https://127.0.0.1: over http, credentials go in clear text before the redirect.',
    });
    const elsewhere = await to(301, 'https://api.example/end');
    expect((await failureOf(client().get(`${elsewhere}/start`))).action).toContain('allowed_origins');
  });

  it('sends the body again with 307, and none of it with 303', async () => {
    for (const [status, expected] of [
      [307, '{"a":1}'],
      [303, ''],
    ] as const) {
      const echo: string[] = [];
      const url = await serve((request, response) => {
        if (request.url === '/start') response.writeHead(status, { Location: '/end' }).end();
        else {
          echo.push(request.headers['content-type'] ?? 'none');
          request.on('data', (chunk: Buffer) => echo.push(chunk.toString())).on('end', () => response.end());
        }
      });
      await client().post(`${url}/start`, { a: 1 });
      expect(echo.join(' ')).toBe(expected === '' ? 'none' : `application/json ${expected}`);
    }
  });

  it('refuses another origin unless it is allowed, and keeps the headers where it is', async () => {
    const other = await serveEcho();
    const url = await to(302, `${other}/end`);
    const http = client({ baseURL: url, headers: { 'X-Key': SECRET } });
    expect(await failureOf(http.get('/start'))).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${url}/start is redirected from ${url} to another origin, ${other}`,
    });
    const open = client({ baseURL: url, headers: { 'X-Key': SECRET }, allowedOrigins: [other] });
    expect((await open.get<Echo>('/start')).data.headers).toMatchObject({ 'x-key': SECRET });
    expect((await failureOf(client().get(`${url}/start`))).name).toBe('ConfigError');
  });

  it('gives up after five, and follows none where axios is told so', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(302, { Location: '/again' }).end();
    });
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'ConfigError',
      message: `GET ${url} failed: too many redirects`,
    });
    expect(requests).toBe(6);
    expect(await failureOf(client().get(url, { maxRedirects: 0 }))).toMatchObject({
      message: `GET ${url} answered 302 Found`,
      details: { status: 302 },
    });
    expect((await client().get(url, { maxRedirects: 0, validateStatus: () => true })).headers.location).toBe(
      '/again',
    );
  });

  it('names a place that is no URL', async () => {
    const url = await to(302, 'ftp://x/y');
    expect((await failureOf(client().get(`${url}/start`))).message).toBe(
      `GET ${url}/start is redirected to something that is not a URL`,
    );
  });

  it('takes a redirect without a place for an answer', async () => {
    const url = await serve((_request, response) => response.writeHead(302).end());
    expect((await failureOf(client().get(url))).message).toBe(`GET ${url} answered 302 Found`);
  });
});
