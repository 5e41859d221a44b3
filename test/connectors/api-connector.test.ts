import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiConnectorConfig } from '../../python-connectors/my-plugin-api-connector/api-config.js';
import ApiConnector from '../../python-connectors/my-plugin-api-connector/connector.js';
import {
  API_KEY,
  startApi,
  type FixtureApi,
} from '../../python-connectors/my-plugin-api-connector/fixtures/api.js';
import type { Row, WriteRequest } from '../../src/index.js';
import { fakeContext, readPages, readRows } from './fake-context.js';

let api: FixtureApi;

beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

function connector(config: ApiConnectorConfig = {}, context = fakeContext()): ApiConnector {
  return new ApiConnector({ api_endpoint: api.url, api_key: API_KEY, ...config }, context);
}

async function uploaded(): Promise<Row[]> {
  const { data } = await fakeContext().http.get<Row[]>(`${api.url}/uploaded`, {
    headers: { Authorization: `Bearer ${API_KEY}` },
  });
  return data;
}

const WRITE: WriteRequest = {
  datasetSchema: null,
  datasetPartitioning: null,
  partitionId: null,
  table: 'users',
  primaryKey: [],
  writeMode: 'OVERWRITE',
  signal: new AbortController().signal,
};

const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}` }));

describe('my-plugin-api-connector reads', () => {
  it('users by default, and the resource that is chosen', async () => {
    expect(connector().getReadSchema()).toBeNull();
    expect((await readRows(connector())).map(({ name }) => name)).toEqual([
      'Ada Lovelace',
      'Grace Hopper',
      'José Núñez',
    ]);
    expect((await readRows(connector({ resource: 'orders' }))).map(({ id }) => id)).toEqual([
      101, 102, 103, 104,
    ]);
    expect((await readRows(connector({ resource: 'products', api_endpoint: `${api.url}/` })))[1]).toEqual({
      id: 12,
      name: 'Eraser\nwhite',
      price: 5,
    });
  });

  it('no more rows than its limit, and says that there may be more', async () => {
    const context = fakeContext();
    expect(await readRows(connector({ limit: 2 }, context))).toHaveLength(2);
    expect(context.lines).toContain('warn users may have more rows than the 2 of param "limit"');
    const whole = fakeContext();
    expect(await readRows(connector({ limit: 4 }, whole))).toHaveLength(3);
    expect(whole.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('no more rows than the host wants, without a warning', async () => {
    const context = fakeContext();
    expect(await readRows(connector({}, context), { recordsLimit: 1 })).toHaveLength(1);
    expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('fails with a wrong key, which is not shown', async () => {
    const context = fakeContext();
    const error: unknown = await readPages(connector({ api_key: 'wr0ng-key' }, context)).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      name: 'AuthError',
      message: expect.stringMatching(
        /^GET http:\/\/127\.0\.0\.1:\d+\/users answered 401 Unauthorized: ".+"$/,
      ),
    });
    expect(inspect(error, { depth: 9 }) + context.lines.join()).not.toContain('wr0ng-key');
  });

  it.each([
    ['an object', '{"error":"x"}', 'an object'],
    ['a page of HTML', '<h1>hello</h1>', 'a string'],
    ['null', 'null', 'null'],
    ['nothing', '', 'an empty body'],
  ])('refuses %s', async (_what, body, kind) => {
    const server: Server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await expect(readRows(connector({ api_endpoint: url }))).rejects.toMatchObject({
        name: 'ConfigError',
        message: `/users of the API answered with ${kind} instead of a list of rows`,
      });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each<[string, ApiConnectorConfig, string]>([
    ['no key', { api_key: '' }, 'param "api_key" is missing'],
    [
      'no URL',
      { api_endpoint: 'api.example' },
      'param "api_endpoint" must be a URL that begins with http:// or https://',
    ],
  ])('refuses a config with %s', (_what, config, message) => {
    expect(() => connector(config)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID', message }),
    );
  });
});

describe('my-plugin-api-connector writes', () => {
  it('batches of 1000 in the order of the rows, the rest when it is closed', async () => {
    const lines: string[] = [];
    const context = fakeContext();
    const writer = connector({}, context).getWriter(WRITE);
    const rows = rowsOf(2500);
    await writer.writeRows?.(rows.slice(0, 700));
    expect(await uploaded()).toHaveLength(0);
    await writer.writeRows?.(rows.slice(700, 2499));
    expect(await uploaded()).toHaveLength(2000);
    await writer.writeRow(rows[2499] as Row);
    await writer.close();
    expect(await uploaded()).toEqual(rows);
    lines.push(...context.lines.filter((line) => line.includes('POST')));
    const answered = lines.map((line) => line.replace(/\(\d+ ms, \d+ bytes\)$/, '(N ms, N bytes)'));
    expect(answered).toEqual(new Array(3).fill(`debug POST ${api.url}/upload answered 200 (N ms, N bytes)`));
  });

  it('nothing where there are no rows, nor what is left after an abort', async () => {
    const empty = connector().getWriter(WRITE);
    await empty.close();
    const aborted = connector().getWriter(WRITE);
    await aborted.writeRows?.(rowsOf(1000));
    await aborted.flush?.();
    await aborted.writeRow({ id: 1000 });
    await aborted.abort?.();
    expect(await uploaded()).toEqual(rowsOf(1000));
  });

  it('fails with what the API answered', async () => {
    const writer = connector({ api_key: 'wr0ng-key' }).getWriter(WRITE);
    await writer.writeRow({ id: 1 });
    await expect(writer.close()).rejects.toMatchObject({
      name: 'AuthError',
      message: expect.stringMatching(
        /^POST http:\/\/127\.0\.0\.1:\d+\/upload answered 401 Unauthorized: ".+"$/,
      ),
    });
  });

  it('sends integers beyond 2^53 as they are', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const writer = connector({ api_endpoint: url }).getWriter(WRITE);
    await writer.writeRow({ id: 9007199254740993n });
    await writer.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(bodies.join('')).toBe('[{"id":9007199254740993}]');
  });
});
