import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../src/sdk/schema.js';
import type { KeptRow } from '../../src/targets/target.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import type { HostResult } from '../helpers/run-host.js';
import { serveJson } from '../helpers/serve-json.js';
import { pluginFiles, writeFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const FILES = {
  ...pluginFiles('shop', {
    'shop-sink': {
      manifest: {
        readable: false,
        writable: true,
        supportAppend: true,
        params: [{ name: 'url', type: 'STRING', mandatory: true }],
      },
      code: `import { BufferedWriter, Connector, type BatchInfo, type DatasetWriter, type HttpClient, type Row } from 'connector-host';
export default class extends Connector<{ url: string }> {
  generateRows() { return []; }
  override getWriter(): DatasetWriter {
    return new Sink(this.context.createHttp({ baseURL: this.config.url, retry: { tries: 1 } }));
  }
}
class Sink extends BufferedWriter {
  constructor(private readonly http: HttpClient) {
    super({ rows: 3, maxInFlight: 2, mayUpdate: true, mayDelete: true, deduplicates: 'request' });
  }
  protected override async writeBatch(rows: readonly Row[], { operation, key, signal }: BatchInfo): Promise<void> {
    await this.http.post('/rows', { operation, key, rows }, { signal });
  }
}
`,
    },
    'shop-orders': {
      code: `import { Connector } from 'connector-host';
export default class extends Connector {
  getReadSchema() {
    return { columns: [{ name: 'id', type: 'bigint' as const }, { name: 'day', type: 'date' as const }], primaryKey: ['id'] };
  }
  *generateRows() {
    for (let id = 1; id <= 4; id += 1) yield { id, day: id % 2 === 0 ? 'day ' + id : '2026-01-0' + id };
  }
}
`,
    },
    'shop-changes': {
      code: `import { Connector, op } from 'connector-host';
export default class extends Connector {
  getReadSchema() {
    return { tables: [{ name: 'people', columns: [{ name: 'id', type: 'bigint' as const }, { name: 'age', type: 'bigint' as const }], primaryKey: ['id'] }] };
  }
  *generateRows() {
    yield op.upsert('people', { id: 1, age: 30 });
    yield op.upsert('people', { id: 2, age: 'old' });
    yield op.update('people', { id: 3, age: 'older' });
    yield op.delete('people', { id: 4 });
    yield op.delete('people', { id: 5 });
    yield op.checkpoint({ done: 1 });
  }
}
`,
    },
  }),
  'people.jsonl': [1, 2, 3, 4, 5].map((id) => JSON.stringify({ id, mail: `m${id}` })).join('\n'),
};

const warm = new WarmHost();
let cwd: string;
let url: string;
/** What the endpoint does not take: a word of a row's JSON. */
let refused: readonly string[] = [];
/** What it took. */
let taken: { readonly operation: string; readonly key: readonly string[]; readonly row: Row }[] = [];

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  await writeFiles(cwd, FILES);
  ({ url } = await serveJson(({ body }) => {
    const { operation, key, rows } = body as { operation: string; key: readonly string[]; rows: Row[] };
    const isRefused = rows.some((row) => refused.some((word) => JSON.stringify(row).includes(word)));
    if (isRefused) return { status: 422, json: { error: 'not_now' } };
    taken.push(...rows.map((row) => ({ operation, key, row })));
    return { json: {} };
  }));
});
afterAll(() => rm(cwd, { recursive: true }));
beforeEach(() => {
  refused = [];
  taken = [];
});

function host(args: string, ...more: readonly string[]): Promise<HostResult> {
  return warm.run([...args.split(' '), ...more], { cwd });
}

