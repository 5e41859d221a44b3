import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CdsRecordsConfig } from '../../python-connectors/my-plugin-cds-records/cds-settings.js';
import CdsRecordsConnector from '../../python-connectors/my-plugin-cds-records/connector.js';
import { API_KEY, startApi } from '../../python-connectors/my-plugin-cds-records/fixtures/api.js';
import type { Row, State } from '../../src/index.js';
import { serveJson, type JsonAnswer, type JsonRequest } from '../helpers/serve-json.js';
import { applyEmissions, NOTHING, rowsOf, type Applied, type Committed } from './dgraph/apply-emissions.js';
import { fakeContext, readRequest, type FakeContext } from './fake-context.js';

const KEYS = { cds_records: ['record_id'] };

interface Sync {
  readonly config?: CdsRecordsConfig;
  readonly context?: FakeContext;
  readonly from?: Committed;
  readonly crashAfter?: number;
  readonly limit?: number;
  /** Gets what is committed, also by a run that fails. */
  readonly commits?: Committed[];
}

function sync(
  url: string,
  { config = {}, context = fakeContext(), from = NOTHING, limit = -1, ...more }: Sync = {},
): Promise<Applied> {
  const connector = new CdsRecordsConnector({ api_key: API_KEY, base_url: url, ...config }, context);
  const request = readRequest({
    datasetSchema: connector.getReadSchema(),
    state: from.state,
    recordsLimit: limit,
  });
  return applyEmissions(connector.generateRows(request), KEYS, { from, ...more });
}

const recordsOf = (count: number, first = 0): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    record_id: `r${String(first + i).padStart(5, '0')}`,
    amount: i / 2,
  }));

/** An API whose cursor is the number of records before a page, over a list that a test may change. */
async function serveRecords(
  records: Row[],
  fault: (request: JsonRequest) => JsonAnswer | 'none' = () => 'none',
): ReturnType<typeof serveJson> {
  return serveJson((request) => {
    const faulty = fault(request);
    if (faulty !== 'none') return faulty;
    if (request.headers.api_key !== API_KEY) return { status: 401, json: { error: 'wrong key' } };
    const begin = Number(request.query.get('cursor') ?? 0);
    const end = begin + Number(request.query.get('page_size'));
    return {
      json: {
        cds_records: records.slice(begin, end),
        next_cursor: end < records.length ? String(end) : null,
      },
    };
  });
}

const statesOf = ({ operations }: Applied): State[] =>
  operations.flatMap((operation) => (operation.kind === 'checkpoint' ? [operation.state] : []));
const sizesOf = ({ operations }: Applied): (number | 'checkpoint')[] =>
  operations.map((operation) =>
    operation.kind === 'checkpoint' ? 'checkpoint' : operation.kind === 'upsert' ? operation.rows.length : -1,
  );

describe('my-plugin-cds-records reads', () => {
  it('every record with all its fields, and declares table and key only', async () => {
    const api = await startApi();
    try {
      const connector = new CdsRecordsConnector({ api_key: API_KEY, base_url: `${api.url}/` }, fakeContext());
      expect(connector.getReadSchema()).toEqual({
        tables: [{ name: 'cds_records', primaryKey: ['record_id'] }],
      });
      const { tables, state } = await sync(api.url, { config: { page_size: 3 } });
      expect(rowsOf({ tables, state }, 'cds_records')).toHaveLength(8);
      expect(rowsOf({ tables, state }, 'cds_records')[0]).toEqual({
        record_id: 'record-1',
        name: 'Record 1',
        amount: 0,
        tags: ['even'],
        updated_at: '2026-11-01T07:00:00Z',
      });
      expect(state).toEqual({ next_cursor: '6' });
    } finally {
      await api.close();
    }
  });

  it('with the key in its header, and the page size in the query', async () => {
    const { url, requests } = await serveRecords(recordsOf(5));
    await sync(url, { config: { page_size: 2 } });
    expect(requests.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
      '/cds_data?page_size=2',
      '/cds_data?cursor=2&page_size=2',
      '/cds_data?cursor=4&page_size=2',
    ]);
    expect(new Set(requests.map(({ headers }) => headers.api_key))).toEqual(new Set([API_KEY]));
  });

  it('nothing where there is nothing, without a state', async () => {
    const { url } = await serveRecords([]);
    expect(await sync(url)).toMatchObject({
      state: {},
      isComplete: true,
      operations: [{ kind: 'checkpoint' }],
    });
  });

  it('numbers as cursors, beyond 2^53 with all digits', async () => {
    const { url, requests } = await serveJson(({ query }) =>
      query.get('cursor') === null
        ? { json: { cds_records: recordsOf(1), next_cursor: 7 } }
        : { json: { cds_records: recordsOf(1, 1), next_cursor: null } },
    );
    expect((await sync(url)).state).toEqual({ next_cursor: 7 });
    await sync(url, { from: { ...NOTHING, state: { next_cursor: 9007199254740993n } } });
    expect(requests.at(-1)?.query.get('cursor')).toBe('9007199254740993');
  });
});

