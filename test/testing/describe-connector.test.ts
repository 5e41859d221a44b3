import { afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { describeConnector } from '../../src/testing/describe-connector.js';
import { connectorCode, inTempFolder, pluginFiles } from '../helpers/temp-plugin.js';

type Body = () => Promise<void> | void;

const NAMES = ['describe', 'it', 'beforeAll', 'afterAll'] as const;
const own = Object.fromEntries(NAMES.map((name) => [name, (globalThis as Record<string, unknown>)[name]]));

afterEach(() => {
  Object.assign(globalThis, own);
});

/** Runs the suite as a test framework does; the failure of each test, or null, by its name. */
async function runSuite(folder: string): Promise<Record<string, unknown>> {
  const [before, after, tests]: [Body[], Body[], [string, Body][]] = [[], [], []];
  Object.assign(globalThis, {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: Body) => void tests.push([name, body]),
    beforeAll: (body: Body) => void before.push(body),
    afterAll: (body: Body) => void after.push(body),
  });
  describeConnector(folder, { importModule: (file) => import(file) });
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

function suiteOf(files: Record<string, string>, members: string): Promise<Record<string, unknown>> {
  const connector = { manifest: {}, code: connectorCode(members) };
  const fixtures = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`python-connectors/p-rows/fixtures/${name}`, text]),
  );
  return inTempFolder({ ...pluginFiles('p', { 'p-rows': connector }), ...fixtures }, (cwd) =>
    runSuite(join(cwd, 'python-connectors', 'p-rows')),
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
      'is cut at the limit': null,
      'stops at once': null,
      'takes rows and closes its writer': null,
    });
  });

  it('says in each test why the API of the fixture does not start', async () => {
    const api = "export function startApi() { throw new Error('the port is taken'); }";
    const failures = await suiteOf({ 'config.json': '{}', 'api.ts': api }, ROWS);
    expect(Object.values(failures)).toHaveLength(6);
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
});
