import { afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
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
): Promise<Record<string, unknown>> {
  const code = connectorCode(members).replace('{ Connector }', '{ Connector, op }');
  const connector = { manifest: {}, code };
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
      'takes rows and closes its writer': null,
    });
  });

  it('says in each test why the API of the fixture does not start', async () => {
    const api = "export function startApi() { throw new Error('the port is taken'); }";
    const failures = await suiteOf({ 'config.json': '{}', 'api.ts': api }, ROWS);
    expect(Object.values(failures)).toHaveLength(9);
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
});
