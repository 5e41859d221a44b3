import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthenticator } from '../../../../src/host/http/auth/create-authenticator.js';
import type { Authenticator } from '../../../../src/host/http/auth/authenticator.js';
import type { CustomAuth } from '../../../../src/sdk/auth.js';
import { AuthError } from '../../../../src/sdk/errors.js';
import { AuthServer, failureOf, get, TestEnvironment } from './auth-server.js';

let server: AuthServer;
let environment: TestEnvironment;

beforeEach(async () => {
  [server, environment] = await Promise.all([AuthServer.start(), TestEnvironment.create()]);
});
afterEach(() => Promise.all([server.stop(), environment.remove()]));

function client(hooks: Omit<CustomAuth, 'type'>): Authenticator {
  return createAuthenticator({ type: 'custom', ...hooks }, environment);
}

describe('custom authentication', () => {
  it('changes headers and query of each try', async () => {
    await get(
      client({
        authorize: ({ method, url, headers }) => {
          url.searchParams.set('sign', method);
          headers['X-Sign'] = url.pathname;
        },
      }),
      `${server.origin}/items`,
    );
    expect(server.received[0]).toMatchObject({ path: '/items?sign=GET', headers: { 'x-sign': '/items' } });
  });

  it('renews once for all requests that were refused at once', async () => {
    let token = 1;
    let renewals = 0;
    server.reply = ({ headers }) => ({ status: headers['x-token'] === '2' ? 200 : 401 });
    const authenticator = client({
      authorize: ({ headers }) => {
        headers['X-Token'] = String(token);
      },
      refresh: async () => {
        renewals += 1;
        token += 1;
        return true;
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => get(authenticator, `${server.origin}/items`)));
    expect(renewals).toBe(1);
  });

  it.each([undefined, () => false])('ends where nothing is renewed: %s', async (refresh) => {
    server.reply = () => ({ status: 403 });
    const hooks = { authorize: () => undefined, ...(refresh ? { refresh } : {}) };
    expect(await failureOf(get(client(hooks), `${server.origin}/items`))).toBeInstanceOf(AuthError);
    expect(server.received).toHaveLength(1);
  });

  it('passes on what the hooks throw', async () => {
    server.reply = () => ({ status: 401 });
    const thrown = new Error('no key');
    const fail = (): never => {
      throw thrown;
    };
    const address = `${server.origin}/items`;
    expect(await failureOf(get(client({ authorize: fail }), address))).toBe(thrown);
    expect(await failureOf(get(client({ authorize: () => undefined, refresh: fail }), address))).toBe(thrown);
  });
});
