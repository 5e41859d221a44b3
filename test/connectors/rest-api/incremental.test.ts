import { describe, expect, it } from '@jest/globals';
import type { HostError, Row } from 'connector-host';
import { startFakeApi } from 'connector-host/testing';
import { FakeEngine } from '../../sdk/cursor/fake-engine.js';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import { fakeContext } from '../fake-context.js';
import { startChangingApi, type ChangingApi } from './changing-api.js';

const at = (id: number, time: string, name = ''): Row => ({ id, name, updated_at: `2026-11-27T${time}` });
const ROWS = [
  at(1, '10:00:00.123456+02:00'),
  at(2, '08:00:00.2Z'),
  at(3, '08:00:00.123457Z'),
  at(4, '10:00:00.200+02:00'),
];
const KEY = { primary_key: ['id'] };

const run = (engine: FakeEngine, api: ChangingApi, limit?: number): Promise<void> =>
  engine.run(
    (state) => api.read(state, limit),
    limit === undefined ? {} : { limit },
    () => true,
  );
const failureOf = async (promise: Promise<void>): Promise<HostError> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as HostError,
  );
const ids = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);
/** The lower bound of each run, in its first request. */
const bounds = ({ requests }: ChangingApi): (string | null)[] =>
  requests.filter(({ query }) => query.get('offset') === '0').map(({ query }) => query.get('since'));

