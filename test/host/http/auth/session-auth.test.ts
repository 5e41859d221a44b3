import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthenticator } from '../../../../src/host/http/auth/create-authenticator.js';
import type { Authenticator } from '../../../../src/host/http/auth/authenticator.js';
import type { SessionAuth } from '../../../../src/sdk/auth.js';
import { AuthError, ConfigError, TransientError } from '../../../../src/sdk/errors.js';
import {
  AuthServer,
  failureOf,
  get,
  TestEnvironment,
  thrownBy,
  type Received,
  type Reply,
} from './auth-server.js';

const PASSWORD = 'p@ss w&rd/ü';
const SECRETS = [PASSWORD, 'session-token'];

let server: AuthServer;
let environment: TestEnvironment;

beforeEach(async () => {
  [server, environment] = await Promise.all([AuthServer.start(), TestEnvironment.create()]);
});
afterEach(() => Promise.all([server.stop(), environment.remove()]));

function client(options: Partial<SessionAuth> = {}): Authenticator {
  return createAuthenticator(
    {
      type: 'session',
      loginUrl: `${server.origin}/login`,
      body: { user: 'ann', password: PASSWORD },
      ...options,
    },
    environment,
  );
}

/** Serves the login by a function of the count of its requests, and the API to whom a function lets in. */
function serve(login: (count: number) => Reply, isGood: (request: Received) => boolean = () => true): void {
  server.reply = (request) => {
    if (request.path === '/login') return login(server.to('/login').length);
    return isGood(request) ? {} : { status: 401 };
  };
}

const api = (): string => `${server.origin}/items`;