async function kept(pipeline: string): Promise<KeptRow[]> {
  const { exitCode, stdout, stderr } = await host(`rejected show ${pipeline}`);
  expect([exitCode, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as KeptRow);
}

/** Gives rows again as they are after an edit. */
async function retry(
  pipeline: string,
  edit: (row: KeptRow) => Row,
  ...more: readonly string[]
): Promise<HostResult> {
  const lines = (await kept(pipeline)).map((row) => JSON.stringify({ ...row, row: edit(row) }));
  await writeFile(join(cwd, 'fixed.jsonl'), lines.join('\n'));
  return host(`rejected retry ${pipeline} --rows fixed.jsonl`, ...more);
}

async function expectNone(pipeline: string): Promise<void> {
  expect((await host(`rejected list ${pipeline}`)).stdout).toContain(`no rejected rows of ${pipeline} in `);
}

describe('an endpoint', () => {
  const toSink = (): string[] => ['--to', 'shop-sink', '--to-set', `url=${url}`];
  const config = (): string[] => ['--to-set', `url=${url}`];

  it('refuses a row, which is shown with its answer, edited, given again and then gone', async () => {
    refused = ['"m4"'];
    const run = await host(
      'run people.jsonl --name people --mode append --on-bad-row dead-letter',
      ...toSink(),
    );
    expect([run.exitCode, run.stderr]).toEqual([
      0,
      expect.stringContaining('warning: one row was kept aside; see `host rejected list people`'),
    ]);
    expect(taken.map(({ row }) => row['id']).sort()).toEqual([1, 2, 3, 5]);
    const list = await host('rejected list people --json');
    expect(JSON.parse(list.stdout)).toMatchObject({
      target: 'shop-sink',
      rows: [{ table: 'people', number: 4, operation: 'insert', code: '422', status: 422 }],
    });
    const [row] = await kept('people');
    expect(row).toMatchObject({ row: { id: 4, mail: 'm4' }, response: '{"error":"not_now"}' });

    refused = ['"m4"', '"m0"'];
    expect(await retry('people', () => ({ id: 4, mail: 'm0' }), ...config())).toMatchObject({ exitCode: 5 });
    const again = await kept('people');
    expect(again.map(({ id, number, attempts, row }) => [id, number, attempts, row])).toEqual([
      [row?.id, 4, (row?.attempts ?? 0) + 1, { id: 4, mail: 'm0' }],
    ]);

    taken = [];
    expect(await retry('people', () => ({ id: 4, mail: 'fine' }), ...config())).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('done: 1 row to shop-sink'),
    });
    expect(taken).toEqual([{ operation: 'insert', key: [], row: { id: 4, mail: 'fine' } }]);
    await expectNone('people');
  });

  it('gets each row again as what it was, by the key that was kept with it', async () => {
    refused = ['"id":1', '"id":4', '"id":5'];
    const run = await host('run shop-changes --name changes --on-bad-row dead-letter', ...toSink());
    expect([run.exitCode, taken]).toEqual([0, []]);
    const before = await kept('changes');
    expect(
      before.map(({ operation, code, schema, row }) => [operation, code, schema?.primaryKey, row]).toSorted(),
    ).toEqual([
      ['delete', '422', ['id'], { id: 4 }],
      ['delete', '422', ['id'], { id: 5 }],
      ['update', 'ROW_INVALID', ['id'], { id: 3, age: 'older' }],
      ['upsert', '422', ['id'], { id: 1, age: 30 }],
      ['upsert', 'ROW_INVALID', ['id'], { id: 2, age: 'old' }],
    ]);
    refused = ['"id":5'];
    const fixed = await retry(
      'changes',
      ({ row }) => (typeof row['age'] === 'string' ? { ...row, age: 40 } : row),
      ...config(),
    );
    expect(fixed.exitCode).toBe(5);
    expect(taken.toSorted((a, b) => Number(a.row['id']) - Number(b.row['id']))).toEqual([
      { operation: 'upsert', key: ['id'], row: { id: 1, age: 30 } },
      { operation: 'upsert', key: ['id'], row: { id: 2, age: 40 } },
      { operation: 'update', key: ['id'], row: { id: 3, age: 40 } },
      { operation: 'delete', key: ['id'], row: { id: 4 } },
    ]);
    const left = await kept('changes');
    expect(left.map(({ id, operation, row }) => [id, operation, row])).toEqual([
      [before.find(({ row }) => row['id'] === 5)?.id, 'delete', { id: 5 }],
    ]);
    refused = [];
    expect((await host('rejected retry changes', ...config())).exitCode).toBe(0);
    await expectNone('changes');
  });

  it('is told of inserts and changes apart, also where both are given again', async () => {
    const mirror = (): Promise<HostResult> =>
      host(
        'run mirrored.jsonl --name mirrored --primary-key id --mode mirror --on-bad-row dead-letter',
        ...toSink(),
      );
    await writeFile(join(cwd, 'mirrored.jsonl'), '{"id":1,"n":"a"}\n{"id":2,"n":"b"}\n');
    expect((await mirror()).exitCode).toBe(0);
    refused = ['bad'];
    await writeFile(
      join(cwd, 'mirrored.jsonl'),
      '{"id":1,"n":"bad"}\n{"id":2,"n":"b"}\n{"id":3,"n":"bad"}\n',
    );
    expect((await mirror()).exitCode).toBe(0);
    const before = await kept('mirrored');
    // It is sent by each run until it is taken, and stays one row.
    expect((await mirror()).exitCode).toBe(0);
    const again = await kept('mirrored');
    expect(again.map(({ id, attempts }) => [id, attempts])).toEqual(
      before.map(({ id, attempts }) => [id, attempts * 2]),
    );
    expect(again.map(({ operation, row }) => [operation, row])).toEqual([
      ['insert', { id: 3, n: 'bad' }],
      ['upsert', { id: 1, n: 'bad' }],
    ]);
    taken = [];
    expect((await retry('mirrored', ({ row }) => ({ ...row, n: 'good' }), ...config())).exitCode).toBe(0);
    expect(taken).toEqual([
      { operation: 'insert', key: ['id'], row: { id: 3, n: 'good' } },
      { operation: 'upsert', key: ['id'], row: { id: 1, n: 'good' } },
    ]);
    await expectNone('mirrored');
  });
});

