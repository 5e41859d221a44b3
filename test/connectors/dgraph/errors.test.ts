import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import DgraphConnector from '../../../python-connectors/my-plugin-dgraph/connector.js';
import type { DgraphConfig } from '../../../python-connectors/my-plugin-dgraph/dgraph-settings.js';
import type { HttpOptions } from '../../../src/index.js';
import {
  DGRAPH_TOKEN,
  startDgraphServer,
  type DgraphFault,
  type DgraphServer,
} from '../../helpers/dgraph-server.js';
import { serveJson } from '../../helpers/serve-json.js';
import { fakeContext } from '../fake-context.js';
import { NOTHING, rowsOf } from './apply-emissions.js';
import { catalogue, expectedContent, minute } from './catalogue.js';
import { contentOf, syncDgraph, withShortWaits, type Sync } from './sync-dgraph.js';

let server: DgraphServer;

beforeEach(async () => {
  server = await startDgraphServer();
  server.graph.put(catalogue({ products: 40 }));
});
afterEach(() => server.close());

const CONFIG = { page_size: 10, checkpoint_interval: 10 };
const expected = expectedContent(catalogue({ products: 40 }));

const errorOf = (sync: Sync = {}): Promise<unknown> =>
  syncDgraph(server.url, { config: CONFIG, ...sync }).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('my-plugin-dgraph tries again', () => {
  it('five times, from 2 seconds on and 60 at most', () => {
    const options: HttpOptions[] = [];
    const config = { dgraph_url: server.url, api_key: 'k', timeout_seconds: 7 };
    expect(new DgraphConnector(config, withShortWaits(fakeContext(), options))).toBeDefined();
    expect(options).toEqual([
      {
        baseURL: server.url,
        auth: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', value: 'k' },
        timeoutSeconds: 7,
        retrySafe: true,
        retry: { tries: 6, seconds: 60, baseSeconds: 2 },
      },
    ]);
  });

  it.each<[string, DgraphFault]>([
    ['500', { status: 500, times: 5 }],
    ['503', { status: 503, times: 3 }],
    ['a cut connection', { cut: 'before', times: 5 }],
    ['half an answer', { cut: 'within', times: 2 }],
  ])('after %s, and reads everything', async (_what, fault) => {
    server.control({
      faults: [
        { query: 'queryProduct', skip: 1, ...fault },
        { query: 'getGQLSchema', ...fault },
      ],
    });
    expect(contentOf(await syncDgraph(server.url, { config: CONFIG }))).toEqual(expected);
  });

  it('after a timeout', async () => {
    server.control({ faults: [{ query: 'queryReview', delayMs: 3000 }] });
    const config = { ...CONFIG, timeout_seconds: 1 };
    expect(contentOf(await syncDgraph(server.url, { config }))).toEqual(expected);
  });

  it('and gives up after five, with all that was committed', async () => {
    server.control({ faults: [{ query: 'queryProduct', skip: 3, times: 6, status: 502 }] });
    const commits: (typeof NOTHING)[] = [];
    expect(await errorOf({ commits })).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('after 6 tries'),
    });
    const from = commits.at(-1) ?? NOTHING;
    expect(from.state.product).toBe(minute(20));
    expect(contentOf(await syncDgraph(server.url, { config: CONFIG, from }))).toEqual(expected);
  });
});