describe('session login', () => {
  it.each<[string, Partial<SessionAuth>, Record<string, string>]>([
    ['the default', {}, { authorization: 'Bearer session-token-1' }],
    ['a header of its own', { header: 'X-Token', prefix: '' }, { 'x-token': 'session-token-1' }],
    ['a prefix of its own', { prefix: 'Token token=' }, { authorization: 'Token token=session-token-1' }],
  ])('puts the token where it belongs: %s', async (_case, options, headers) => {
    serve((count) => ({ body: { data: { token: `session-token-${count}` } } }));
    await get(client({ tokenPath: 'data.token', ...options }), api());
    expect(server.to('/items')[0]?.headers).toMatchObject(headers);
    expect(environment.redact('session-token-1')).toBe('***');
  });

  it.each<[string, Partial<SessionAuth>, Partial<Received>]>([
    ['JSON', {}, { method: 'POST', body: JSON.stringify({ user: 'ann', password: PASSWORD }) }],
    ['a form', { form: true }, { method: 'POST', body: 'user=ann&password=p%40ss%20w%26rd%2F%C3%BC' }],
    ['numbers in a form', { form: true, body: { pin: 1234, on: true } }, { body: 'pin=1234&on=true' }],
  ])('sends %s', async (_case, options, expected) => {
    serve(() => ({ body: { token: 'session-token' } }));
    await get(client({ tokenPath: 'token', ...options }), api());
    expect(server.to('/login')[0]).toMatchObject(expected);
    expect(server.to('/login')[0]?.headers['content-type']).toBe(
      options.form ? 'application/x-www-form-urlencoded' : 'application/json',
    );
  });

  it('sends another method and headers, without a body', async () => {
    serve(() => ({ body: 12_345_678_901_234 }));
    const authenticator = createAuthenticator(
      {
        type: 'session',
        loginUrl: `${server.origin}/login`,
        method: 'get',
        headers: { 'X-Api-Key': 'the-login-key', accept: 'text/plain' },
        tokenPath: '',
      },
      environment,
    );
    await get(authenticator, api());
    const [login] = server.to('/login');
    expect(login).toMatchObject({ method: 'GET', body: '' });
    expect(login?.headers).toMatchObject({ 'x-api-key': 'the-login-key', accept: 'text/plain' });
    expect(login?.headers['content-type']).toBeUndefined();
    expect(server.to('/items')[0]?.headers.authorization).toBe('Bearer 12345678901234');
    expect(environment.secrets).toContain('the-login-key');
  });

  it.each([200, 302])('keeps the cookies of an answer with %s', async (status) => {
    const cookies = [
      'sid=session-token-1; Path=/; HttpOnly',
      'lang=en; Max-Age=3600',
      'old=x; Max-Age=0',
      'gone=y; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'later=z; Expires=Fri, 01 Jan 2100 00:00:00 GMT',
      'both=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'lang=de',
      'padded=a=b==',
      'broken',
    ];
    serve(() => ({ status, headers: { 'set-cookie': cookies, location: '/home' }, body: '' }));
    await get(client(), api());
    expect(server.to('/items')[0]?.headers.cookie).toBe(
      'sid=session-token-1; lang=de; later=z; both=b; padded=a=b==',
    );
    expect(environment.redact('sid=session-token-1 in en')).toBe('sid=*** in en');
  });

  it('logs in again once when it is refused, for 50 requests at once', async () => {
    serve(
      (count) => ({ body: { token: `session-token-${count}` }, after: 20 }),
      ({ headers }) => headers.authorization !== 'Bearer session-token-1',
    );
    const authenticator = client({ tokenPath: 'token' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(authenticator, api())));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(server.to('/login')).toHaveLength(2);
  });

  it('ends where the API refuses every session', async () => {
    serve(
      (count) => ({ body: { token: `session-token-${count}` } }),
      () => false,
    );
    const error = await failureOf(get(client({ tokenPath: 'token' }), api()), ...SECRETS);
    expect(error).toBeInstanceOf(AuthError);
    expect(server.to('/login')).toHaveLength(2);
  });

  it.each([401, 403])('is refused once and for all by %s', async (status) => {
    serve(() => ({ status, body: { said: PASSWORD } }));
    const authenticator = client();
    const error = await failureOf(get(authenticator, api()), ...SECRETS);
    expect(await failureOf(get(authenticator, api()))).toBe(error);
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).toContain(`the login ${server.origin}/login refused the credentials (${status} `);
    expect(server.to('/login')).toHaveLength(1);
  });

  it('is a passing fault where the login is down', async () => {
    serve(() => ({ status: 503 }));
    const error = await failureOf(get(client(), api()), ...SECRETS);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe(`the login ${server.origin}/login answered 503 Service Unavailable`);
  });

  it.each<[string, Partial<SessionAuth>, Reply, string]>([
    ['422', {}, { status: 422, body: { said: PASSWORD } }, 'with an error (422 Unprocessable Entity,'],
    [
      'no cookie',
      {},
      { body: { jwt: 'session-token' } },
      'without a cookie, and no tokenPath is given (200 OK',
    ],
    [
      'HTML',
      { tokenPath: 'token' },
      { body: '<p>session-token-session-token' },
      'no JSON (200 OK, text/html)',
    ],
    ['no token', { tokenPath: 'tok' }, { body: { token: 'session-token' } }, 'without a token at "tok"'],
    [
      'a token that is an object',
      { tokenPath: 'token' },
      { body: { token: { a: 'session-token' } } },
      'without a token',
    ],
  ])('cannot use %s', async (_case, options, reply, said) => {
    serve(() => reply);
    const error = await failureOf(get(client(options), api()), ...SECRETS);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(`the login ${server.origin}/login answered ${said}`);
  });

  it.each<[Partial<SessionAuth>, string]>([
    [{ tokenPath: 'a[' }, 'auth.tokenPath: "a[" is no path'],
    [{ header: 'X Token' }, 'auth.header is no name of a header'],
    [{ loginUrl: '/login' }, 'auth.loginUrl is not a URL'],
  ])('cannot be %j', async (options, message) => {
    const error = await thrownBy(() => client(options), ...SECRETS);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(message);
  });
});
