import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startFakeApi, type FakeApi, type FakeRoute } from 'connector-host/testing';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import { fillPlaceholders } from '../../../python-connectors/my-plugin-rest-api/fill-placeholders.js';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { ConfigError, Partitioning, Row } from '../../../src/index.js';
import { fakeContext, readRows } from '../fake-context.js';

type Dimensions = Partitioning['dimensions'];

const DAY: Dimensions = [{ name: 'day', type: 'time', params: { period: 'DAY' } }];
const MONTH: Dimensions = [{ name: 'month', type: 'time', params: { period: 'MONTH' } }];
const HOUR: Dimensions = [{ name: 'hour', type: 'time', params: { period: 'HOUR' } }];
const BERLIN: Dimensions = [
  { name: 'day', type: 'time', params: { period: 'DAY', timeZone: 'Europe/Berlin' } },
];
const COUNTRY: Dimensions = [{ name: 'country', type: 'value' }];

const apis: FakeApi[] = [];

afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

async function serve(route: FakeRoute, path = '/items'): Promise<FakeApi> {
  const api = await startFakeApi({ routes: { [path]: route } });
  apis.push(api);
  return api;
}

function read(api: FakeApi, config: RestApiConfig, dimensions: Dimensions, id: string): Promise<Row[]> {
  const connector = new RestApiConnector({ base_url: api.url, endpoint: 'items', ...config }, fakeContext());
  return readRows(connector, { datasetPartitioning: { dimensions }, partitionId: id });
}

/** What one read of a partition sent first, whatever was answered. */
async function sent(
  config: RestApiConfig,
  dimensions: Dimensions,
  id: string,
): Promise<FakeApi['requests'][0]> {
  const api = await serve({ rows: 1, ...(config.method === 'POST' && { method: 'POST' }) });
  // What is asked for is no path of the API in most cases.
  await read(api, config, dimensions, id).catch(() => undefined);
  return api.requests[0] as FakeApi['requests'][0];
}

/** The problems of a read, which asks nobody. */
function problems(
  config: RestApiConfig,
  dimensions: Dimensions | null,
  id: string | null,
): readonly string[] {
  const connector = new RestApiConnector(
    { base_url: 'http://127.0.0.1:1', endpoint: 'items', ...config },
    fakeContext(),
  );
  const asked = { datasetPartitioning: dimensions && { dimensions }, partitionId: id };
  const request = { datasetSchema: null, recordsLimit: -1, state: {}, signal: new AbortController().signal };
  try {
    connector.generateRows({ ...request, ...asked });
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
    return (error as ConfigError).details.problems as readonly string[];
  }
  return [];
}

const query = (...values: unknown[]): RestApiConfig => ({
  query: values.map((value, index) => ({ key: `q${index}`, value })),
});

