import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiConnectorConfig } from '../../../python-connectors/my-plugin-api-connector/api-config.js';
import {
  startApi,
  type FixtureApi,
} from '../../../python-connectors/my-plugin-api-connector/fixtures/api.js';
import type { Row } from '../../../src/index.js';
import { playWrites } from './play-writes.js';

const ROWS: readonly Row[] = [
  { id: 1, name: 'Ada' },
  { id: 2, name: null },
  { id: 3, name: 'Cy' },
  { id: 4 },
];

describe('results of rows', () => {
  let api: FixtureApi;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const coded = { result_code_path: 'code' } as const;
  it.each<[string, ApiConnectorConfig]>([
    ['list', { results_shape: 'list', results_path: 'results', ...coded }],
    ['ndjson', { results_shape: 'ndjson', body_shape: 'ndjson', ...coded }],
    ['errors', { results_shape: 'errors_index', results_path: 'errors', ...coded }],
    ['by-id', { results_shape: 'by_id', results_path: 'users', body_shape: 'records', ...coded }],
  ])('come as %s, and the rows refused are kept with their reason', async (shape, config) => {
    const { refused } = await playWrites({ api_endpoint: api.url, write_path: `/bulk/${shape}`, ...config }, [
      ['insert', ROWS],
    ]);
    expect(refused.map(({ number, code, message }) => [number, code, message])).toEqual([
      [2, 'name_missing', 'a user has a name'],
      [4, 'name_missing', 'a user has a name'],
    ]);
    expect(refused[0]).toMatchObject({
      request: `POST ${api.url}/bulk/${shape}`,
      status: shape === 'list' ? 207 : 200,
      response: expect.stringContaining('name_missing'),
    });
    expect(api.writes).toHaveLength(1);
  });

  it('come as indexes alone, counted from 1', async () => {
    const config = {
      write_path: '/bulk/indexes',
      results_shape: 'index_list',
      results_path: 'failed',
      first_index: 1,
    } as const;
    const { refused } = await playWrites({ api_endpoint: api.url, ...config }, [['insert', ROWS]]);
    expect(refused.map(({ number, code }) => [number, code])).toEqual([
      [2, 'refused'],
      [4, 'refused'],
    ]);
  });

  it('come as a 200 that says no to all: the batch is halved until the rows are found', async () => {
    const config = { write_path: '/bulk/all', success_path: 'ok', error_code_path: 'error.code' };
    const message = { error_message_path: 'error.message' };
    const { refused } = await playWrites({ api_endpoint: api.url, ...config, ...message }, [
      ['insert', ROWS],
    ]);
    expect(refused).toMatchObject([
      { number: 2, code: 'name_missing', message: 'a user has a name', status: 200 },
      { number: 4, code: 'name_missing', message: 'a user has a name', status: 200 },
    ]);
    expect(api.writes.map(({ body }) => (JSON.parse(body) as Row[]).map(({ id }) => id))).toEqual([
      [1, 2, 3, 4],
      [1, 2],
      [1],
      [2],
      [3, 4],
      [3],
      [4],
    ]);
  });

  it('are looked for where the parameters say, and an answer of another shape ends the run', async () => {
    const config = { write_path: '/bulk/list', results_shape: 'list', results_path: 'items' } as const;
    await expect(playWrites({ api_endpoint: api.url, ...config }, [['insert', ROWS]])).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: 'the answer to a batch has no list of results at items, but nothing',
    });
  });
});

