import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAuthenticator } from '../../../../src/host/http/auth/create-authenticator.js';
import type { AuthRequest, HttpAuth } from '../../../../src/sdk/auth.js';
import { ConfigError } from '../../../../src/sdk/errors.js';
import { TestEnvironment, thrownBy } from './auth-server.js';

let environment: TestEnvironment;
beforeEach(async () => {
  environment = await TestEnvironment.create();
});
afterEach(() => environment.remove());

async function authorized(auth: HttpAuth, request: Partial<AuthRequest> = {}): Promise<AuthRequest> {
  const whole = { method: 'GET', url: new URL('https://api.test/items'), headers: {}, ...request };
  await createAuthenticator(auth, environment)?.authorize(whole, new AbortController().signal);
  return whole;
}

describe('credentials that never change', () => {
  it.each([undefined, { type: 'none' } as const])('are none for %j', (auth) => {
    expect(createAuthenticator(auth, environment)).toBeUndefined();
  });

  it('are a bearer token, in the place of another Authorization', async () => {
    const headers = { authorization: 'old', Accept: '*/*' };
    await authorized({ type: 'bearer', token: 'the-token' }, { headers });
    expect(headers).toEqual({ Accept: '*/*', Authorization: 'Bearer the-token' });
    expect([...environment.secrets]).toEqual(['the-token']);
  });

  it('are a user name and a password as UTF-8', async () => {
    const { headers } = await authorized({ type: 'basic', username: 'jürgen', password: 'pä:ss€' });
    expect(headers).toEqual({
      Authorization: `Basic ${Buffer.from('jürgen:pä:ss€', 'utf8').toString('base64')}`,
    });
    expect(environment.redact(headers['Authorization'] ?? '')).not.toContain(
      Buffer.from('pä:ss€').toString('base64').slice(0, 8),
    );
  });

  it('are a user name alone, which is the secret then', async () => {
    const { headers } = await authorized({ type: 'basic', username: 'sk_live_123', password: '' });
    expect(headers).toEqual({ Authorization: 'Basic c2tfbGl2ZV8xMjM6' });
    expect([...environment.secrets]).toEqual(['sk_live_123']);
  });

  it('are a key in a header', async () => {
    const { headers } = await authorized({ type: 'apiKey', in: 'header', name: 'X-Key', value: 'abc 123' });
    expect(headers).toEqual({ 'X-Key': 'abc 123' });
  });

  it.each([
    ['https://api.test/items', '?the%20key=a%20b%2Bc%26d'],
    ['https://api.test/items?q=x%20y&r=1,2', '?q=x%20y&r=1,2&the%20key=a%20b%2Bc%26d'],
    ['https://api.test/items?the+key=old&page=2', '?page=2&the%20key=a%20b%2Bc%26d'],
  ])('are a key in the query of %s', async (address, search) => {
    const url = new URL(address);
    await authorized({ type: 'apiKey', in: 'query', name: 'the key', value: 'a b+c&d' }, { url });
    expect(url.search).toBe(search);
  });

  it('are a key in the query that a server reads as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (value) => {
        const { url } = await authorized({ type: 'apiKey', in: 'query', name: 'key', value });
        expect(url.searchParams.get('key')).toBe(value);
        expect(url.search).not.toContain('+');
      }),
    );
  });

  it.each([
    [{}, { Cookie: 'sid=abcdef' }],
    [{ cookie: 'a=1; sid=old; b=2' }, { Cookie: 'a=1; b=2; sid=abcdef' }],
  ])('are a key in a cookie beside %j', async (headers, expected) => {
    await authorized({ type: 'apiKey', in: 'cookie', name: 'sid', value: 'abcdef' }, { headers });
    expect(headers).toEqual(expected);
  });

  it.each<[HttpAuth, string]>([
    [{ type: 'bearer', token: 'sec\nret-token' }, 'auth.token cannot be sent in a header'],
    [{ type: 'bearer', token: 'secret-token-€' }, 'auth.token cannot be sent in a header'],
    [{ type: 'bearer', token: ' ' }, 'auth.token is empty'],
    [{ type: 'apiKey', in: 'header', name: 'X-Key', value: 'sec\rret-token' }, 'auth.value cannot be sent'],
    [{ type: 'apiKey', in: 'header', name: 'X Key', value: 'secret-token' }, 'auth.name is no name'],
    [{ type: 'apiKey', in: 'cookie', name: 'sid', value: 'secret;token' }, 'auth.value holds a semicolon'],
    [{ type: 'basic', username: 'us:er', password: 'secret-token' }, 'auth.username holds a colon'],
  ])('cannot be %j', async (auth, message) => {
    const secret = 'token' in auth ? auth.token.trim() : 'value' in auth ? auth.value : 'secret-token';
    const error = await thrownBy(() => createAuthenticator(auth, environment), ...(secret ? [secret] : []));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(message);
  });
});
