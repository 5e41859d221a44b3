import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptRow } from '../../src/targets/target.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import type { HostResult } from '../helpers/run-host.js';
import { pluginFiles, writeFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const FILES = {
  ...pluginFiles('shop', {
    'shop-orders': {
      manifest: {
        params: [
          { name: 'bad', type: 'INT', defaultValue: 0 },
          { name: 'key', type: 'PASSWORD' },
        ],
      },
      code: `import { Connector } from 'connector-host';
export default class extends Connector<{ bad: number; key?: string }> {
  getReadSchema() {
    return { columns: [{ name: 'id', type: 'bigint' as const }, { name: 'day', type: 'date' as const }], primaryKey: ['id'] };
  }
  *generateRows() {
    if (this.config.key !== undefined) throw new Error('the key is ' + this.config.key);
    for (let id = 1; id <= 4; id += 1) yield { id, day: id <= this.config.bad ? 'day ' + id : '2026-01-0' + id };
  }
}
`,
    },
  }),
  'pipelines/a-orders.yaml':
    'source: shop-orders\ndescription: All orders\nto: out/shop.duckdb\ntable: orders\nmode: merge\nmax_rejected: 3\n',
  'pipelines/b-broken.yaml': 'source: shop-orders\nmodes: merge\n',
  'pipelines/c-leaky.yaml': 'source: shop-orders\nconfig: { key: "${env:SHOP_KEY}" }\nto: leaky.jsonl\n',
  'pipelines/d-last.json': '{ "source": "shop-orders", "to": "last.jsonl" }',
  'out/.keep': '',
  '.env': 'SHOP_KEY=s3cret-of-the-shop\n',
};

const warm = new WarmHost();
let cwd: string;
beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  await writeFiles(cwd, FILES);
});
afterAll(() => rm(cwd, { recursive: true }));

const host = (args: string, folder = cwd): Promise<HostResult> => warm.run(args.split(' '), { cwd: folder });
const orders = (): Promise<unknown[][]> =>
  new DuckdbPlace(join(cwd, 'out'), 'shop.duckdb').query('FROM orders ORDER BY id');

/** Tests of one folder, in the order that they stand in. */
describe('host run --all', () => {
  it('runs every pipeline by name, goes on after failures, and says how each went', async () => {
    const { exitCode, stdout, stderr } = await host('run --all');
    // ConfigError goes before ConnectorError.
    expect([exitCode, stdout]).toEqual([2, '']);
    const table = stderr.slice(stderr.indexOf('pipeline  status')).trimEnd().split('\n');
    expect(
      table.map((line) =>
        line
          .replace(/\d\.\d\d s/, 'TIME')
          .trim()
          .split(/ +/),
      ),
    ).toEqual([
      ['pipeline', 'status', 'read', 'written', 'time', 'code'],
      ['a-orders', 'succeeded', '4', '4', 'TIME'],
      ['b-broken', 'failed', 'PIPELINE_INVALID'],
      ['c-leaky', 'failed', '0', '0', 'TIME', 'CONNECTOR_FAILED'],
      ['d-last', 'succeeded', '4', '4', 'TIME'],
    ]);
    expect(stderr).toContain('the key is ***');
    expect(stderr).not.toContain('s3cret');
    expect(await readFile(join(cwd, 'last.jsonl'), 'utf8')).toContain('{"id":4,');
  });

  it('prints a report for each with --json', async () => {
    const { exitCode, stdout } = await host('run --all --json --quiet');
    expect(exitCode).toBe(2);
    const reports = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { pipeline: string; status: string; code: string | null });
    expect(reports.map(({ pipeline, status, code }) => [pipeline, status, code])).toEqual([
      ['a-orders', 'succeeded', null],
      ['b-broken', 'failed', 'PIPELINE_INVALID'],
      ['c-leaky', 'failed', 'CONNECTOR_FAILED'],
      ['d-last', 'succeeded', null],
    ]);
  });

  it('takes no name beside it, and a run needs one or the other', async () => {
    expect((await host('run --all a-orders')).stderr).toContain('--all runs every pipeline');
    expect(await host('run')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('a name is missing'),
    });
  });
});