describe('my-plugin-rest-api: placeholders of a partition', () => {
  it.each<[string, RestApiConfig, Dimensions, string, string]>([
    [
      'the ends of a day',
      query('{partition_start}', '{partition_end}'),
      DAY,
      '2026-11-21',
      '/items?q0=2026-11-21T00:00:00Z&q1=2026-11-22T00:00:00Z',
    ],
    [
      'the ends of a leap month, as dates',
      query('{partition_start:date}', '{partition_end:date}', '{partition_end:last_date}'),
      MONTH,
      '2028-02',
      '/items?q0=2028-02-01&q1=2028-03-01&q2=2028-02-29',
    ],
    [
      'the ends of the last hour of a year',
      query('{partition_start:epoch}', '{partition_end:epoch_ms}', '{partition_end:last_date}'),
      HOUR,
      '2026-12-31-23',
      '/items?q0=1798758000&q1=1798761600000&q2=2026-12-31',
    ],
    [
      'a day of 25 hours in its time zone',
      query('{partition_start}', '{partition_end}', '{partition_start:date}', '{partition_end:last_date}'),
      BERLIN,
      '2026-10-25',
      '/items?q0=2026-10-24T22:00:00Z&q1=2026-10-25T23:00:00Z&q2=2026-10-25&q3=2026-10-25',
    ],
    [
      'id and values, in a text of more',
      query('{partition}', 'day={day}, country={country}'),
      [...DAY, ...COUNTRY],
      '2026-11-21|FR',
      '/items?q0=2026-11-21%7CFR&q1=day%3D2026-11-21,%20country%3DFR',
    ],
    [
      'a value in a path, and in the query behind it',
      { endpoint: 'items/{country}/all?c={country}' },
      COUNTRY,
      'a/b?c&d=é',
      '/items/a%2Fb%3Fc%26d%3D%C3%A9/all?c=a%2Fb%3Fc%26d%3D%C3%A9',
    ],
    [
      'braces that are meant',
      query('IS_AFTER({{Created}}, "{partition_start}")', '{{day}}'),
      DAY,
      '2026-11-21',
      '/items?q0=IS_AFTER(%7BCreated%7D,%20%222026-11-21T00:00:00Z%22)&q1=%7Bday%7D',
    ],
    [
      'braces of JSON beside a placeholder',
      query('{"day":"{day}","n":{"a":{}},"r":{1:2},"s":{ day }}'),
      DAY,
      '2026-11-21',
      `/items?q0=${encodeURIComponent('{"day":"2026-11-21","n":{"a":{}},"r":{1:2},"s":{ day }}')}`,
    ],
    [
      'a value that looks like a placeholder',
      query('{country}'),
      COUNTRY,
      '{partition}$&',
      '/items?q0=%7Bpartition%7D$%26',
    ],
  ])('%s', async (_what, config, dimensions, id, target) => {
    const request = await sent(config, dimensions, id);
    // How the query is encoded is up to the HTTP client; how the path is, is not.
    expect(decodeURIComponent(request.target)).toBe(decodeURIComponent(target));
    if (config.endpoint) expect(request.target).toBe(target);
  });

  it('fills headers', async () => {
    const headers = [
      { key: 'X-Day', value: 'd {day}' },
      { key: 'X-Number', value: '{partition_start:epoch}' },
    ];
    const request = await sent({ headers }, DAY, '2026-11-21');
    expect(request.headers).toMatchObject({ 'x-day': 'd 2026-11-21', 'x-number': '1795219200' });
  });

  it.each([
    ['an object', false],
    ['its text', true],
  ])('fills the texts of a body that is %s', async (_what, isText) => {
    const body = {
      since: '{partition_start:epoch}',
      text: 'from {partition_start:epoch} on',
      big: 9007199254740993n,
      '{day}': [null, true, { deep: ['{day}', 1.5] }],
    };
    const given = isText
      ? '{"since":"{partition_start:epoch}","text":"from {partition_start:epoch} on","big":9007199254740993,"{day}":[null,true,{"deep":["{day}",1.5]}]}'
      : body;
    const request = await sent({ method: 'POST', body: given }, DAY, '2026-11-21');
    expect(request.body).toEqual({
      since: 1795219200,
      text: 'from 1795219200 on',
      big: 9007199254740993n,
      '{day}': [null, true, { deep: ['2026-11-21', 1.5] }],
    });
  });

  it.each<[string, RestApiConfig, Dimensions, string, string[]]>([
    [
      'names that there are not',
      { endpoint: 'items/{contry}', ...query('{partition_strat:date}', '{partition-end}', '{no-name}') },
      COUNTRY,
      'FR',
      [
        'param "endpoint" has {contry}, which is no placeholder: there are {partition}, {partition_start}, {partition_end}, {country}; {{contry}} sends the braces as they are',
        'param "query" has {partition_strat:date}, which is no placeholder: there are {partition}, {partition_start}, {partition_end}, {country}; {{partition_strat:date}} sends the braces as they are',
        'param "query" has {partition-end}, which is no placeholder: there are {partition}, {partition_start}, {partition_end}, {country}; {{partition-end}} sends the braces as they are',
      ],
    ],
    [
      'forms that there are not',
      query('{partition_start:last_date}', '{partition_end:iso}', '{day:date}', '{partition:date}'),
      DAY,
      '2026-11-21',
      [
        'param "query" has {partition_start:last_date}: the forms of {partition_start} are :date, :epoch, :epoch_ms',
        'param "query" has {partition_end:iso}: the forms of {partition_end} are :date, :epoch, :epoch_ms, :last_date',
        'param "query" has {day:date}: {day} has no forms',
        'param "query" has {partition:date}: {partition} has no forms',
      ],
    ],
    [
      'a start without a dimension of time',
      { headers: [{ key: 'X', value: '{partition_start}{country}' }] },
      COUNTRY,
      'FR',
      ['param "headers" has {partition_start}: it needs a dimension of time, such as day:DAY'],
    ],
    [
      'a start of several dimensions of time',
      query('{partition_start}'),
      [...DAY, ...MONTH],
      '2026-11-21|2026-11',
      ['param "query" has {partition_start}: there are several dimensions of time, so name one of them'],
    ],
    [
      'a dimension that nothing asks by',
      query('{partition_start}'),
      [...DAY, ...COUNTRY],
      '2026-11-21|FR',
      ['endpoint, query, headers and body have no {country}, so that nothing asks by dimension "country"'],
    ],
    [
      'no placeholder at all',
      query('{{day}}'),
      DAY,
      '2026-11-21',
      ['endpoint, query, headers and body have no {day}, so that nothing asks by dimension "day"'],
    ],
    [
      'a value that would leave its place in the path',
      { endpoint: 'items/{country}/all' },
      COUNTRY,
      '..',
      ['param "endpoint" becomes a path with a segment "." or ".." in it'],
    ],
    [
      'a value that no header can have',
      { headers: [{ key: 'X-Country', value: '{country}' }] },
      COUNTRY,
      '日本',
      ['param "headers": the value of X-Country has a character that cannot stand in a header'],
    ],
  ])('refuses %s', (_what, config, dimensions, id, expected) => {
    expect(problems(config, dimensions, id)).toEqual(expected);
  });

  it('wants a partition where there are placeholders, and says how it is given', () => {
    const config = { endpoint: 'items/{partition}', ...query('{partition_end:foo}', '{partition_end:foo}') };
    expect(problems(config, null, null)).toEqual([
      'param "endpoint" has {partition}, which needs a partition',
      'param "query" has {partition_end:foo}, which needs a partition',
    ]);
    const connector = new RestApiConnector({ base_url: 'http://127.0.0.1:1', ...config }, fakeContext());
    const request = { datasetSchema: null, datasetPartitioning: null, partitionId: null };
    const start = (): unknown =>
      connector.generateRows({
        ...request,
        recordsLimit: -1,
        state: {},
        signal: new AbortController().signal,
      });
    expect(start).toThrow(
      expect.objectContaining({
        action:
          'Say how the data is cut and which part is wanted, as in --dimensions day:DAY --partition 2026-11-21.',
      }),
    );
  });

  it('leaves the braces of others as they are without a partition', async () => {
    const graphql = 'query{users{edges{node{id}}}} {{name}} {Created}';
    const api = await serve({ rows: 1, method: 'POST' });
    const connector = new RestApiConnector(
      {
        base_url: api.url,
        endpoint: 'items?filter={day}',
        method: 'POST',
        headers: [{ key: 'X', value: '{{x}}' }],
        body: { query: graphql, '{partition}': 1 },
      },
      fakeContext(),
    );
    await readRows(connector);
    expect(api.requests[0]).toMatchObject({
      query: { filter: '{day}' },
      headers: { x: '{{x}}' },
      body: { query: graphql, '{partition}': 1 },
    });
  });

  it('lets a placeholder of every partition be meant as a text without one', async () => {
    const api = await serve({ rows: 1, method: 'POST' });
    const config: RestApiConfig = {
      endpoint: 'items',
      method: 'POST',
      body: { query: '{topics{{partition}}}' },
    };
    await readRows(new RestApiConnector({ base_url: api.url, ...config }, fakeContext()));
    expect(api.requests[0]?.body).toEqual({ query: '{topics{partition}}' });
  });

  it('reads each partition page by page, and incrementally from its own state', async () => {
    const rows = (day: string): Row[] =>
      Array.from({ length: 5 }, (_, index) => ({ id: `${day}-${index}`, at: `${day}T0${index}:00:00Z` }));
    const api = await serve({
      rows: ({ query: asked }) => rows(String(asked.from).slice(0, 10)),
      paging: { type: 'page', size: 2 },
    });
    const paged: RestApiConfig = { ...query('x'), pagination_type: 'page', first_page: 1, page_size: 2 };
    const config: RestApiConfig = { ...paged, query: [{ key: 'from', value: '{partition_start}' }] };
    expect(await read(api, config, DAY, '2026-11-21')).toEqual(rows('2026-11-21'));
    expect(await read(api, config, DAY, '2026-11-22')).toEqual(rows('2026-11-22'));
    const incremental: RestApiConfig = {
      ...config,
      primary_key: ['id'],
      incremental_field: 'at',
      incremental_param: 'since',
    };
    const connector = new RestApiConnector(
      { base_url: api.url, endpoint: 'items', ...incremental },
      fakeContext(),
    );
    const partition = { datasetPartitioning: { dimensions: DAY }, partitionId: '2026-11-21' };
    const emitted = await readRows(connector, partition);
    expect(emitted.at(-1)).toMatchObject({ state: expect.anything() as unknown });
    api.reset();
    const { state } = emitted.at(-1) as { state: Row };
    const again = new RestApiConnector(
      { base_url: api.url, endpoint: 'items', ...incremental },
      fakeContext(),
    );
    await readRows(again, { ...partition, state });
    expect(api.requests[0]?.query).toMatchObject({
      from: '2026-11-21T00:00:00Z',
      since: '2026-11-21T04:00:00Z',
    });
  });

  const anyText = fc.string({
    unit: fc.constantFrom('{', '}', ':', 'a', '_1', ' ', '"', 'é', '{a}', '{{b}}', '{x:y}', 'partition'),
  });

  it('changes nothing of any config without a partition, but for what is a placeholder in all of them', () => {
    fc.assert(
      fc.property(anyText, fc.jsonValue(), (text, value) => {
        fc.pre(!/\{partition(?:_start|_end)?(?::[A-Za-z_]+)?\}/.test(JSON.stringify([text, value])));
        const config = { endpoint: text, ...query(text, value), headers: [{ key: 'X', value: text }] };
        const body = { text, value };
        expect(fillPlaceholders({ ...config, body }, undefined)).toEqual({ ...config, body });
      }),
    );
  });

  it('keeps any value in its place of the path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        fc.pre(!/[|\p{Cc}\p{Cs}]/u.test(value) && value !== '.' && value !== '..');
        const partition = { id: value, partitioning: { dimensions: COUNTRY } };
        const { endpoint } = fillPlaceholders({ endpoint: 'a/{country}/b' }, partition);
        const { pathname } = new URL(endpoint ?? '', 'http://x');
        expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', value, 'b']);
      }),
    );
  });
});
