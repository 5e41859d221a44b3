import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthenticator } from '../../../../src/host/http/auth/create-authenticator.js';
import type { Authenticator } from '../../../../src/host/http/auth/authenticator.js';
import type { OAuth2RefreshToken } from '../../../../src/sdk/auth.js';
import { AuthError, ConfigError } from '../../../../src/sdk/errors.js';
import { AuthServer, failureOf, get, TestEnvironment } from './auth-server.js';

const FIRST = 'rotating-0';
const SECRETS = ['client-s3cret', 'rotating-', 'access-token-'];

let server: AuthServer;
let environment: TestEnvironment;
/** The refresh token that the server takes; each use replaces it. */
let current: string;
/** Called when the API sees a token. */
let onApi: () => Promise<void>;

beforeEach(async () => {
  [server, environment] = await Promise.all([AuthServer.start(), TestEnvironment.create()]);
  current = FIRST;
  onApi = async () => undefined;
  server.reply = async ({ path, body }) => {
    if (path !== '/token') {
      await onApi();
      return { body: [] };
    }
    const { refresh_token: given } = Object.fromEntries(new URLSearchParams(body));
    if (given !== current) return { status: 400, body: { error: 'invalid_grant' } };
    const count = Number(current.replace(/\D/g, '')) + 1;
    current = `rotating-${count}`;
    return { body: { access_token: `access-token-${count}`, refresh_token: current, expires_in: 3600 } };
  };
});
afterEach(() => Promise.all([server.stop(), environment.remove()]));

function client(options: Partial<OAuth2RefreshToken> = {}): Authenticator {
  return createAuthenticator(
    {
      type: 'oauth2',
      grant: 'refresh_token',
      tokenUrl: `${server.origin}/token`,
      clientId: 'my-client',
      clientSecret: 'client-s3cret',
      refreshToken: FIRST,
      ...options,
    },
    environment,
  );
}

const read = async (options: Partial<OAuth2RefreshToken> = {}): Promise<unknown> =>
  get(client(options), `${server.origin}/items`);
const sentTokens = (): unknown[] =>
  server.to('/token').map(({ body }) => new URLSearchParams(body).get('refresh_token'));
const folder = (): string => join(environment.stateFolder, 'tokens');
async function storedFile(): Promise<string> {
  const [name = '', ...others] = await readdir(folder());
  expect(others).toEqual([]);
  return join(folder(), name);
}
const storedText = async (): Promise<string> => readFile(await storedFile(), 'utf8');

describe('OAuth2 refresh token', () => {
  it('stores the new one before the API sees the new access token', async () => {
    const seen: string[] = [];
    onApi = async () => {
      seen.push(await storedText());
    };
    await read();
    expect(seen).toEqual(['{"version":1,"refreshToken":"rotating-1"}\n']);
    expect(server.to('/items')[0]?.headers.authorization).toBe('Bearer access-token-1');
    expect((await stat(await storedFile())).mode & 0o777).toBe(0o600);
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
    expect(environment.redact('rotating-1 access-token-1')).toBe('*** ***');
  });

  it('is the stored one in later runs, and each replaces it', async () => {
    for (let run = 0; run < 3; run += 1) await read();
    expect(sentTokens()).toEqual(['rotating-0', 'rotating-1', 'rotating-2']);
    expect(await storedText()).toContain('rotating-3');
  });

  it('begins anew with a new one in the config', async () => {
    await read();
    current = 'rotating-50';
    await read({ refreshToken: 'rotating-50' });
    expect(sentTokens()).toEqual(['rotating-0', 'rotating-50']);
    expect(await readdir(folder())).toHaveLength(2);
  });

  it('is not sent twice by clients that begin at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => read()));
    expect(sentTokens()).toEqual(Array.from({ length: 8 }, (_, count) => `rotating-${count}`));
  });

  it('is not stored where the server keeps it', async () => {
    server.reply = ({ path }) =>
      path === '/token' ? { body: { access_token: 'access-token-1', refresh_token: FIRST } } : {};
    await read();
    await expect(stat(environment.stateFolder)).rejects.toThrow('ENOENT');
  });

  it('goes without a secret for a public client', async () => {
    const authenticator = createAuthenticator(
      {
        type: 'oauth2',
        grant: 'refresh_token',
        tokenUrl: `${server.origin}/token`,
        clientId: 'my-client',
        refreshToken: FIRST,
      },
      environment,
    );
    await get(authenticator, `${server.origin}/items`);
    expect(server.to('/token')[0]?.headers.authorization).toBeUndefined();
    expect(server.to('/token')[0]?.body).toBe(
      'refresh_token=rotating-0&grant_type=refresh_token&client_id=my-client',
    );
  });

  it('is read again where another process replaced it during the request', async () => {
    await read();
    const file = await storedFile();
    const { reply } = server;
    server.reply = async (request) => {
      if (request.path === '/token' && current !== 'rotating-9') {
        current = 'rotating-9';
        await writeFile(file, JSON.stringify({ version: 1, refreshToken: current }));
      }
      return reply(request);
    };
    await read();
    expect(sentTokens()).toEqual(['rotating-0', 'rotating-1', 'rotating-9']);
  });

  it('is refused once where nobody replaced it', async () => {
    current = 'another';
    const error = await failureOf(read(), ...SECRETS);
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).toBe(
      `the token endpoint ${server.origin}/token refused the credentials (400 Bad Request): invalid_grant`,
    );
    expect(error).toHaveProperty('action', expect.stringContaining('the refresh token'));
    expect(sentTokens()).toEqual([FIRST]);
  });

  it('ends the read where the new one cannot be stored, and says where', async () => {
    await mkdir(environment.stateFolder, { recursive: true });
    // A file in the place of the folder fails for every user, root too.
    await writeFile(folder(), '');
    await expect(failureOf(read(), ...SECRETS)).resolves.toMatchObject({ code: 'CONFIG_FILE_UNREADABLE' });
    expect(server.to('/items')).toEqual([]);
  });

  it('leaves nothing beside the file when the rename fails', async () => {
    await read();
    const file = await storedFile();
    const { reply } = server;
    server.reply = async (request) => {
      if (request.path === '/token') await replaceByFolder(file);
      return reply(request);
    };
    const error = await failureOf(read(), ...SECRETS);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(`could not be kept in "${file}"`);
    expect(await readdir(folder())).toHaveLength(1);
    expect(server.to('/items')).toHaveLength(1);
  });

  it.each([
    ['is damaged', ''],
    ['is damaged', '{"version":1,"refreshTok'],
    ['is damaged', '{"version":1,"refreshToken":5}'],
    ['is damaged', '["rotating-8"]'],
    ['was written by a newer version of the host', '{"version":2,"sealed":"x"}'],
  ])('asks for nothing where the file %s: %s', async (problem, text) => {
    await read();
    const file = await storedFile();
    await writeFile(file, text);
    const error = await failureOf(read(), ...SECRETS);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe(`the stored refresh token "${file}" ${problem}`);
    expect(sentTokens()).toEqual([FIRST]);
  });

  it('takes a file with fields of a later day', async () => {
    await read();
    await writeFile(await storedFile(), '{"version":1,"refreshToken":"rotating-1","more":true}');
    await read();
    expect(sentTokens()).toEqual(['rotating-0', 'rotating-1']);
  });
});

async function replaceByFolder(file: string): Promise<void> {
  await rm(file);
  await mkdir(join(file, 'not-empty'), { recursive: true });
}
