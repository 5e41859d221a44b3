import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthenticator } from '../../../../src/host/http/auth/create-authenticator.js';
import type { Authenticator } from '../../../../src/host/http/auth/authenticator.js';
import type { OAuth2ClientCredentials } from '../../../../src/sdk/auth.js';
import { AuthError, ConfigError, TransientError } from '../../../../src/sdk/errors.js';
import { AuthServer, failureOf, get, TestEnvironment, thrownBy, type Reply } from './auth-server.js';

const SECRET = 'cl!ent-s3cret/+=';
const TOKEN_FORM = 'application/x-www-form-urlencoded;charset=UTF-8';

let server: AuthServer;
let environment: TestEnvironment;
/** Tokens that the API takes. */
let good: Set<string>;

beforeEach(async () => {
  [server, environment] = await Promise.all([AuthServer.start(), TestEnvironment.create()]);
  good = new Set();
});
afterEach(() => Promise.all([server.stop(), environment.remove()]));

function client(options: Partial<OAuth2ClientCredentials> = {}): Authenticator {
  return createAuthenticator(
    {
      type: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: `${server.origin}/token?tenant=hidden`,
      clientId: 'my-client',
      clientSecret: SECRET,
      ...options,
    },
    environment,
  );
}

/** Serves an API for the good tokens, and a token endpoint that answers by a function of the count of its requests. */
function serve(token: (count: number) => Reply): void {
  server.reply = ({ path, headers }) => {
    if (path.startsWith('/token')) return token(server.to('/token').length);
    const [, used = ''] = /^Bearer (.*)$/.exec(headers.authorization ?? '') ?? [];
    return good.has(used) ? { body: { used } } : { status: 401 };
  };
}

/** Tokens `access-token-1`, `access-token-2` and so on, each good at once. */
function issue(more: Record<string, unknown> = { token_type: 'bearer' }, after = 0) {
  return (count: number): Reply => {
    good.add(`access-token-${count}`);
    return { body: { access_token: `access-token-${count}`, ...more }, after };
  };
}

