import { afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { ConnectorManifest } from '../../src/sdk/manifest.js';
import { describeConnector, type ConnectorSuite } from '../../src/testing/describe-connector.js';
import { connectorCode, inTempFolder, pluginFiles } from '../helpers/temp-plugin.js';

type Body = () => Promise<void> | void;

const NAMES = ['describe', 'it', 'beforeAll', 'afterAll'] as const;
const own = Object.fromEntries(NAMES.map((name) => [name, (globalThis as Record<string, unknown>)[name]]));

afterEach(() => {
  Object.assign(globalThis, own);
});

/** Runs the suite as a test framework does; the failure of each test, or null, by its name. */
async function runSuite(folder: string, suite: ConnectorSuite): Promise<Record<string, unknown>> {
  const [before, after, tests]: [Body[], Body[], [string, Body][]] = [[], [], []];
  Object.assign(globalThis, {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: Body) => void tests.push([name, body]),
    beforeAll: (body: Body) => void before.push(body),
    afterAll: (body: Body) => void after.push(body),
  });
  describeConnector(folder, { ...suite, importModule: (file) => import(file) });
  const failures: Record<string, unknown> = {};
  for (const body of before) await body();
  for (const [name, body] of tests) {
    failures[name] = await Promise.resolve(body()).then(
      () => null,
      (error: unknown) => error,
    );
  }
  for (const body of after) await body();
  return failures;
}

function suiteOf(
  files: Record<string, string>,
  members: string,
  suite: ConnectorSuite = {},
  manifest: ConnectorManifest = {},
): Promise<Record<string, unknown>> {
  const code = connectorCode(members).replace('{ Connector }', '{ Connector, op }');
  const connector = { manifest, code };
  const fixtures = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`python-connectors/p-rows/fixtures/${name}`, text]),
  );
  return inTempFolder({ ...pluginFiles('p', { 'p-rows': connector }), ...fixtures }, (cwd) =>
    runSuite(join(cwd, 'python-connectors', 'p-rows'), suite),
  );
}