describe('a pipeline file', () => {
  it('is listed, also when it is broken', async () => {
    const { stdout } = await host('list --json');
    const { pipelines } = JSON.parse(stdout) as { pipelines: { name: string; error: unknown }[] };
    expect(pipelines.map(({ name, error }) => [name, error === null])).toEqual([
      ['a-orders', true],
      ['b-broken', false],
      ['c-leaky', true],
      ['d-last', true],
    ]);
    expect(pipelines[0]).toEqual({
      name: 'a-orders',
      file: join(cwd, 'pipelines/a-orders.yaml'),
      description: 'All orders',
      source: 'shop-orders',
      to: 'out/shop.duckdb',
      schedule: null,
      error: null,
    });
    const text = (await host('list')).stdout;
    expect(text).toContain('a-orders  shop-orders  out/shop.duckdb  All orders');
    expect(text).toContain('pipelines/b-broken.yaml: line 2: unknown field "modes" (did you mean "mode"?)');
  });

  it('is found, with its target, from any folder of the plugin', async () => {
    const { stdout } = await host('runs a-orders --json', join(cwd, 'pipelines'));
    const { target, runs } = JSON.parse(stdout) as { target: string; runs: unknown[] };
    expect([target, runs.length]).toEqual(['../out/shop.duckdb', 2]);
  });
});

describe('host rejected', () => {
  const kept = async (): Promise<KeptRow[]> =>
    (await host('rejected show a-orders')).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as KeptRow);

  it('lists what a run kept aside, without values, and shows it', async () => {
    await rm(join(cwd, 'out/shop.duckdb'));
    const { exitCode, stderr } = await host('run a-orders --set bad=3');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning: 3 rows were kept aside; see `host rejected list a-orders`');
    expect(await orders()).toEqual([['4', '2026-01-04']]);
    const { stdout } = await host('rejected list a-orders');
    expect(stdout).toContain('column "day" of table "orders" does not take this text as date');
    expect(stdout).not.toContain('day 1');
    expect((await kept()).map(({ number, row }) => [number, row])).toEqual([
      [1, { id: 1, day: 'day 1' }],
      [2, { id: 2, day: 'day 2' }],
      [3, { id: 3, day: 'day 3' }],
    ]);
  });

  it('retries rows that were corrected, and keeps those that are refused again under their ids', async () => {
    const [first, second, third] = await kept();
    const lines = [
      { ...first, row: { id: 1, day: '2026-01-01' } },
      { ...second, row: { id: 2, day: 'still no day' } },
    ];
    await writeFile(join(cwd, 'rows.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const { exitCode, stderr } = await host('rejected retry a-orders --rows rows.jsonl');
    expect(exitCode).toBe(5);
    expect(stderr).toContain('done: 1 row to out/shop.duckdb');
    expect(await orders()).toEqual([
      ['1', '2026-01-01'],
      ['4', '2026-01-04'],
    ]);
    const left = await kept();
    expect(left.map(({ id, number, attempts, row }) => [id, number, attempts, row.day])).toEqual([
      [third?.id, 3, 1, 'day 3'],
      [second?.id, 2, 2, 'still no day'],
    ]);
  });

  it('refuses ids that it does not have, files that are none, and pipelines that it does not know', async () => {
    const says = async (args: string): Promise<string> => (await host(`rejected ${args}`)).stderr;
    expect(await says('show a-orders --id nobody')).toContain('has no rejected row "nobody"');
    await writeFile(join(cwd, 'none.jsonl'), '{"id":"x","row":{}}\n{"id":');
    expect(await says('retry a-orders --rows none.jsonl')).toContain(
      'file none.jsonl: line 2 is no object with an "id" and a "row"',
    );
    expect(await says('list a-order --to out/shop.duckdb')).toContain('(did you mean "a-orders"?)');
    expect((await host('rejected list d-last')).stdout).toBe('no rejected rows of d-last in last.jsonl\n');
  });

  it('drops what is named, and all only when that is said', async () => {
    const [{ id } = { id: '' }] = await kept();
    expect((await host('rejected drop a-orders')).exitCode).toBe(2);
    expect((await host(`rejected drop a-orders --id ${id}`)).stderr).toContain('forgot 1 row of a-orders');
    expect((await host('rejected drop a-orders --all')).stderr).toContain('forgot 1 row of a-orders');
    expect((await host('rejected list a-orders')).stdout).toBe(
      'no rejected rows of a-orders in out/shop.duckdb\n',
    );
  });

  it('has nothing after a run that was beyond its limit', async () => {
    const { exitCode, stderr } = await host('run a-orders --set bad=4');
    expect(exitCode).toBe(5);
    expect(stderr).toContain('TOO_MANY_BAD_ROWS');
    expect(await kept()).toEqual([]);
  });
});