const api = (path = '/items'): string => server.origin + path;
const usedToken = async (authenticator: Authenticator): Promise<unknown> =>
  (JSON.parse((await get(authenticator, api())).body.toString()) as { used: unknown }).used;
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('OAuth2 client credentials', () => {
  it('are sent as the standard says, and the token is used', async () => {
    serve(issue());
    const authenticator = client({ scope: 'read write', params: { audience: 'https://api test' } });
    expect(await usedToken(authenticator)).toBe('access-token-1');
    const [request] = server.to('/token');
    expect(request).toMatchObject({
      method: 'POST',
      path: '/token?tenant=hidden',
      body: 'audience=https%3A%2F%2Fapi%20test&scope=read%20write&grant_type=client_credentials',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from('my-client:cl!ent-s3cret%2F%2B%3D').toString('base64')}`,
        'content-type': TOKEN_FORM,
      },
    });
    expect(environment.redact(request?.headers.authorization ?? '')).toMatch(/^Basic bXktY2xpZW50O?\*\*\*$/);
    expect(environment.redact('access-token-1')).toBe('***');
  });

  it('are sent in the body where the client says so', async () => {
    serve(issue());
    await usedToken(client({ clientAuthentication: 'body' }));
    const [request] = server.to('/token');
    expect(request?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      client_id: 'my-client',
      client_secret: SECRET,
      grant_type: 'client_credentials',
    });
  });

  it.each<[string, Reply]>([
    ['expires_in as text', { body: { access_token: 'the-token', token_type: 'Bearer', expires_in: '3600' } }],
    ['no token_type', { body: { access_token: 'the-token' } }],
    ['fields that are null', { body: { access_token: 'the-token', expires_in: null, refresh_token: null } }],
    ['a token_type of its own', { body: { access_token: 'the-token', token_type: 'BearerToken' } }],
    ['an id_token that is none', { body: { access_token: 'the-token', id_token: 'x', scope: ['a'] } }],
    ['expires_in 0', { body: { access_token: 'the-token', expires_in: 0 } }],
    ['HTML as its content type', { body: '{"access_token":"the-token","token_type":"bearer"}' }],
    ['a byte order mark', { body: '\ufeff{"access_token":"the-token"}' }],
    ['a form', { body: 'access_token=the-token&scope=&token_type=bearer' }],
    ['status 201', { status: 201, body: { access_token: 'the-token' } }],
  ])('take an answer with %s', async (_case, reply) => {
    good.add('the-token');
    serve(() => reply);
    const authenticator = client();
    expect(await usedToken(authenticator)).toBe('the-token');
    expect(await usedToken(authenticator)).toBe('the-token');
    expect(server.to('/token')).toHaveLength(1);
  });

  it('cost one token request for 50 requests at once', async () => {
    serve(issue({ expires_in: 3600 }, 30));
    const authenticator = client();
    const used = await Promise.all(Array.from({ length: 50 }, () => usedToken(authenticator)));
    expect(new Set(used)).toEqual(new Set(['access-token-1']));
    expect(server.to('/token')).toHaveLength(1);
  });

  it('cost one more token request for 50 refusals at once', async () => {
    serve(issue());
    const authenticator = client();
    await usedToken(authenticator);
    good.clear();
    const used = await Promise.all(Array.from({ length: 50 }, () => usedToken(authenticator)));
    expect(new Set(used)).toEqual(new Set(['access-token-2']));
    expect(server.to('/token')).toHaveLength(2);
  });

  it('get another token shortly before the first one expires, and none before that', async () => {
    serve(issue({ expires_in: 1 }));
    const authenticator = client();
    expect(await usedToken(authenticator)).toBe('access-token-1');
    expect(await usedToken(authenticator)).toBe('access-token-1');
    await pause(910);
    expect(await usedToken(authenticator)).toBe('access-token-2');
  });

  it('get another token where one is refused between two pages', async () => {
    serve(issue({ expires_in: 3600 }));
    const authenticator = client();
    expect(await usedToken(authenticator)).toBe('access-token-1');
    good.clear();
    expect(await usedToken(authenticator)).toBe('access-token-2');
    expect(server.to('/items').map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-token-1',
      'Bearer access-token-1',
      'Bearer access-token-2',
    ]);
  });

  it('end after one refresh where every token is refused', async () => {
    serve((count) => ({ body: { access_token: `refused-token-${count}` } }));
    const error = await failureOf(get(client(), api()), SECRET, 'refused-token');
    expect(error).toBeInstanceOf(AuthError);
    expect(server.to('/token')).toHaveLength(2);
    expect(server.to('/items')).toHaveLength(2);
  });

  it('ask for nothing where the refused token is no longer in use', async () => {
    serve(issue());
    const authenticator = client();
    const { signal } = new AbortController();
    const authorize = (): unknown =>
      authenticator.authorize({ method: 'GET', url: new URL(api()), headers: {} }, signal);
    const first = await authorize();
    expect(await authenticator.refresh?.(first, signal)).toBe(true);
    expect(await authenticator.refresh?.(first, signal)).toBe(true);
    expect(server.to('/token')).toHaveLength(2);
  });

  it('go on for the others when one waiting request is aborted', async () => {
    serve(issue({}, 100));
    const authenticator = client();
    const controller = new AbortController();
    const aborted = failureOf(get(authenticator, api(), controller.signal));
    const other = usedToken(authenticator);
    await pause(20);
    controller.abort(new Error('stopped here'));
    const first = await Promise.race([aborted, other]);
    expect(first).toHaveProperty('message', 'stopped here');
    expect(await other).toBe('access-token-1');
    expect(server.to('/token')).toHaveLength(1);
  });

  it('go on for who asks next when all that waited were aborted', async () => {
    serve(issue({}, 50));
    const authenticator = client();
    const controller = new AbortController();
    const aborted = failureOf(get(authenticator, api(), controller.signal));
    await pause(20);
    controller.abort(new Error('stopped here'));
    await aborted;
    expect(await usedToken(authenticator)).toBe('access-token-1');
    expect(server.to('/token')).toHaveLength(1);
  });

  it.each<[string, Reply, string]>([
    [
      'wrong client',
      { status: 401, body: { error: 'invalid_client', error_description: `no client with ${SECRET}` } },
      '(401 Unauthorized): invalid_client "no client with ***"',
    ],
    [
      'wrong client, said with 400 and a challenge',
      { status: 400, body: { error: 'unauthorized_client' }, headers: { 'www-authenticate': 'Basic' } },
      '(400 Bad Request): unauthorized_client',
    ],
    ['wrong scope', { status: 400, body: { error: 'invalid_scope' } }, '(400 Bad Request): invalid_scope'],
    ['an error with status 200', { body: { error: 'invalid_client' } }, '(200 OK): invalid_client'],
    ['an error in a form', { body: 'error=invalid_client' }, '(200 OK): invalid_client'],
    ['401 without a word', { status: 401, body: '' }, '(401 Unauthorized)'],
    ['403 as a page', { status: 403, body: '<html>no</html>' }, '(403 Forbidden)'],
  ])('are refused once and for all: %s', async (_case, reply, said) => {
    serve(() => reply);
    const authenticator = client();
    const errors = await Promise.all(
      Array.from({ length: 5 }, () => failureOf(get(authenticator, api()), SECRET, 'tenant=hidden')),
    );
    for (const error of [...errors, await failureOf(get(authenticator, api()), SECRET)]) {
      expect(error).toBeInstanceOf(AuthError);
      expect(error.message).toBe(`the token endpoint ${server.origin}/token refused the credentials ${said}`);
      expect(error).toMatchObject({
        action: 'Check the token URL, client id and secret, the way the client authenticates, and the scope.',
      });
    }
    expect(server.to('/token')).toHaveLength(1);
    expect(server.to('/items')).toHaveLength(0);
  });

  it('show 200 characters of a long description', async () => {
    serve(() => ({ status: 400, body: { error: 'invalid_scope', error_description: 'x '.repeat(5000) } }));
    const error = await failureOf(get(client(), api()), SECRET);
    expect(error.message).toContain(`invalid_scope "${'x '.repeat(100)}…"`);
  });

  it.each<[string, Reply, string]>([
    ['HTML', { body: '<html>hello</html>' }, 'no JSON object (200 OK, text/html): "<html>hello</html>"'],
    ['nothing', { body: '' }, 'no JSON object (200 OK, text/html): the body is empty'],
    ['a list', { body: [1] }, 'no JSON object (200 OK, application/json): "[1]"'],
    [
      'no token',
      { body: { ok: true } },
      String.raw`no access_token (200 OK, application/json): "{\"ok\":true}"`,
    ],
    ['a token as plain text', { body: 'plain-token' }, 'no JSON object (200 OK, text/html): ***'],
    [
      'a token under another name',
      { body: { accessToken: 'plain-token', 'a b': { x: 'q1w2e3r4t5y6u7i8o9p0a1' } } },
      String.raw`no access_token (200 OK, application/json): "{\"accessToken\":\"***\",\"a b\":{\"x\":\"***\"}}"`,
    ],
    [
      'another kind of token',
      { body: { access_token: 'plain-token', token_type: 'mac' } },
      String.raw`with a token that is no bearer token (200 OK, application/json): "{\"access_token\":\"***\",\"token_type\":\"mac\"}"`,
    ],
    [
      '404',
      { status: 404, body: 'no such page' },
      'no JSON object (404 Not Found, text/html): "no such page"',
    ],
    [
      'a redirect',
      { status: 302, body: '', headers: { location: '/x' } },
      'no JSON object (302 Found, text/html)',
    ],
    [
      'an error that is a sentence',
      { status: 404, body: { error: 'there is no such path' } },
      String.raw`with an error (404 Not Found, application/json): "{\"error\":\"there is no such path\"}"`,
    ],
    [
      'what it does not take',
      { status: 400, body: { error: 'invalid_target' } },
      'with invalid_target (400 Bad Request, application/json)',
    ],
  ])('cannot use %s', async (_case, reply, said) => {
    serve(() => reply);
    const error = await failureOf(get(client(), api()), SECRET, 'plain-token');
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(`the token endpoint ${server.origin}/token answered ${said}`);
    expect(error.cause).toBeUndefined();
  });

  it('cannot use a token that no header carries', async () => {
    serve(() => ({ body: { access_token: 'line\nbreak-token' } }));
    const error = await failureOf(get(client(), api()), 'line\nbreak-token', 'break-token');
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(`the access_token of ${server.origin} cannot be sent in a header`);
  });

  it.each<[string, Reply, string, number | undefined]>([
    ['500 for ever', { status: 500, body: 'oops' }, 'answered 500 Internal Server Error', undefined],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, 'answered 429 Too Many Requests', 7],
    [
      'an error that passes',
      { status: 400, body: { error: 'temporarily_unavailable' } },
      'is not available: temporarily_unavailable',
      undefined,
    ],
  ])('wait for better times after %s', async (_case, reply, said, retryAfter) => {
    serve((count) => (count === 1 ? reply : issue()(count)));
    const authenticator = client();
    const error = await failureOf(get(authenticator, api()), SECRET);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe(`the token endpoint ${server.origin}/token ${said}`);
    expect(error).toHaveProperty('retryAfter', retryAfter);
    expect(await usedToken(authenticator)).toBe('access-token-2');
  });

  it('say that it is the token endpoint which is down', async () => {
    const dead = await AuthServer.start();
    const tokenUrl = `${dead.origin}/token`;
    await dead.stop();
    const error = await failureOf(get(client({ tokenUrl }), api()), SECRET);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe(`the token endpoint is not available: POST ${tokenUrl} failed (ECONNREFUSED)`);
  });

  it.each(['', 'token', 'ftp://api.test/token'])('cannot ask "%s"', async (tokenUrl) => {
    const error = await thrownBy(() => client({ tokenUrl }), SECRET);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe('auth.tokenUrl is not a URL that begins with https:// or http://');
  });
});
