import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { runRows, type FakeApi } from 'connector-host/testing';
import DailyEventsConnector from '../../python-connectors/my-plugin-daily-events/connector.js';
import type { DailyEventsConfig } from '../../python-connectors/my-plugin-daily-events/events-settings.js';
import { startApi } from '../../python-connectors/my-plugin-daily-events/fixtures/api.js';
import type { ConfigError, Connector, Row } from '../../src/index.js';
import { MemoryTarget } from '../../src/targets/memory/memory-target.js';
import { fakeContext, readPages, readRows } from './fake-context.js';

let api: FakeApi;

beforeAll(async () => {
  api = await startApi();
});
afterEach(() => api.reset());
afterAll(() => api.close());

/** Two days of two countries, at the end of a February that has no 29th. */
const SMALL: DailyEventsConfig = {
  from: '2026-02-28',
  to: '2026-03-01',
  countries: ['FR', 'IT'],
  events_per_day: 5,
  page_size: 2,
};

const BAD_URL = 'param "base_url" must be a URL that begins with http:// or https://, without a query';

function badDay(name: string, text: string): string {
  return `param "${name}" must be a day, for example 2026-11-21 (got "${text}")`;
}

/** What the API makes up for 2026-03-01|FR. */
const EVENTS: readonly Row[] = [
  event(1, '2026-03-01T04:20:00.929Z', 4420, 'purchase', '218.76'),
  event(2, '2026-03-01T07:45:45.079Z', 3506, 'view', null),
  event(3, '2026-03-01T11:18:07.752Z', 1097, 'view', null),
  event(4, '2026-03-01T17:48:00.855Z', 3276, 'view', null),
  event(5, '2026-03-01T19:34:25.586Z', 1839, 'signup', null),
];

function event(n: number, at: string, user: number, kind: string, amount: string | null): Row {
  return { event_id: `2026-03-01-FR-${n}`, at, country: 'FR', user_id: user, kind, amount };
}

const connector = (config: DailyEventsConfig = {}): DailyEventsConnector =>
  new DailyEventsConnector({ base_url: api.url, ...SMALL, ...config }, fakeContext());
const partitioning = {
  dimensions: [
    { name: 'day', type: 'time', params: { period: 'DAY' } },
    { name: 'country', type: 'value' },
  ],
} as const;
const partition = (
  partitionId: string,
): { partitionId: string; datasetPartitioning: typeof partitioning } => ({
  partitionId,
  datasetPartitioning: partitioning,
});

describe('my-plugin-daily-events', () => {
  it('is cut by day and country', () => {
    expect(connector().getPartitioning()).toEqual(partitioning);
    expect([...connector().listPartitions()]).toEqual([
      '2026-02-28|FR',
      '2026-02-28|IT',
      '2026-03-01|FR',
      '2026-03-01|IT',
    ]);
    const years = connector({ from: '2023-12-31', to: '2025-01-01', countries: ['FR'] });
    const days = [...years.listPartitions()];
    expect(days).toHaveLength(368);
    expect([days[0], days.at(-1)]).toEqual(['2023-12-31|FR', '2025-01-01|FR']);
    expect(days).toContain('2024-02-29|FR');
  });

  it('lists no more than is asked for', () => {
    const ids = connector({ from: '0001-01-01', to: '9999-12-31' }).listPartitions();
    expect([ids.next().value, ids.next().value]).toEqual(['0001-01-01|FR', '0001-01-01|IT']);
  });

  it.each([
    ['2026-02-28|FR', true],
    ['2026-03-01|IT', true],
    ['2026-02-27|FR', false],
    ['2026-03-02|FR', false],
    ['2026-03-01|DE', false],
  ])('partition %s exists: %s', (id, exists) => {
    expect(connector().partitionExists(partitioning, id)).toBe(exists);
    expect(api.requests).toEqual([]);
  });

  it('reads the events of one partition, page by page', async () => {
    const pages = await readPages(connector(), partition('2026-03-01|FR'));
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(api.requests.map(({ target }) => target)).toEqual([
      '/events?day=2026-03-01&country=FR&events=5&page=1&per_page=2',
      '/events?day=2026-03-01&country=FR&events=5&page=2&per_page=2',
      '/events?day=2026-03-01&country=FR&events=5&page=3&per_page=2',
    ]);
    // In later versions too: examples and benchmarks are compared with them.
    expect(pages.flat()).toEqual(EVENTS);
  });

  it('asks for no page beyond the limit', async () => {
    const rows = await readRows(connector(), { ...partition('2026-03-01|FR'), recordsLimit: 2 });
    expect(rows).toEqual(EVENTS.slice(0, 2));
    expect(api.requests).toHaveLength(1);
  });

  it('counts without reading', async () => {
    expect(await connector().getRecordsCount(partitioning, '2026-03-01|FR')).toBe(5);
    expect(await connector({ events_per_day: 0 }).getRecordsCount(partitioning, '2026-03-01|FR')).toBe(0);
    expect(api.served('/events')).toBe(1);
    expect(await connector().getRecordsCount()).toBe(20);
  });

  it('has in all of its partitions together what it has as a whole', async () => {
    const parts: Row[] = [];
    for (const id of connector().listPartitions())
      parts.push(...(await readRows(connector(), partition(id))));
    expect(parts).toEqual(await readRows(connector()));
    expect(new Set(parts.map((row) => row.event_id)).size).toBe(20);
    for (const row of parts) {
      expect(row.event_id).toMatch(
        new RegExp(`^${String(row.at).slice(0, 10)}-${String(row.country)}-[1-5]$`),
      );
    }
  });

  it('has rows of its declared types', async () => {
    const target = new MemoryTarget();
    const { error, report } = await runRows({
      target,
      connector: connector({ events_per_day: 500, page_size: 100 }) as unknown as Connector,
      partition: { id: '2026-02-28|IT', partitioning },
    });
    expect([error, report.rowsWritten]).toEqual([undefined, 500]);
    const rows = target.tables.get('rows')?.rows ?? [];
    expect(new Set(rows.map((row) => row.kind))).toEqual(new Set(['view', 'signup', 'purchase']));
    for (const row of rows) expect(row.amount === null).toBe(row.kind !== 'purchase');
  });

  it.each<[string, DailyEventsConfig, string]>([
    ['no URL', { base_url: null }, BAD_URL],
    ['no scheme', { base_url: '127.0.0.1:4253' }, BAD_URL],
    ['a query', { base_url: 'http://x.example?a=1' }, BAD_URL],
    ['a date and time', { from: '2026-11-01T00:00:00Z' }, badDay('from', '2026-11-01T00:00:00Z')],
    ['a day that there is not', { to: '2026-02-29' }, badDay('to', '2026-02-29')],
    ['no day', { to: null }, badDay('to', '')],
    [
      'a reversed range',
      { to: '2026-02-27' },
      'param "from" is 2026-02-28, which is after param "to", 2026-02-27',
    ],
    ['no country', { countries: [] }, 'param "countries" must have at least one'],
    ['cleared countries', { countries: null }, 'param "countries" must have at least one'],
    [
      'what would be two values of an id',
      { countries: ['FR', 'I|T'] },
      'param "countries" must hold codes of two capital letters, such as FR (got "I|T")',
    ],
    ['a country twice', { countries: ['FR', 'IT', 'FR'] }, 'param "countries" has FR twice'],
  ])('refuses %s', (_what, config, problem) => {
    const read = (): DailyEventsConnector => connector(config);
    expect(read).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID' }));
    try {
      read();
    } catch (error) {
      expect((error as ConfigError).details.problems).toEqual([problem]);
    }
  });
});
