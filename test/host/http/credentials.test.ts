import { describe, expect, it } from '@jest/globals';
import type { CustomAuth } from '../../../src/sdk/auth.js';
import { client, failureOf, serve } from './http-harness.js';

/** Tokens t1, t2 and so on, a new one at each refresh. */
function tokens(
  mayRefresh = true,
): CustomAuth & { readonly authorized: string[]; readonly refreshed: () => number } {
  let current = 1;
  const authorized: string[] = [];
  return {
    type: 'custom',
    authorize: ({ method, url, headers }) => {
      authorized.push(`${method} ${url.pathname}`);
      url.searchParams.set('key', `t${current}`);
      headers.Authorization = `Bearer t${current}`;
    },
    refresh: () => {
      current += 1;
      return mayRefresh;
    },
    authorized,
    refreshed: () => current - 1,
  };
}

/** A server that takes one token only. */
async function locked(token: string, status = 401): Promise<string> {
  return serve((request, response) => {
    request.resume();
    if (request.headers.authorization === `Bearer ${token}`) response.end(JSON.stringify(request.url));
    else response.writeHead(status).end();
  });
}

describe('credentials', () => {
  it.each([401, 403])('are got anew once after %i', async (status) => {
    const auth = tokens();
    const url = await locked('t2', status);
    expect((await client({ auth, baseURL: url }).post('/x', { a: 1 })).data).toBe('/x?key=t2');
    expect(auth.refreshed()).toBe(1);
    expect(auth.authorized).toEqual(['POST /x', 'POST /x']);
  });

  it('are refused for good when new ones are refused too', async () => {
    const auth = tokens();
    const url = await locked('t9');
    const error = await failureOf(client({ auth, baseURL: url, retry: { tries: 1 } }).get('/x'));
    expect(error).toMatchObject({
      name: 'AuthError',
      code: 'AUTH_FAILED',
      message: `GET ${url}/x answered 401 Unauthorized`,
      details: { status: 401 },
    });
    expect(auth.refreshed()).toBe(1);
    expect(auth.authorized).toHaveLength(2);
  });

  it('are refused at once when there are no other ones', async () => {
    const auth = tokens(false);
    expect((await failureOf(client({ auth, baseURL: await locked('t2') }).get('/x'))).name).toBe('AuthError');
    expect(auth.authorized).toHaveLength(1);
  });

  it('are put on every try, on the same request as before', async () => {
    const auth = tokens();
    const seen: string[] = [];
    const url = await serve((request, response, count) => {
      seen.push(request.url ?? '');
      response.writeHead(count < 2 ? 500 : 200).end('1');
    });
    const { data, url: answered } = await client({ auth, baseURL: url }).get<number>('/x', {
      params: { a: 1 },
    });
    expect([data, answered]).toEqual([1, `${url}/x?a=1`]);
    expect(seen).toEqual(['/x?a=1&key=t1', '/x?a=1&key=t1', '/x?a=1&key=t1']);
  });

  it('are put on where a redirect leads', async () => {
    const auth = tokens();
    const url = await serve((request, response) => {
      if (request.url?.startsWith('/old')) response.writeHead(302, { Location: '/new?a=1' }).end();
      else response.end(JSON.stringify(request.url));
    });
    expect((await client({ auth, baseURL: url }).get('/old')).data).toBe('/new?a=1&key=t1');
  });

  it('do not appear in what is said of a request', async () => {
    const auth = tokens();
    const lines: string[] = [];
    const url = await serve((_request, response) => response.writeHead(404).end());
    const { message } = await failureOf(client({ auth, baseURL: url }, { lines }).get('/x'));
    expect(message).toBe(`GET ${url}/x answered 404 Not Found`);
    expect(lines).toEqual([]);
  });

  it('may fail to be had, which fails the request', async () => {
    const auth: CustomAuth = {
      type: 'custom',
      authorize: () => {
        throw new Error('no key file');
      },
    };
    expect((await failureOf(client({ auth }).get('http://127.0.0.1:1/'))).message).toContain('no key file');
  });

  it('may be those of one request, as axios gives them', async () => {
    const url = await serve((request, response) =>
      response.end(JSON.stringify(request.headers.authorization)),
    );
    const { data } = await client().get<string>(url, { auth: { username: 'ann', password: 'é' } });
    expect(data).toBe(`Basic ${Buffer.from('ann:é').toString('base64')}`);
  });
});

describe('a request for a token', () => {
  const oauth = (tokenUrl: string) =>
    ({
      type: 'oauth2',
      grant: 'client_credentials',
      tokenUrl,
      clientId: 'id',
      clientSecret: 'client-secret',
    }) as const;

  it('is sent with retries, and neither with credentials nor to the origin of the client alone', async () => {
    let requests = 0;
    const token = await serve((request, response, count) => {
      request.resume();
      requests += 1;
      if (count === 0) response.writeHead(503, { 'Retry-After': '0' }).end();
      else {
        response.setHeader('Content-Type', 'application/json');
        response.end('{"access_token":"t1","token_type":"bearer","expires_in":3600}');
      }
    });
    const http = client({ baseURL: await locked('t1'), auth: oauth(`${token}/token`) });
    expect((await http.get('/x')).data).toBe('/x');
    expect(requests).toBe(2);
  });

  it('fails the request as something that passes where the endpoint is down', async () => {
    const token = await serve((_request, response) => response.writeHead(503).end());
    const http = client({ baseURL: await locked('t1'), auth: oauth(`${token}/token`), retry: { tries: 2 } });
    const error = await failureOf(http.get('/x'));
    expect(error.name).toBe('TransientError');
    expect(error.message).toBe(
      `the token endpoint ${token}/token answered 503 Service Unavailable (after 2 tries)`,
    );
  });

  it('names the plugin, not the library', async () => {
    const agents: unknown[] = [];
    const token = await serve((request, response) => {
      agents.push(request.headers['user-agent']);
      request.resume();
      response.end('{"access_token":"t1"}');
    });
    await client({ baseURL: await locked('t1'), auth: oauth(`${token}/token`) }).get('/x');
    expect(agents).toEqual(['test-agent/1']);
  });
});

describe('a session login', () => {
  it('gives the cookies of an answer that redirects, which is not followed', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      request.resume();
      if (request.url === '/login') {
        response.writeHead(302, { Location: '/home', 'Set-Cookie': 'sid=session-1; Path=/; HttpOnly' }).end();
      } else response.end(JSON.stringify(request.headers.cookie));
    });
    const auth = { type: 'session', loginUrl: `${url}/login`, body: { user: 'ann' }, form: true } as const;
    const http = client({ baseURL: url, auth });
    expect((await http.get('/rows')).data).toBe('sid=session-1');
    expect((await http.get('/more')).data).toBe('sid=session-1');
    expect(asked).toEqual(['POST /login', 'GET /rows', 'GET /more']);
  });
});