describe('my-plugin-rest-api: incremental reads', () => {
  it('declares itself incremental, with and without a key', async () => {
    const schemas = await Promise.all(
      [KEY, {}].map(async (config) => {
        const { config: whole } = await startChangingApi(config, []);
        return new RestApiConnector(whole, fakeContext()).getReadSchema();
      }),
    );
    expect(schemas).toEqual([{ primaryKey: ['id'], incremental: true }, { incremental: true }]);
  });

  it('asks for what is new by the text that the API gave, and merges what changed', async () => {
    const api = await startChangingApi(KEY, ROWS);
    const engine = new FakeEngine('id');
    await run(engine, api);
    api.rows = [...ROWS.slice(1), at(1, '09:00:00Z', 'changed'), at(5, '08:00:00.2Z')];
    await run(engine, api);
    await run(engine, api);
    expect(bounds(api)).toEqual([null, '2026-11-27T08:00:00.2Z', '2026-11-27T09:00:00Z']);
    expect(engine.rows.sort((a, b) => Number(a.id) - Number(b.id))).toEqual([
      at(1, '09:00:00Z', 'changed'),
      ...ROWS.slice(1),
      at(5, '08:00:00.2Z'),
    ]);
  });

  it('appends each row once without a key, also rows that share the last value', async () => {
    const api = await startChangingApi({}, ROWS);
    const engine = new FakeEngine();
    await run(engine, api);
    api.rows.push(at(5, '08:00:00.2Z'), at(5, '08:00:00.2Z'));
    await run(engine, api);
    await run(engine, api);
    expect(ids(engine.rows)).toEqual([1, 2, 3, 4, 5, 5]);
    expect(api.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('begins at the start, and looks back in the format asked for', async () => {
    const api = await startChangingApi(
      { ...KEY, incremental_start: '2026-11-27T08:00:00.15Z', look_back_seconds: 3600.5 },
      [...ROWS, at(5, '10:00:00.250Z')],
    );
    const engine = new FakeEngine('id');
    await run(engine, api);
    await run(engine, api);
    expect(ids(engine.rows)).toEqual([2, 4, 5]);
    expect(bounds(api)).toEqual(['2026-11-27T08:00:00.15Z', '2026-11-27T08:59:59.75Z']);
  });

  it.each([
    ['iso', '2026-11-27T08:00:00.5Z'],
    ['date', '2026-11-26'],
    ['epoch_seconds', '1795766400'],
    ['epoch_milliseconds', '1795766400500'],
  ] as const)('sends the bound as %s', async (incremental_format, text) => {
    const api = await startChangingApi({ ...KEY, incremental_format }, [at(1, '10:00:00.5+02:00')]);
    api.matches = () => true;
    const engine = new FakeEngine('id');
    await run(engine, api);
    await run(engine, api);
    // As given, a timestamp is ISO already.
    expect(bounds(api)[1]).toBe(incremental_format === 'iso' ? '2026-11-27T10:00:00.5+02:00' : text);
    expect(ids(engine.rows)).toEqual([1]);
  });

  it('sends the bound in the body with POST', async () => {
    const api = await startChangingApi(
      {
        method: 'POST',
        pagination_type: 'none',
        body: { query: 'items', variables: { first: 10 } },
        incremental_param: 'variables.since',
        incremental_field: 'node.changed',
        incremental_type: 'epoch_milliseconds',
      },
      [{ node: { changed: 1_700_000_000_123 } }],
    );
    const engine = new FakeEngine();
    await run(engine, api);
    await run(engine, api);
    expect(api.requests.map(({ body }) => body)).toEqual([
      { query: 'items', variables: { first: 10 } },
      { query: 'items', variables: { first: 10, since: 1_700_000_000_123 } },
    ]);
    expect(engine.rows).toHaveLength(1);
  });

  it('keeps every digit of an integer beyond 2^53', async () => {
    const rows = [{ id: 9_007_199_254_740_992n }, { id: 9_007_199_254_740_993n }];
    const fake = await startFakeApi({ routes: { '/items': { rows } } });
    try {
      const api = await startChangingApi(
        { base_url: fake.url, pagination_type: 'none', incremental_field: 'id' },
        [],
      );
      const engine = new FakeEngine();
      await run(engine, api);
      await run(engine, api);
      expect(fake.requests.map(({ target }) => target)).toEqual(['/items', '/items?since=9007199254740993']);
      expect(engine.rows).toEqual(rows);
    } finally {
      await fake.close();
    }
  });
});

describe('my-plugin-rest-api: incremental reads that do not come to their end', () => {
  const sorted = [at(1, '08:00:01Z'), at(2, '08:00:02Z'), at(3, '08:00:03Z'), at(4, '08:00:04Z')];
  const failAt =
    (offset: string) =>
    ({ query }: ChangingApi['requests'][number]): number | undefined =>
      query.get('offset') === offset ? 501 : undefined;

  it('go on from the last page where rows come by rising values', async () => {
    const api = await startChangingApi({ incremental_order: 'asc' }, sorted);
    const engine = new FakeEngine();
    api.onRequest = failAt('2');
    expect((await failureOf(run(engine, api))).code).toBe('HTTP_REFUSED');
    expect(ids(engine.rows)).toEqual([1, 2]);
    api.onRequest = () => undefined;
    await run(engine, api);
    expect(bounds(api)).toEqual([null, '2026-11-27T08:00:02Z']);
    expect(ids(engine.rows)).toEqual([1, 2, 3, 4]);
  });

  it('begin again where the order is not known', async () => {
    const api = await startChangingApi({}, sorted);
    const engine = new FakeEngine();
    api.onRequest = failAt('2');
    await failureOf(run(engine, api));
    expect(engine.state).toBe('{}');
    api.onRequest = () => undefined;
    await run(engine, api);
    expect(bounds(api)).toEqual([null, null]);
    expect(ids(engine.rows)).toEqual([1, 2, 3, 4]);
  });

  it.each([1, 2, 3, 4])('do not move when they are cut after %i rows', async (limit) => {
    const api = await startChangingApi(KEY, sorted);
    const engine = new FakeEngine('id');
    await run(engine, api, limit);
    expect(ids(engine.rows)).toHaveLength(limit);
    await run(engine, api);
    expect(bounds(api)).toEqual([null, null]);
    expect(ids(engine.rows)).toEqual([1, 2, 3, 4]);
  });

  it('count rows that are new for a limit', async () => {
    const api = await startChangingApi(KEY, sorted);
    const engine = new FakeEngine('id');
    await run(engine, api);
    api.rows.push(at(5, '08:00:04Z'), at(6, '08:00:05Z'));
    await run(engine, api, 1);
    expect(ids(engine.rows)).toEqual([1, 2, 3, 4, 5]);
    await run(engine, api);
    expect(ids(engine.rows)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('my-plugin-rest-api: what keeps an incremental read from being exact', () => {
  const first = [at(1, '08:00:00Z'), at(2, '09:00:00Z')];

  it.each([
    ['no value', {}, [{ id: 1 }], /row 1 has nothing at "updated_at"/, /incremental_field/],
    ['null', {}, [{ updated_at: null }], /row 1 has null at "updated_at"/, /incremental_field/],
    [
      'another form',
      {},
      [...first, { updated_at: 'Nov 27' }],
      /row 3 has a string .* not a date/,
      /incremental_type/,
    ],
    ['numbers with a look-back', { look_back_seconds: 1 }, [{ updated_at: 5 }], /moments/, /epoch_seconds/],
    [
      'rows out of order',
      { incremental_order: 'asc' as const },
      [...first, at(3, '08:30:00Z')],
      /row 3 has a lower "updated_at"/,
      /unknown .* --full-refresh/,
    ],
  ])('is an error: %s', async (_what, config, rows, message, action) => {
    const api = await startChangingApi(config, rows);
    const error = await failureOf(run(new FakeEngine(), api));
    expect(error).toMatchObject({ name: 'ConfigError', code: 'CURSOR_FAILED' });
    expect(error.message).toMatch(message);
    expect(error.action).toMatch(action);
    expect(error.message).not.toContain('Nov 27');
  });

  it('is a warning: the API ignores the filter', async () => {
    const api = await startChangingApi({}, first);
    api.matches = () => true;
    const engine = new FakeEngine();
    await run(engine, api);
    await run(engine, api);
    expect(ids(engine.rows)).toEqual([1, 2]);
    expect(api.lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn the API gave rows with a "updated_at" below the lower bound; they are left out. The API seems to ignore incremental_param: correct its name, or incremental_format.',
    ]);
  });

  it('is a warning: the filter leaves out what equals the bound, which a look-back makes good', async () => {
    const warnings = await Promise.all(
      [0, 1].map(async (look_back_seconds) => {
        const api = await startChangingApi({ look_back_seconds }, first);
        api.matches = (row, since) => Date.parse(row.updated_at as string) > Date.parse(since);
        const engine = new FakeEngine();
        await run(engine, api);
        api.rows.push(at(3, '09:00:00Z'));
        await run(engine, api);
        return [ids(engine.rows), api.lines.filter((line) => line.startsWith('warn')).join()];
      }),
    );
    expect(warnings).toEqual([
      [[1, 2], expect.stringMatching(/came again\. .* set look_back_seconds to 1;/)],
      [[1, 2, 3], ''],
    ]);
  });
});
