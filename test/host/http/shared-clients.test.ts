import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpShare } from '../../../src/host/http/http-share.js';
import type { CustomAuth, HttpAuth } from '../../../src/sdk/auth.js';
import { AbortError } from '../../../src/sdk/errors.js';
import type { HttpClient, HttpOptions } from '../../../src/sdk/http.js';
import { factory, listen, serve, type TestEnvironment } from './http-harness.js';

const ok = (response: ServerResponse, body: unknown = 1, headers = {}): void =>
  void response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Makes clients as the instances of one run make them: each with its own signal, all with one share. */
function instances(environment: TestEnvironment = {}) {
  const share = new HttpShare();
  return {
    share,
    client: (options: HttpOptions = {}, signal = new AbortController().signal): HttpClient =>
      factory({ ...environment, signal, share })(options),
  };
}

/** Does so many things, so many at a time. */
async function atOnce(
  count: number,
  concurrency: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

let stateFolder = '';
beforeAll(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'shared-clients-'));
});
afterAll(() => rm(stateFolder, { recursive: true, force: true }));

describe('instances of one run', () => {
  it('share connections', async () => {
    let connections = 0;
    const server = createServer((_request, response) => ok(response)).on('connection', () => {
      connections += 1;
    });
    const baseURL = `http://127.0.0.1:${await listen(server)}`;
    const { client } = instances();
    await atOnce(200, 8, () => client({ baseURL }).get('/'));
    expect(connections).toBeLessThanOrEqual(8);
  });

  it.each<[string, (origin: string) => HttpAuth]>([
    [
      'OAuth 2.0',
      (origin) => ({
        type: 'oauth2',
        grant: 'client_credentials',
        tokenUrl: `${origin}/login`,
        clientId: 'me',
        clientSecret: 'secret-of-mine',
      }),
    ],
    [
      'a session with a token',
      (origin) => ({ type: 'session', loginUrl: `${origin}/login`, tokenPath: 'access_token' }),
    ],
    [
      'a session with a cookie',
      (origin) => ({ type: 'session', loginUrl: `${origin}/login`, body: { user: 'me' } }),
    ],
  ])('log in once, and once more where that is refused: %s', async (_kind, authOf) => {
    let logins = 0;
    const origin = await serve((request, response, count) => {
      if (request.url === '/login') {
        logins += 1;
        const token = `token-${logins}`;
        ok(response, { access_token: token, token_type: 'bearer' }, { 'Set-Cookie': `sid=${token}` });
        return;
      }
      const { authorization = '', cookie = '' } = request.headers;
      // The first token is refused half-way.
      const isGood = (authorization + cookie).endsWith(`token-${logins}`) && !(count > 100 && logins === 1);
      if (isGood) ok(response);
      else response.writeHead(401).end();
    });
    const secrets: string[] = [];
    const { client, share } = instances({ addSecret: (secret) => void secrets.push(secret) });
    await atOnce(200, 8, async () => {
      const http = client({ baseURL: `${origin}/v1/`, auth: authOf(origin) });
      expect((await http.get('items')).data).toBe(1);
    });
    expect(logins).toBe(2);
    expect(share.sizes).toEqual({ authenticators: 1, pauses: 1 });
    expect(secrets.length).toBeLessThan(10);
  });

  it('send each rotating refresh token once', async () => {
    const sent: string[] = [];
    let uses = 0;
    const origin = await serve((request, response) => {
      if (request.url !== '/token') {
        uses += 1;
        const isGood = request.headers.authorization === `Bearer access-${sent.length}` && uses % 60 !== 0;
        if (isGood) ok(response);
        else response.writeHead(401).end();
        return;
      }
      void bodyOf(request).then((body) => {
        const token = new URLSearchParams(body).get('refresh_token') ?? '';
        const isGood = token === `refresh-${sent.length}`;
        sent.push(token);
        if (!isGood) response.writeHead(400).end('{"error":"invalid_grant"}');
        else ok(response, { access_token: `access-${sent.length}`, refresh_token: `refresh-${sent.length}` });
      });
    });
    const auth: HttpAuth = {
      type: 'oauth2',
      grant: 'refresh_token',
      tokenUrl: `${origin}/token`,
      clientId: 'me',
      refreshToken: 'refresh-0',
    };
    const { client } = instances({ stateFolder });
    await atOnce(200, 8, async () => {
      expect((await client({ baseURL: origin, auth: { ...auth } }).get('/items')).data).toBe(1);
    });
    expect(sent.length).toBeGreaterThan(2);
    expect(sent).toEqual(sent.map((_, n) => `refresh-${n}`));
  });

  it('wait for a token that one of them asked for, which was stopped meanwhile', async () => {
    let logins = 0;
    const origin = await serve((request, response) => {
      if (request.url !== '/login') ok(response, request.headers.authorization);
      else setTimeout(() => ok(response, { token: `token-${(logins += 1)}` }), 300);
    });
    const auth: HttpAuth = { type: 'session', loginUrl: `${origin}/login`, tokenPath: 'token' };
    const { client } = instances();
    const stop = new AbortController();
    const stopped = client({ baseURL: origin, auth }, stop.signal).get('/');
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort(new AbortError('partition-failed'));
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    // Nobody waits for the login any more when the next instance is made.
    expect((await client({ baseURL: origin, auth }).get('/')).data).toBe('Bearer token-1');
    expect(logins).toBe(1);
  });

  it('keep one rate limit between them', async () => {
    const times: number[] = [];
    const baseURL = await serve((_request, response) => {
      times.push(performance.now());
      ok(response);
    });
    const { client } = instances({ connectorId: 'one-limit' });
    const rateLimit = { requests: 10, perSeconds: 0.2 };
    const begun = performance.now();
    await atOnce(40, 8, () => client({ baseURL, rateLimit }).get('/'));
    // Ten at once, and ten more after each stretch; a busy machine makes it later, never earlier.
    const stretches = [10, 20, 30].map((n) => Math.floor(((times[n] ?? 0) - begun) / 200));
    expect(stretches.every((passed, index) => passed >= index + 1)).toBe(true);
  });

  it.each([
    ['429 with Retry-After', 429, { 'Retry-After': '1' }],
    ['403 with Retry-After', 403, { 'Retry-After': '1' }],
    [
      'headers that say the limit is used up',
      200,
      { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1' },
    ],
  ])('all wait after one of them got %s', async (_what, status, headers) => {
    const times: number[] = [];
    const baseURL = await serve((_request, response, count) => {
      times.push(performance.now());
      if (count === 0) response.writeHead(status, headers).end('1');
      else ok(response);
    });
    const lines: string[] = [];
    const { client } = instances({ lines });
    const get = (): Promise<unknown> => client({ baseURL }).get('/');
    const first = get();
    while (!lines.some((line) => line.includes(' answered ')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, get(), get(), get()]);
    for (const time of times.slice(1)) expect(time - (times[0] ?? 0)).toBeGreaterThan(950);
    expect(lines.filter((line) => line.startsWith("the API's rate limit is used up"))).toHaveLength(1);
  });

  it('do not wait after 429 with a pause that is longer than retries may take', async () => {
    const baseURL = await serve((_request, response, count) =>
      count === 0 ? response.writeHead(429, { 'Retry-After': '3600' }).end() : ok(response),
    );
    const { client } = instances();
    await expect(client({ baseURL }).get('/')).rejects.toMatchObject({ retryAfter: 3600 });
    expect((await client({ baseURL }).get('/')).data).toBe(1);
  });

  it('have apart what differs: the user, the origin, the certificates', async () => {
    const { client, share } = instances();
    const session = (user: string): HttpAuth => ({
      type: 'session',
      loginUrl: 'http://127.0.0.1:1/login',
      body: { user },
    });
    const a = { baseURL: 'http://127.0.0.1:1/a', auth: session('a') };
    client(a);
    client({ ...a, baseURL: 'http://127.0.0.1:1/b', headers: { 'X-Day': '2026-11-21' } });
    expect(share.sizes).toEqual({ authenticators: 1, pauses: 1 });
    client({ ...a, auth: session('b') });
    expect(share.sizes).toEqual({ authenticators: 2, pauses: 2 });
    client({ ...a, baseURL: 'http://127.0.0.1:2/a' });
    expect(share.sizes).toEqual({ authenticators: 3, pauses: 3 });
    client({ ...a, tls: { passphrase: 'x' } });
    expect(share.sizes).toEqual({ authenticators: 4, pauses: 3 });
    client({ ...a, rateLimit: { requests: 1, perSeconds: 1 } });
    expect(share.sizes).toEqual({ authenticators: 4, pauses: 4 });
  });

  it('keep a bounded number of what differs with each of them', () => {
    const { client, share } = instances();
    for (let n = 0; n < 300; n += 1)
      client({ baseURL: 'http://127.0.0.1:1', auth: { type: 'bearer', token: `token-of-${n}` } });
    expect(share.sizes).toEqual({ authenticators: 100, pauses: 100 });
  });
});

describe('custom authentication', () => {
  const auth = (renewals: string[], name: string): CustomAuth => {
    let token = 'old';
    return {
      type: 'custom',
      authorize: ({ headers }) => {
        headers['X-Token'] = token;
      },
      refresh: async () => {
        renewals.push(name);
        await new Promise((resolve) => setTimeout(resolve, 20));
        token = 'new';
        return true;
      },
    };
  };
  const refuseOld = (request: IncomingMessage, response: ServerResponse): void =>
    request.headers['x-token'] === 'new' ? ok(response) : void response.writeHead(401).end();

  it("is each instance's own", async () => {
    const baseURL = await serve(refuseOld);
    const renewals: string[] = [];
    const { client, share } = instances();
    await Promise.all(
      ['a', 'b', 'c'].map((name) => client({ baseURL, auth: auth(renewals, name) }).get('/')),
    );
    expect(renewals.sort()).toEqual(['a', 'b', 'c']);
    expect(share.sizes).toEqual({ authenticators: 0, pauses: 1 });
  });

  it('is one where the object is: refused at once, it is renewed once', async () => {
    const baseURL = await serve(refuseOld);
    const renewals: string[] = [];
    const shared = auth(renewals, 'shared');
    const { client } = instances();
    await Promise.all(Array.from({ length: 5 }, () => client({ baseURL, auth: shared }).get('/')));
    expect(renewals).toEqual(['shared']);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