describe('answers', () => {
  let server: Server;
  let url: string;
  let seen: { readonly body: string; readonly key: string | undefined }[] = [];
  /** What is done with each request, by its number from 0; the last one counts for all later ones. */
  let answers: ((response: ServerResponse) => void)[] = [];

  const json =
    (status: number, body: unknown, headers: Record<string, string> = {}) =>
    (response: ServerResponse): void => {
      response
        .writeHead(status, { 'Content-Type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    };

  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const answer = answers[Math.min(seen.length, answers.length - 1)];
        seen.push({ body, key: request.headers['idempotency-key'] as string | undefined });
        answer?.(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const write = (config: ApiConnectorConfig = {}): ReturnType<typeof playWrites> =>
    playWrites({ api_endpoint: url, ...config }, [['upsert', [{ id: 1 }, { id: 2 }]]]);

  it.each<[string, string]>([
    ['text/html; charset=utf-8', 'please log in'],
    ['text/plain', ' <!DOCTYPE html><title>Log in</title>'],
  ])('that are a page of HTML (%s) are no success', async (type, text) => {
    answers = [(response) => response.writeHead(200, { 'Content-Type': type }).end(text)];
    for (const config of [{}, { results_shape: 'list' }, { upsert_method: 'PUT' }] as const) {
      await expect(write(config)).rejects.toMatchObject({
        name: 'ConfigError',
        code: 'HTTP_REFUSED',
        message: expect.stringMatching(
          /^(POST|PUT) http:\/\/127\.0\.0\.1:\d+\/\S+ answered 200 with a page of HTML$/,
        ),
      });
    }
  });

  it('that are a page of HTML are no NDJSON', async () => {
    answers = [(response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('log in')];
    await expect(write({ results_shape: 'ndjson' })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('answered 200 with text/html that is not NDJSON'),
    });
  });

  it.each([
    ['204 and nothing', (response: ServerResponse) => response.writeHead(204).end()],
    ['200 and a word', (response: ServerResponse) => response.writeHead(200).end('OK')],
  ])('of %s are a success', async (_what, answer) => {
    answers = [answer];
    expect((await write()).refused).toEqual([]);
    expect((await write({ upsert_method: 'PUT' })).refused).toEqual([]);
  });

  it('of nothing at all name no rows, where errors are named by index', async () => {
    answers = [(response) => response.writeHead(204).end()];
    expect((await write({ results_shape: 'errors_index', results_path: 'errors' })).refused).toEqual([]);
    await expect(write({ results_shape: 'list' })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['in the middle', (response) => response.writeHead(200, { 'Content-Length': '99' }).write('{"ok":')],
    ['before they begin', () => undefined],
  ])('that are cut %s are asked for again under the same name', async (_where, cut) => {
    answers = [
      (response) => {
        cut(response);
        setTimeout(() => response.destroy(), 20);
      },
      json(200, {}),
    ];
    expect((await write()).refused).toEqual([]);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.key).toMatch(/^[0-9a-f]{64}$/);
  });

  it('that come late for one row leave out those that were taken', async () => {
    answers = [json(200, {}), (response) => response.destroy(), json(200, {})];
    await write({ upsert_method: 'PATCH' });
    expect(seen.map(({ body }) => body)).toEqual(['{"id":1}', '{"id":2}', '{"id":2}']);
  });

  it('of 429 put the batch off as long as they ask', async () => {
    answers = [json(429, {}, { 'Retry-After': '0.2' }), json(200, {})];
    await write();
    expect(seen).toHaveLength(2);
  });

  it('of 401 and 404 end the run', async () => {
    answers = [json(401, {})];
    await expect(write()).rejects.toMatchObject({ name: 'AuthError' });
    answers = [json(404, {})];
    await expect(write()).rejects.toMatchObject({ name: 'ConfigError', code: 'HTTP_REFUSED' });
  });

  it('that say nothing of success end the run, unless nothing is what success says', async () => {
    answers = [json(200, { done: { at: 1 } })];
    const message = expect.stringMatching(
      /answered 200 and says nothing of success at ok$/,
    ) as unknown as string;
    await expect(write({ success_path: 'ok' })).rejects.toMatchObject({ name: 'ConfigError', message });
    expect((await write({ success_path: 'error', success_values: ['null'] })).refused).toEqual([]);
  });

  it('that ask to come again are obeyed', async () => {
    answers = [json(200, { ok: false, code: 'busy' }), json(200, { ok: true })];
    expect((await write({ success_path: 'ok', retry_codes: ['busy'] })).refused).toEqual([]);
    expect(seen).toHaveLength(2);
  });

  it('that say no for one row refuse it, with PUT', async () => {
    answers = [json(200, { ok: true }), json(200, { ok: false, code: 'locked', message: 'is locked' })];
    const { refused } = await write({ success_path: 'ok', upsert_method: 'PUT' });
    expect(refused).toMatchObject([
      { number: 2, code: 'locked', message: 'is locked', status: 200, request: `PUT ${url}/users/2` },
    ]);
  });

  it('to a reset that fails end the run before a row is sent', async () => {
    answers = [json(405, {})];
    await expect(
      playWrites({ api_endpoint: url, reset_path: '/users' }, [['insert', [{ id: 1 }]]], {
        writeMode: 'OVERWRITE',
      }),
    ).rejects.toMatchObject({ name: 'ConfigError', details: { status: 405 } });
    expect(seen).toHaveLength(1);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