describe.each([
  { name: 'csv', to: ['rows.csv'], read: () => text('rows.csv') },
  { name: 'lines', to: ['rows.jsonl'], read: () => text('rows.jsonl') },
  { name: 'folder-csv', to: ['out/', '--format', 'csv'], read: () => text('out/orders.csv') },
  {
    name: 'folder-parquet',
    to: ['parts/', '--mode', 'append'],
    read: () => parquet('parts/orders/*.parquet'),
  },
  { name: 'duckdb', to: ['rows.duckdb'], read: () => database('rows.duckdb') },
])('$to', ({ name, to, read }) => {
  const run = (): Promise<HostResult> =>
    host(`run shop-orders --name ${name} --table orders --on-bad-row dead-letter --to`, ...to);

  it('keeps rows aside, takes them when they are right, and keeps those that are not as they were', async () => {
    expect(await run()).toMatchObject({ exitCode: 0 });
    const [second, fourth] = await kept(name);
    expect([second?.row, fourth?.row]).toEqual([
      { id: 2, day: 'day 2' },
      { id: 4, day: 'day 4' },
    ]);
    // A table that is replaced was read as a whole, so what is still wrong was kept anew, as the row that it is.
    if (!to.includes('append')) expect(await run()).toMatchObject({ exitCode: 0 });
    expect((await kept(name)).map(({ number }) => number)).toEqual([2, 4]);
    const fixed = ({ row }: KeptRow): Row => (row['id'] === 2 ? { id: 2, day: '2026-01-02' } : row);
    const retried = await retry(name, fixed);
    expect([retried.exitCode, retried.stderr]).toEqual([5, expect.stringContaining('done: 1 row to ')]);
    expect(await read()).toEqual(['1 2026-01-01', '2 2026-01-02', '3 2026-01-03']);
    const left = await kept(name);
    expect(left.map(({ number, row }) => [number, row])).toEqual([[4, { id: 4, day: 'day 4' }]]);
    expect((await host(`rejected drop ${name} --all`)).stderr).toContain('forgot 1 row');
    await expectNone(name);
    const there = [...(await readdir(cwd)), ...(await readdir(join(cwd, to[0] ?? '')).catch(() => []))];
    expect(there.filter((file) => file.includes('rejected'))).toEqual([]);
  });
});

it('operations that were to be written down are written down when they are given again', async () => {
  const args = '--to log/ --format csv --mode append --on-bad-row dead-letter';
  expect((await host(`run shop-changes --name log ${args}`)).exitCode).toBe(0);
  const file = async (): Promise<string[]> =>
    (await readFile(join(cwd, 'log/people.csv'), 'utf8')).trimEnd().split('\n');
  expect(await file()).toEqual(['_op,id,age', 'upsert,1,30', 'delete,4,', 'delete,5,']);
  expect((await retry('log', ({ row }) => ({ ...row, age: 40 }))).exitCode).toBe(0);
  expect((await file()).slice(4)).toEqual(['upsert,2,40', 'update,3,40']);
  await expectNone('log');
});

it('a Parquet file that was written as a whole takes no rows behind it, which is said, and nothing is lost', async () => {
  const args = '--name whole --table orders --to whole/ --on-bad-row dead-letter';
  expect((await host(`run shop-orders ${args}`)).exitCode).toBe(0);
  expect(await host('rejected retry whole')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('TARGET_MODE_UNSUPPORTED'),
  });
  expect((await kept('whole')).map(({ number }) => number)).toEqual([2, 4]);
});

it('rows that were to be printed are kept too, and printed when they are given again', async () => {
  const run = await host('run shop-orders --name printed --to - --on-bad-row dead-letter');
  expect(run.stdout).toBe('{"id":1,"day":"2026-01-01"}\n{"id":3,"day":"2026-01-03"}\n');
  expect((await host('rejected list printed --to -')).stdout).toContain('orders  2    upsert');
  const again = await host('rejected retry printed --to -');
  expect([again.exitCode, again.stdout]).toEqual([5, '']);
  expect((await host('rejected drop printed --to - --all')).stderr).toContain('forgot 2 rows of printed');
});

it('a dry run says what would be kept aside, and keeps nothing', async () => {
  const dry = await host('run shop-orders --name dry --to dry.csv --on-bad-row dead-letter --dry-run');
  expect(dry.exitCode).toBe(0);
  expect(dry.stdout).toContain('warning: 2 rows would be kept aside\n');
  expect((await readdir(cwd)).filter((file) => file.startsWith('dry'))).toEqual([]);
});

/** The rows of a file of text, each as `id day`. */
async function text(file: string): Promise<string[]> {
  const lines = (await readFile(join(cwd, file), 'utf8')).split('\n').filter((line) => /\d/.test(line));
  return lines
    .map((line) =>
      (line.startsWith('{') ? Object.values(JSON.parse(line) as Row) : line.split(',')).join(' '),
    )
    .sort();
}

async function parquet(file: string): Promise<string[]> {
  const rows = await new DuckdbPlace(cwd, 'look.duckdb').query(
    `SELECT id || ' ' || day FROM read_parquet('${join(cwd, file)}') ORDER BY ALL`,
  );
  return rows.flat() as string[];
}

async function database(file: string): Promise<string[]> {
  const rows = await new DuckdbPlace(cwd, file).query(`SELECT id || ' ' || day FROM orders ORDER BY ALL`);
  return rows.flat() as string[];
}