describe('describeConnector', () => {
  const ROWS = '  *generateRows() { yield [{ id: 1 }, { id: 2 }, { id: 3 }]; }';

  it('passes a connector that keeps its promises, and one that leaves the limit to the host', async () => {
    const failures = await suiteOf({ 'config.json': '{}' }, ROWS);
    expect(failures).toEqual({
      'has what its manifest declares': null,
      'refuses to start without its mandatory parameters, naming each': null,
      'reads its fixture, twice the same': null,
      'has keys that are present and unique': null,
      'is cut at the limit': null,
      'reads the same from each of its checkpoints': null,
      'changes nothing when it runs again': null,
      'stops at once': null,
      'lists partitions that are there, each once': null,
      'counts the rows that it reads': null,
      'reads each partition twice the same': null,
      'has no row in two partitions': null,
      'takes rows and closes its writer': null,
    });
  });

  it('says in each test why the API of the fixture does not start', async () => {
    const api = "export function startApi() { throw new Error('the port is taken'); }";
    const failures = await suiteOf({ 'config.json': '{}', 'api.ts': api }, ROWS);
    expect(Object.values(failures)).toHaveLength(13);
    for (const failure of Object.values(failures)) {
      expect(failure).toMatchObject({ message: 'the port is taken' });
    }
  });

  it('says in each test why the API of the fixture cannot be loaded', async () => {
    const failures = await suiteOf({ 'config.json': '{}', 'api.ts': "import './none.js';" }, ROWS);
    for (const failure of Object.values(failures)) {
      expect(failure).toMatchObject({ message: expect.stringContaining('none.js') as unknown });
    }
  });

  const config = { 'config.json': '{}' };
  const failed = (failures: Record<string, unknown>): string[] =>
    Object.keys(failures).filter((name) => failures[name] !== null);

  /** A sync of 3 rows that goes on from `next` in its state, and does this for each. */
  const sync = (each: string, row = '{ id }'): string => `  getReadSchema() {
      return { tables: [{ name: 't', primaryKey: ['id'] }] };
    }
    *generateRows({ state }: { state: { next?: number } }) {
      for (let id = state.next ?? 1; id <= 3; id += 1) {
        const row = ${row};
        ${each}
      }
    }`;

  it('passes a sync that offers what it has emitted', async () => {
    const good = sync("yield op.upsert('t', row); yield op.checkpoint({ next: id + 1 });");
    expect(failed(await suiteOf(config, good))).toEqual([]);
  });

  it('finds a sync that offers more than it has emitted', async () => {
    const early = sync("yield op.checkpoint({ next: id + 1 }); yield op.upsert('t', row);");
    const failures = await suiteOf(config, early);
    expect(failed(failures)).toEqual(['reads the same from each of its checkpoints']);
    expect(Object.values(failures).find(Boolean)).toMatchObject({
      message: expect.stringContaining('read on from checkpoint 1 of 3') as unknown,
    });
  });

  it('finds what differs from run to run, unless it is named or the reason is', async () => {
    const times = sync(
      "yield op.upsert('t', row);",
      '{ id, at: (globalThis.suiteTicks = (globalThis.suiteTicks ?? 0) + 1) }',
    );
    const [again, twice] = ['changes nothing when it runs again', 'reads its fixture, twice the same'];
    expect(failed(await suiteOf(config, times))).toEqual([twice, again]);
    expect(failed(await suiteOf(config, times, { volatileColumns: ['at'] }))).toEqual([]);
    const reason = 'each run has a time';
    const named = await suiteOf(config, times, { cannot: { [again]: reason } });
    expect(failed(named)).toEqual([twice]);
    expect(named).toHaveProperty([`not: ${again} (${reason})`], null);
  });

  it('finds rows that have the key of others, or none', async () => {
    const schema = "  getReadSchema() { return { primaryKey: ['id'] }; }\n";
    for (const rows of ['[{ id: 1 }, { id: 1 }]', '[{ id: 1 }, { id: null }]']) {
      const failures = await suiteOf(config, `${schema}  *generateRows() { yield ${rows}; }`);
      expect(failed(failures)).toEqual(['has keys that are present and unique']);
    }
  });

  /** A connector of partitions by day, whose class may be changed in one place. */
  const PARTITIONED = `  getReadSchema() { return { primaryKey: ['id'] }; }
    getPartitioning() { return { dimensions: [{ name: 'day', type: 'time', params: { period: 'DAY' } }] }; }
    *listPartitions() { yield '2026-11-01'; yield '2026-11-02'; }
    partitionExists(_: unknown, id: string) { return id < '2026-11-03'; }
    getRecordsCount() { return 2; }
    *generateRows({ partitionId }: { partitionId: string }) {
      yield [{ id: partitionId + '/1' }, { id: partitionId + '/2' }];
    }`;
  const LISTABLE: ConnectorManifest = { partitioningMode: 'CODE_DEFINED_LISTABLE', canCountRecords: true };
  const [LISTS, COUNTS, TWICE, APART] = [
    'lists partitions that are there, each once',
    'counts the rows that it reads',
    'reads each partition twice the same',
    'has no row in two partitions',
  ] as const;

  it('passes partitions that keep their promises', async () => {
    expect(failed(await suiteOf(config, PARTITIONED, {}, LISTABLE))).toEqual([]);
  });

  it('takes the first ids of a listing that never ends', async () => {
    const endless = PARTITIONED.replace(
      "yield '2026-11-01'; yield '2026-11-02';",
      'for (let time = Date.UTC(2026, 9, 1); ; time += 86_400_000) yield new Date(time).toISOString().slice(0, 10);',
    );
    expect(failed(await suiteOf(config, endless, {}, LISTABLE))).toEqual([]);
  });

  it.each<[string, string, string, string, string]>([
    [
      'an id that is listed twice',
      "yield '2026-11-02'",
      "yield '2026-11-01'",
      LISTS,
      'an id is listed twice',
    ],
    ['an id that is none', "yield '2026-11-02'", "yield '2026-11-31'", LISTS, '"2026-11-31"'],
    ['an id that is no text', "yield '2026-11-02'", 'yield null', LISTS, 'an id is not a text'],
    ['a listed id that is not there', "'2026-11-03'", "'2026-11-02'", LISTS, '2026-11-02 is not there'],
    ['a wrong count', 'return 2', 'return 3', COUNTS, 'getRecordsCount of 2026-11-01'],
    [
      'rows of one partition that differ from read to read',
      "'/2'",
      "(partitionId < '2026-11-02' ? '/2' : String(Math.random()))",
      TWICE,
      'the rows of 2026-11-02 differ from read to read',
    ],
    ['a key in two partitions', "partitionId + '/2'", "'/2'", APART, 'in two partitions'],
  ])('finds %s', async (_what, text, wrong, name, message) => {
    const failures = await suiteOf(config, PARTITIONED.replace(text, wrong), {}, LISTABLE);
    expect(failed(failures)).toContain(name);
    expect(failures[name]).toMatchObject({ message: expect.stringContaining(message) as unknown });
  });

  it('takes a reason why a row may be in two partitions', async () => {
    const snapshots = PARTITIONED.replaceAll('partitionId + ', '');
    const cannot = { [APART]: 'each partition is a snapshot of everything' };
    expect(failed(await suiteOf(config, snapshots, { cannot }, LISTABLE))).toEqual([]);
  });

  it('finds methods of partitions that the manifest does not name', async () => {
    const failures = await suiteOf(config, PARTITIONED, {}, { canCountRecords: true });
    expect(failures['has what its manifest declares']).toMatchObject({
      code: 'CONNECTOR_CAPABILITY_MISSING',
      message: expect.stringContaining(
        'the class has listPartitions, but the manifest says "partitioningMode": "NOT_PARTITIONABLE"',
      ) as unknown,
    });
  });

  it('wants ids of a connector that cannot list, and reads those', async () => {
    const unlistable = PARTITIONED.replace(/\*listPartitions.*/, '');
    const manifest: ConnectorManifest = { ...LISTABLE, partitioningMode: 'CODE_DEFINED_UNLISTABLE' };
    const failures = await suiteOf(config, unlistable, {}, manifest);
    expect(failures['reads its fixture, twice the same']).toMatchObject({
      message: 'it cannot list: name some in partitions.ids',
    });
    const partitions = { ids: ['2026-11-01', '2026-11-02'] };
    expect(failed(await suiteOf(config, unlistable, { partitions }, manifest))).toEqual([]);
  });

  it('reads partitions of dimensions that a user would give, else the whole', async () => {
    const rows = `  getReadSchema() { return { primaryKey: ['id'] }; }
      *generateRows({ partitionId, datasetPartitioning }: never) { yield [{ id: String(partitionId), all: !datasetPartitioning }]; }`;
    const manifest: ConnectorManifest = { partitioningMode: 'USER_DEFINED_UNLISTABLE' };
    const partitions = { dimensions: [{ name: 'country', type: 'value' }] as const, ids: ['FR', 'IT'] };
    expect(failed(await suiteOf(config, rows, {}, manifest))).toEqual([]);
    expect(failed(await suiteOf(config, rows, { partitions }, manifest))).toEqual([]);
    const same = rows.replace('String(partitionId)', '1');
    expect(failed(await suiteOf(config, same, { partitions }, manifest))).toEqual([APART]);
  });
});