describe('my-plugin-cds-records: checkpoints', () => {
  it('come every 100 records, and at the end', async () => {
    const { url } = await serveRecords(recordsOf(250));
    const applied = await sync(url);
    expect(sizesOf(applied)).toEqual([100, 'checkpoint', 100, 'checkpoint', 50, 'checkpoint']);
    expect(statesOf(applied)).toEqual([
      { next_cursor: '100' },
      { next_cursor: '200' },
      { next_cursor: '200' },
    ]);
  });

  it('count across small pages', async () => {
    const { url } = await serveRecords(recordsOf(170));
    const applied = await sync(url, { config: { page_size: 75 } });
    expect(sizesOf(applied)).toEqual([75, 25, 'checkpoint', 50, 20, 'checkpoint']);
    expect(statesOf(applied)).toEqual([{ next_cursor: '75' }, { next_cursor: '150' }]);
  });

  it('in the middle of a large page keep its own cursor', async () => {
    const { url } = await serveRecords(recordsOf(500));
    const applied = await sync(url, { config: { page_size: 250 } });
    expect(statesOf(applied)).toEqual([
      {},
      {},
      { next_cursor: '250' },
      { next_cursor: '250' },
      { next_cursor: '250' },
      { next_cursor: '250' },
    ]);
  });

  it('do not pass records that a limit cut off', async () => {
    const { url } = await serveRecords(recordsOf(500));
    const limited = await sync(url, { config: { page_size: 200 }, limit: 300 });
    expect(limited.state).toEqual({ next_cursor: '200' });
    const whole = await sync(url, { config: { page_size: 200 }, from: limited });
    expect(rowsOf(whole, 'cds_records')).toEqual(recordsOf(500));
  });

  it('let a run that crashed anywhere go on to the same end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 450 }),
        fc.constantFrom(1, 30, 99, 100, 101, 150, 1000),
        fc.integer({ min: 0, max: 40 }),
        async (count, pageSize, crashAfter) => {
          // One page of one record each would be 450 requests.
          const records = recordsOf(pageSize === 1 ? count % 30 : count);
          const { url } = await serveRecords(records);
          const config = { page_size: pageSize };
          const crashed = await sync(url, { config, crashAfter });
          const resumed = await sync(url, { config, from: crashed });
          expect(rowsOf(resumed, 'cds_records')).toEqual(records);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are all safe to resume from, also when the page has changed meanwhile', async () => {
    const records = recordsOf(460);
    const { url } = await serveRecords(records);
    const config = { page_size: 230 };
    const { commits } = await sync(url, { config });
    expect(commits).toHaveLength(5);
    // A record is put into the first page after each of these commits, one is changed there, and one taken away.
    records.splice(10, 1, { record_id: 'r00010', amount: -1 }, { record_id: 'new' });
    records.splice(50, 1);
    for (const from of commits.slice(0, 2)) {
      const resumed = await sync(url, { config, from });
      const rows = rowsOf(resumed, 'cds_records');
      expect(rows).toEqual(expect.arrayContaining(records));
    }
  });
});

