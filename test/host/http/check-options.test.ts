import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { HostError } from '../../../src/sdk/errors.js';
import type { HttpOptions } from '../../../src/sdk/http.js';
import { factory, SECRET } from './http-harness.js';

/** What making a client of these options fails with. */
function refused(options: unknown): HostError {
  try {
    factory()(options as HttpOptions);
  } catch (error) {
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
    return error as HostError;
  }
  throw new Error('the options were taken');
}

const BEARER = { type: 'bearer', token: SECRET };
const KEY = { type: 'apiKey', name: 'X-Key', value: SECRET };
const OAUTH2 = {
  type: 'oauth2',
  grant: 'client_credentials',
  tokenUrl: 'https://x.example',
  clientId: 'id',
  clientSecret: SECRET,
};

describe('the options of a client', () => {
  it.each<[unknown, string]>([
    [{ timeoutSecond: 5 }, 'there is no option "timeoutSecond" (did you mean "timeoutSeconds"?)'],
    [{ timeout: 5 }, 'there is no option "timeout"'],
    [{ baseURL: new URL('https://x.example') }, 'baseURL must be text'],
    [{ timeoutSeconds: 0 }, 'timeoutSeconds must be a number above 0'],
    [{ timeoutSeconds: '30' }, 'timeoutSeconds must be a number above 0'],
    [{ deadlineSeconds: NaN }, 'deadlineSeconds must be a number above 0'],
    [{ maxResponseBytes: 0 }, 'maxResponseBytes must be a whole number from 1 on'],
    [{ retrySafe: 'yes' }, 'retrySafe must be true or false'],
    [{ arrayFormat: 'csv' }, 'arrayFormat must be one of repeat, brackets, indices, comma'],
    [{ allowedOrigins: 'https://x.example' }, 'allowedOrigins must be a list of texts'],
    [{ allowedOrigins: [1] }, 'allowedOrigins must be a list of texts'],
    [{ headers: [['a', SECRET]] }, 'headers must be an object of texts'],
    [{ headers: { 'X-Key': { a: SECRET } } }, 'headers["X-Key"] must be text'],
    [{ retry: { tries: 0 } }, 'retry.tries must be a whole number from 1 on'],
    [{ retry: { tries: 2.5 } }, 'retry.tries must be a whole number from 1 on'],
    [{ retry: { seconds: -1 } }, 'retry.seconds must be a number from 0 on'],
    [{ retry: { baseSeconds: '1' } }, 'retry.baseSeconds must be a number from 0 on'],
    [{ retry: { retries: 3 } }, 'there is no option "retry.retries" (did you mean "tries"?)'],
    [{ rateLimit: 5 }, 'rateLimit must be an object'],
    [{ rateLimit: { requests: 5 } }, 'rateLimit.perSeconds is missing'],
    [{ rateLimit: { requests: 0, perSeconds: 1 } }, 'rateLimit.requests must be a whole number from 1 on'],
    [{ rateLimit: { requests: 1, perSeconds: 0 } }, 'rateLimit.perSeconds must be a number above 0'],
    [{ tls: { ca: Buffer.from(SECRET) } }, 'tls.ca must be text'],
    [{ tls: { rejectUnauthorized: false } }, 'there is no option "tls.rejectUnauthorized"'],
    [{ auth: SECRET }, 'auth must be an object'],
    [
      { auth: { type: 'apikey' } },
      'auth.type must be one of none, bearer, basic, apiKey, oauth2, session, custom (did you mean "apiKey"?)',
    ],
    [
      { auth: { token: SECRET } },
      'auth.type must be one of none, bearer, basic, apiKey, oauth2, session, custom',
    ],
    [{ auth: { type: 'bearer' } }, 'auth.token is missing'],
    [{ auth: { ...BEARER, token: 5 } }, 'auth.token must be text'],
    [{ auth: { ...BEARER, tokn: SECRET } }, 'there is no option "auth.tokn" (did you mean "token"?)'],
    [{ auth: KEY }, 'auth.in is missing'],
    [{ auth: { ...KEY, in: 'body' } }, 'auth.in must be one of header, query, cookie'],
    [
      { auth: { ...OAUTH2, grant: 'password' } },
      'auth.grant must be one of client_credentials, refresh_token',
    ],
    [
      { auth: { ...OAUTH2, clientAuthentication: 'header' } },
      'auth.clientAuthentication must be one of basic, body',
    ],
    [{ auth: { ...OAUTH2, grant: 'refresh_token' } }, 'auth.refreshToken is missing'],
    [{ auth: { type: 'session' } }, 'auth.loginUrl is missing'],
    [
      { auth: { type: 'session', loginUrl: 'https://x.example', body: SECRET } },
      'auth.body must be an object',
    ],
    [{ auth: { type: 'custom' } }, 'auth.authorize must be a function'],
    [
      { auth: { type: 'custom', authorize: () => undefined, refresh: true } },
      'auth.refresh must be a function',
    ],
  ])("are their author's to mend: %j", (options, problem) => {
    expect(refused(options)).toMatchObject({
      name: 'ConnectorError',
      code: 'CONNECTOR_FAILED',
      message: `createHttp cannot take its options: ${problem}`,
      action: 'Correct the call in the connector; docs/reference/http.md lists all options.',
      details: { problems: [problem] },
    });
  });

  it.each<[unknown, string]>([
    [{ auth: { ...BEARER, token: '' } }, 'auth.token is empty'],
    [{ auth: { ...BEARER, token: undefined } }, 'auth.token is empty'],
    [{ auth: { ...KEY, in: 'query', value: null } }, 'auth.value is empty'],
    [{ auth: { type: 'basic', username: 'ann', password: undefined } }, 'auth.password is empty'],
    [{ auth: { ...OAUTH2, clientSecret: '' } }, 'auth.clientSecret is empty'],
    [{ auth: { ...OAUTH2, tokenUrl: '' } }, 'auth.tokenUrl is empty'],
  ])("are the user's to set where a value is missing: %j", (options, problem) => {
    expect(refused(options)).toMatchObject({
      name: 'ConfigError',
      code: 'CONFIG_INVALID',
      message: problem,
      action: 'Set the parameter that it comes from; `host describe <connector>` lists them all.',
    });
  });

  it('are all named at once', () => {
    expect(refused({ timeoutSeconds: -1, auth: { ...KEY, value: '' }, retrySafe: 1 }).message).toBe(
      'createHttp cannot take its options: 3 problems:\n  - auth.in is missing\n  - timeoutSeconds must be a number above 0\n  - retrySafe must be true or false',
    );
  });

  it.each<HttpOptions>([
    {},
    {
      baseURL: 'https://x.example',
      headers: { 'X-Key': SECRET },
      auth: { type: 'none' },
      timeoutSeconds: 0.5,
      deadlineSeconds: 1,
      maxResponseBytes: 1,
      allowedOrigins: ['https://y.example'],
      retrySafe: true,
      retry: { tries: 1, seconds: 0, baseSeconds: 0 },
      rateLimit: { requests: 1, perSeconds: 0.1 },
      tls: { ca: '', cert: '', key: '', passphrase: '' },
      arrayFormat: 'comma',
    },
    { baseURL: undefined, auth: undefined, rateLimit: undefined, headers: { a: undefined } } as never,
    { auth: { type: 'basic', username: 'key', password: '' } },
    {
      auth: {
        type: 'oauth2',
        grant: 'refresh_token',
        tokenUrl: 'https://x.example',
        clientId: 'i',
        refreshToken: 'r',
      },
    },
    { auth: { type: 'session', loginUrl: 'https://x.example', form: true, body: { a: 1 } } },
  ])('are taken: %j', (options) => {
    expect(() => factory()(options)).not.toThrow();
  });

  it('may hold an object of a class of its own', () => {
    class KeyFile {
      readonly type = 'custom';
      readonly path = 'key.txt';
      authorize(): void {}
    }
    expect(() => factory()({ auth: new KeyFile() })).not.toThrow();
  });
});