describe('my-plugin-dgraph fails at once', () => {
  it.each([401, 403])('with %d, without showing the key', async (status) => {
    const context = fakeContext();
    server.control({ faults: [{ status }] });
    const error = await errorOf({ context, config: { api_key: 'wr0ng-token' } });
    expect(error).toMatchObject({ name: 'AuthError', code: 'AUTH_FAILED', details: { status } });
    expect(server.requests).toHaveLength(1);
    expect(inspect(error, { depth: 9 }) + context.lines.join()).not.toContain('wr0ng-token');
  });

  it('with the wrong token', async () => {
    expect(await errorOf({ config: { api_key: 'wr0ng-token' } })).toMatchObject({
      name: 'AuthError',
      message: expect.stringContaining('the token is not valid'),
    });
  });

  it('with 400, and says what the API said', async () => {
    server.control({ faults: [{ query: 'queryAttribute', status: 400, body: 'no such predicate' }] });
    expect(await errorOf()).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: expect.stringContaining('no such predicate'),
    });
    expect(server.requests.filter(({ query }) => query.includes('queryAttribute'))).toHaveLength(1);
  });

  it.each([
    ['no list', { data: { getGQLSchema: null, queryCategory: {} } }, 'queryCategory of the API is no list'],
    [
      'another answer',
      { hello: 1 },
      'getGQLSchema of /admin was answered with something that is no answer to a GraphQL query',
    ],
    [
      'a time that is none',
      { data: { getGQLSchema: null, queryCategory: [{ id: '1', updatedAt: 'yesterday' }] } },
      'queryCategory of the API has a updatedAt that is no RFC 3339 time',
    ],
    [
      'a node without an id',
      { data: { getGQLSchema: null, queryCategory: [{ name: 'x' }] } },
      'queryCategory of the API has a node without an id',
    ],
    [
      'another order',
      {
        data: {
          getGQLSchema: null,
          queryCategory: [
            { id: '1', updatedAt: minute(2) },
            { id: '2', updatedAt: minute(1) },
          ],
        },
      },
      'queryCategory of the API does not keep to the order and the filter by updatedAt',
    ],
    [
      'one page for every offset',
      { data: { getGQLSchema: null, queryCategory: [{ id: '1' }, { id: '2' }] } },
      'queryCategory of the API brought the same page twice, so it seems to ignore the offset',
    ],
  ])('with an API that gives %s', async (_what, json, message) => {
    const { url } = await serveJson(() => ({ json }));
    await expect(syncDgraph(url)).rejects.toMatchObject({ name: 'ConfigError', message });
  });

  it('with a state that it has not saved', async () => {
    expect(await errorOf({ from: { ...NOTHING, state: { product: 'p5' } } })).toMatchObject({
      code: 'CONFIG_INVALID',
      message: '"product" of the saved state is no RFC 3339 time',
    });
    expect(server.requests).toHaveLength(0);
  });

  it.each<[string, DgraphConfig, string]>([
    ['no address', { dgraph_url: ' ' }, 'param "dgraph_url" is missing'],
    ['another scheme', { dgraph_url: 'grpc://x' }, 'param "dgraph_url" must begin with http:// or https://'],
    ['no URL', { dgraph_url: 'http://' }, 'param "dgraph_url" must begin with http:// or https://'],
    [
      'a password in the address',
      { dgraph_url: 'http://u:p4ss@x' },
      'param "dgraph_url" must not have a query, a fragment or credentials',
    ],
    ['no key', { api_key: '' }, 'param "api_key" is missing'],
    ['a page size of 0', { page_size: 0 }, 'param "page_size" must be an integer of at least 1'],
    [
      'two things wrong',
      { timeout_seconds: 0, checkpoint_interval: 1.5 },
      '2 problems:\n  - param "timeout_seconds" must be an integer of at least 1\n  - param "checkpoint_interval" must be an integer of at least 1',
    ],
  ])('with a config that has %s', (_what, config, message) => {
    const make = (): unknown =>
      new DgraphConnector({ dgraph_url: server.url, api_key: DGRAPH_TOKEN, ...config }, fakeContext());
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID', message }));
  });
});

describe('my-plugin-dgraph: GraphQL errors', () => {
  it('without data end the run, with the first message', async () => {
    server.control({
      faults: [{ query: 'queryProduct', errors: ['Unknown field sku', 'more'], data: 'none' }],
    });
    expect(await errorOf()).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: 'queryProduct of /graphql was answered with 2 errors, first: "Unknown field sku"',
    });
  });

  it('of a query that the schema does not take, as a real server says them', async () => {
    server.control({ schema: 'type Category { parentCategory: Category }' });
    expect(await errorOf()).toMatchObject({
      code: 'HTTP_REFUSED',
      message: expect.stringMatching(
        /^queryCategory of \/graphql was answered with an error: "Cannot query field/,
      ),
    });
  });

  it('beside data are a warning, and the run goes on', async () => {
    const context = fakeContext();
    server.control({ faults: [{ query: 'queryCategory', errors: ['a resolver was slow'], data: 'kept' }] });
    const applied = await syncDgraph(server.url, { config: CONFIG, context });
    expect(contentOf(applied)).toEqual(expected);
    expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn queryCategory of /graphql: besides its data, the API answered with an error: "a resolver was slow"',
    ]);
  });

  it('that leave nodes out hold the cursor, so the next run brings them', async () => {
    const fault = { query: 'queryProduct', skip: 2, errors: ['x'], data: { nullAt: [3, 4] } };
    server.control({ faults: [fault] });
    const first = await syncDgraph(server.url, { config: CONFIG });
    expect(rowsOf(first, 'product')).toHaveLength(38);
    // As far as the second page; the third one had the errors.
    expect(first.state.product).toBe(minute(19));
    const second = await syncDgraph(server.url, { config: CONFIG, from: first });
    expect(contentOf(second)).toEqual(expected);
    expect(second.state.product).toBe(minute(40));
  });

  it('do not take edges away', async () => {
    const first = await syncDgraph(server.url, { config: CONFIG });
    const [product] = catalogue({ products: 40 }).Product;
    // What an error leaves out looks as if it was not there.
    server.graph.put({ Product: [{ id: 'p0', ...product, attributes: [], updatedAt: minute(900) }] });
    server.control({ faults: [{ query: 'queryProduct', errors: ['attributes failed'], data: 'kept' }] });
    const second = await syncDgraph(server.url, { config: CONFIG, from: first });
    expect(rowsOf(second, 'relationship')).toEqual(rowsOf(first, 'relationship'));
    expect(second.state.product).toBe(first.state.product);
    const third = await syncDgraph(server.url, { config: CONFIG, from: second });
    expect(rowsOf(third, 'relationship').length).toBe(rowsOf(first, 'relationship').length - 2);
  });
});
