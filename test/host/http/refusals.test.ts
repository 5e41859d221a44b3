import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { refusal } from '../../../src/host/http/refusal.js';
import { ERROR_CODES } from '../../../src/sdk/errors.js';
import type { HttpOptions } from '../../../src/sdk/http.js';
import { client, failureOf, SECRET, serve } from './http-harness.js';

const send = (status: number, body: Buffer | string, headers: Record<string, string> = {}): Promise<string> =>
  serve((_request, response) => response.writeHead(status, headers).end(body));

describe('an answer that is no success', () => {
  it('shows what it says, on one line, without secrets', async () => {
    const url = await send(400, `{"error":\n  "bad key ${SECRET}"}`, { 'Content-Type': 'application/json' });
    const error = await failureOf(client().get(`${url}/x`));
    expect(error).toMatchObject({
      name: 'ConfigError',
      message: `GET ${url}/x answered 400 Bad Request: "{\\"error\\": \\"bad key ***\\"}"`,
      details: { status: 400 },
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('shows 200 characters of it', async () => {
    const url = await send(404, '<html>'.padEnd(1000, 'x'));
    expect((await failureOf(client().get(url))).message).toBe(
      `GET ${url} answered 404 Not Found: "${'<html>'.padEnd(200, 'x')}…"`,
    );
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['bytes', Buffer.from([0x50, 0x4b, 0xff, 0x00])],
    ['text with zeros', 'a\0b'],
  ])('does not show %s', async (_what, body) => {
    const url = await send(404, body);
    expect((await failureOf(client().get(url))).message).toBe(`GET ${url} answered 404 Not Found`);
  });

  it('shows it of the last try', async () => {
    const url = await serve((_request, response, count) => response.writeHead(500).end(`oops ${count}`));
    expect((await failureOf(client({ retry: { tries: 2 } }).get(url))).message).toBe(
      `GET ${url} answered 500 Internal Server Error: "oops 1" (after 2 tries)`,
    );
  });

  it('fails a stream before it begins', async () => {
    const url = await send(403, 'no');
    expect(await failureOf(client().get(url, { responseType: 'stream' }))).toMatchObject({
      name: 'AuthError',
      message: `GET ${url} answered 403 Forbidden: "no"`,
    });
  });

  it('is none where axios is told so', async () => {
    const url = await send(404, '{"none":true}');
    const { status, data } = await client().get<object>(url, { validateStatus: (code) => code === 404 });
    expect([status, data]).toEqual([404, { none: true }]);
  });

  it('names what speaks no HTTP', async () => {
    const url = await serve((request) => request.socket.end('220 mail.example ESMTP\r\n'));
    expect((await failureOf(client().get(url))).message).toMatch(
      /was answered with something that is not HTTP \(HPE_\w+\)$/,
    );
  });

  it('names a header that cannot be sent, not what is in it', async () => {
    const error = await failureOf(
      client({
        auth: { type: 'custom', authorize: ({ headers }) => void (headers['X-Key'] = `${SECRET}\n`) },
      }).get('http://127.0.0.1:1/'),
    );
    expect(error.message).toMatch(
      /^GET http:\/\/127\.0\.0\.1:1\/ cannot be sent: Invalid character in header/,
    );
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('names a scheme that it does not speak', async () => {
    expect((await failureOf(client().get('ftp://api.example/x'))).message).toBe(
      'GET ftp://api.example/x cannot be sent: the address must begin with http: or https:',
    );
  });
});

describe('401', () => {
  const answer = (status: number) => ({
    status,
    statusText: '',
    headers: {},
    body: Buffer.from('no'),
    url: new URL('http://api.example/'),
  });
  const NONE_SENT = 'No credentials were sent: set auth_type, or `auth` in a connector of your own.';

  it.each([
    [401, false, NONE_SENT],
    [401, true, ERROR_CODES.AUTH_FAILED.action],
    [403, false, ERROR_CODES.AUTH_FAILED.action],
  ])('%i, with credentials: %j', (status, hasCredentials, action) => {
    expect(refusal(answer(status), 'GET x', String, hasCredentials)).toMatchObject({
      name: 'AuthError',
      action,
      details: { status },
    });
  });

  it.each<[string, HttpOptions, string, string]>([
    ['nothing', {}, '', NONE_SENT],
    ['auth none', { auth: { type: 'none' }, headers: { Accept: 'text/plain' } }, '', NONE_SENT],
    ['auth', { auth: { type: 'bearer', token: 'wrong-token' } }, '', ERROR_CODES.AUTH_FAILED.action],
    ['a header', { headers: { 'X-API-Key': 'wrong-key' } }, '', ERROR_CODES.AUTH_FAILED.action],
    ['a parameter', {}, '?api_key=wrong-key', ERROR_CODES.AUTH_FAILED.action],
  ])('says whether there were credentials: %s', async (_what, options, query, action) => {
    const url = await send(401, 'no');
    expect(await failureOf(client(options).get(`${url}/x${query}`))).toMatchObject({
      name: 'AuthError',
      message: `GET ${url}/x answered 401 Unauthorized: "no"`,
      action,
    });
  });
});