describe('my-plugin-cds-records runs again', () => {
  it('with one request where nothing has come', async () => {
    const { url, requests } = await serveRecords(recordsOf(350));
    const first = await sync(url);
    const asked = requests.length;
    const context = fakeContext();
    const second = await sync(url, { from: first, context });
    expect(requests).toHaveLength(asked + 1);
    expect(requests.at(-1)?.query.get('cursor')).toBe('300');
    expect(second.tables).toEqual(first.tables);
    expect(second.state).toEqual(first.state);
    expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it.each([1, 50, 51, 200])('and finds %d records that were added at the end', async (added) => {
    const records = recordsOf(350);
    const { url, requests } = await serveRecords(records);
    const first = await sync(url);
    records.push(...recordsOf(added, 350));
    const asked = requests.length;
    const second = await sync(url, { from: first });
    expect(rowsOf(second, 'cds_records').map(({ record_id: id }) => id)).toEqual(
      records.map(({ record_id: id }) => id),
    );
    expect(requests.length - asked).toBe(Math.ceil((50 + added) / 100));
  });

  it('and finds what came after a last page that was full', async () => {
    const records = recordsOf(200);
    const { url } = await serveRecords(records);
    const first = await sync(url);
    expect(first.state).toEqual({ next_cursor: '100' });
    records.push(...recordsOf(5, 200));
    expect(rowsOf(await sync(url, { from: first }), 'cds_records')).toHaveLength(205);
  });
});

describe('my-plugin-cds-records fails', () => {
  const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('after what passes was tried again, with the state of the last checkpoint', async () => {
    let broken = 0;
    const records = recordsOf(300);
    const { url, requests } = await serveRecords(records, ({ query }) => {
      if (query.get('cursor') !== '200' || broken === 0) return 'none';
      broken -= 1;
      return { status: 503, json: { error: 'later' } };
    });
    broken = 2;
    expect((await sync(url)).isComplete).toBe(true);
    expect(requests).toHaveLength(5);
    broken = Infinity;
    const commits: Committed[] = [];
    expect(await errorOf(sync(url, { commits }))).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('answered 503'),
    });
    expect(commits.at(-1)?.state).toEqual({ next_cursor: '200' });
    broken = 0;
    const asked = requests.length;
    expect(rowsOf(await sync(url, { from: commits.at(-1) ?? NOTHING }), 'cds_records')).toEqual(records);
    expect(requests).toHaveLength(asked + 1);
  });

  it('with a wrong key, at once, and does not show it', async () => {
    const { url, requests } = await serveRecords(recordsOf(3));
    const context = fakeContext();
    const error = await errorOf(sync(url, { config: { api_key: 'wr0ng-key' }, context }));
    expect(error).toMatchObject({ name: 'AuthError', code: 'AUTH_FAILED' });
    expect(requests).toHaveLength(1);
    expect(inspect(error, { depth: 9 }) + context.lines.join()).not.toContain('wr0ng-key');
  });

  it('where the cursor of the last run is refused, and says what to do', async () => {
    const { url } = await serveRecords(recordsOf(3), ({ query }) =>
      query.get('cursor') === null ? 'none' : { status: 410, json: { error: 'expired' } },
    );
    expect(await errorOf(sync(url, { from: { ...NOTHING, state: { next_cursor: 'old' } } }))).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      action: expect.stringContaining('--full-refresh'),
    });
  });

  it.each<[string, unknown, string]>([
    ['no list', { error: 'x' }, '/cds_data of the API was answered without a list "cds_records"'],
    ['nothing', null, '/cds_data of the API was answered without a list "cds_records"'],
    ['texts', { cds_records: ['a'], next_cursor: null }, 'has a list of'],
    ['an object as a cursor', { cds_records: recordsOf(2), next_cursor: {} }, 'where the cursor should be'],
  ])('where the answer has %s', async (_what, json, message) => {
    const { url } = await serveJson(() => ({ json }));
    expect(await errorOf(sync(url))).toMatchObject({
      name: 'ConfigError',
      code: 'PAGING_FAILED',
      message: expect.stringContaining(message),
    });
  });

  it('where the API ignores the cursor', async () => {
    const { url } = await serveJson(() => ({ json: { cds_records: recordsOf(2), next_cursor: 'same' } }));
    expect(await errorOf(sync(url))).toMatchObject({ code: 'PAGING_FAILED' });
  });

  it('with a state that is none', async () => {
    const { url, requests } = await serveRecords(recordsOf(3));
    const from = { ...NOTHING, state: { next_cursor: ['a'] } };
    expect(await errorOf(sync(url, { from }))).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
    expect(requests).toHaveLength(0);
  });

  it.each<[string, CdsRecordsConfig, string]>([
    ['no key', { api_key: ' ' }, 'param "api_key" is missing'],
    [
      'another scheme',
      { base_url: 'ftp://api.example' },
      'param "base_url" must be a URL that begins with http:// or https://, without query or credentials',
    ],
    ['a page size of 0', { page_size: 0 }, 'param "page_size" must be an integer of at least 1'],
    [
      'everything wrong',
      { api_key: '', base_url: 'https://u:p@api.example', page_size: 1.5 },
      '3 problems:\n  - param "api_key" is missing\n  - param "base_url" must be a URL that begins with http:// or https://, without query or credentials\n  - param "page_size" must be an integer of at least 1',
    ],
  ])('with a config that has %s', (_what, config, message) => {
    const make = (): unknown => new CdsRecordsConnector({ api_key: API_KEY, ...config }, fakeContext());
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID', message }));
  });
});
