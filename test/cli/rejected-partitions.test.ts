import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../src/sdk/schema.js';
import type { KeptRow } from '../../src/targets/target.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { startHost, type HostResult } from '../helpers/run-host.js';
import { serveJson } from '../helpers/serve-json.js';
import { pluginFiles, writeFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const FILES = pluginFiles('shop', {
  'shop-visits': {
    manifest: { partitioningMode: 'CODE_DEFINED_LISTABLE' },
    code: `import { Connector } from 'connector-host';
export default class extends Connector {
  getPartitioning() {
    return { dimensions: [{ name: 'country', type: 'value' as const }] };
  }
  listPartitions() { return ['FR', 'IT']; }
  getReadSchema() {
    return { columns: [{ name: 'id', type: 'bigint' as const }, { name: 'n', type: 'bigint' as const }], primaryKey: ['id'] };
  }
  *generateRows() {
    for (let id = 1; id <= 3; id += 1) yield { id, n: id === 2 ? 'two' : id };
  }
}
`,
  },
  'shop-sink': {
    manifest: {
      readable: false,
      writable: true,
      supportAppend: true,
      params: [{ name: 'url', type: 'STRING', mandatory: true }],
    },
    code: `import { BufferedWriter, Connector, type DatasetWriter, type HttpClient, type Row, type WriteRequest } from 'connector-host';
export default class extends Connector<{ url: string }> {
  generateRows() { return []; }
  override getWriter({ partitionId }: WriteRequest): DatasetWriter {
    return new Sink(this.context.createHttp({ baseURL: this.config.url, retry: { tries: 1 } }), partitionId);
  }
}
class Sink extends BufferedWriter {
  constructor(private readonly http: HttpClient, private readonly partition: string | null) {
    super({ rows: 10, mayUpdate: true, mayDelete: true });
  }
  protected override async writeBatch(rows: readonly Row[]): Promise<void> {
    await this.http.post('/rows', { partition: this.partition, rows });
  }
}
`,
  },
});

const warm = new WarmHost();
let cwd: string;
let url: string;
/** What the endpoint took, each with its partition. */
let taken: { readonly partition: string; readonly row: Row }[] = [];

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  await writeFiles(cwd, FILES);
  ({ url } = await serveJson(({ body }) => {
    const { partition, rows } = body as { partition: string; rows: Row[] };
    taken.push(...rows.map((row) => ({ partition, row })));
    return { json: {} };
  }));
});
afterAll(() => rm(cwd, { recursive: true }));
beforeEach(() => {
  taken = [];
});

function host(args: string, ...more: readonly string[]): Promise<HostResult> {
  return warm.run([...args.split(' '), ...more], { cwd });
}

async function load(name: string, ...to: readonly string[]): Promise<void> {
  const run = await host(
    `run shop-visits --name ${name} --table visits --on-bad-row dead-letter --to`,
    ...to,
  );
  expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining('see `host rejected list')]);
}

async function kept(pipeline: string): Promise<KeptRow[]> {
  const { stdout } = await host(`rejected show ${pipeline}`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as KeptRow);
}

/** Writes the rows as they are after an edit. @returns name of the file */
async function edited(pipeline: string, edit: (row: KeptRow) => Row): Promise<string> {
  const lines = (await kept(pipeline)).map((row) => JSON.stringify({ ...row, row: edit(row) }));
  await writeFile(join(cwd, `${pipeline}.fixed`), lines.join('\n'));
  return `${pipeline}.fixed`;
}

it('a database: rows are listed with their partition, given back to it, and forgotten by it', async () => {
  await load('base', 'rows.duckdb');
  const list = await host('rejected list base');
  expect(list.stdout).toMatch(/^id +partition +table +row /);
  expect(list.stdout).toMatch(/ FR +visits +2 /);
  const found = JSON.parse((await host('rejected list base --partition IT --json')).stdout) as {
    rows: readonly KeptRow[];
  };
  expect(found.rows).toEqual([expect.objectContaining({ partition: 'IT', number: 2, code: 'ROW_INVALID' })]);
  expect(Object.keys(found.rows[0] ?? {})).not.toContain('isReplacing');
  const [first] = (await kept('base')).filter(({ partition }) => partition === 'FR');
  const other = await host('rejected show base --partition IT --id', first?.id ?? '');
  expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining('has no rejected row')]);

  const file = await edited('base', () => ({ id: 2, n: 2 }));
  const wrong = await host('rejected retry base --partition IT --rows', file);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('has no rejected row')]);
  const retried = await host('rejected retry base --partition IT --json');
  expect([retried.exitCode, JSON.parse(retried.stdout)]).toEqual([
    5,
    expect.objectContaining({
      rejected: 1,
      partitions: [
        expect.objectContaining({ partition: 'IT', status: 'completed', rowsRead: 1, rowsWritten: 0 }),
      ],
      partitionCounts: { completed: 1, failed: 0, unfinished: 0, notRun: 0, notThere: 0 },
    }),
  ]);
  expect(await host('rejected retry base --rows', file)).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('done: 2 rows to rows.duckdb'),
  });
  const place = new DuckdbPlace(cwd, 'rows.duckdb');
  expect(
    await place.query(`SELECT _partition, string_agg(id, '' ORDER BY id) FROM visits GROUP BY 1 ORDER BY 1`),
  ).toEqual([
    ['FR', '123'],
    ['IT', '123'],
  ]);
  expect(await kept('base')).toEqual([]);

  await load('base', 'rows.duckdb');
  expect((await host('rejected drop base --all --partition FR')).exitCode).toBe(2);
  expect((await host('rejected drop base --partition FR')).stderr).toContain('forgot 1 row of base');
  expect((await kept('base')).map(({ partition }) => partition)).toEqual(['IT']);
});

it('a folder: a retry that is killed after a commit is gone on with, and doubles nothing', async () => {
  await load('folder', 'out/', '--format', 'csv');
  const file = await edited('folder', () => ({ id: 2, n: 20 }));
  const killed = await startHost(['rejected', 'retry', 'folder', '--rows', file], {
    cwd,
    env: { CONNECTOR_HOST_KILL_AT: 'rejected.before-drop' },
  }).ended;
  expect(killed.exitCode).toBeNull();
  // What was committed is not kept any more, although nobody came to remove it.
  expect((await kept('folder')).length).toBe(1);
  const rest = await edited('folder', () => ({ id: 2, n: 20 }));
  expect(await host('rejected retry folder --rows', rest)).toMatchObject({ exitCode: 0 });
  const text = (country: string): Promise<string> =>
    readFile(join(cwd, `out/visits/country=${country}/part.csv`), 'utf8');
  for (const country of ['FR', 'IT'])
    expect(await text(country)).toBe(`id,n,_partition\n1,1,${country}\n3,3,${country}\n2,20,${country}\n`);
  expect(await kept('folder')).toEqual([]);
  const { stdout } = await host('partitions shop-visits --name folder --json --to out/');
  expect(JSON.parse(stdout)).toMatchObject({
    partitions: [
      { partition: 'FR', status: 'completed', rows: 3 },
      { partition: 'IT', status: 'completed', rows: 3 },
    ],
  });
});

it('Parquet that was replaced: its files are written anew with the rows, each once, also after a kill', async () => {
  await load('columns', 'parquet/');
  const edit = ({ partition }: KeptRow): Row => ({
    id: 2,
    n: partition === 'FR' ? 20 : 'two',
    ...(partition === 'FR' ? { more: 'x' } : {}),
  });
  const file = await edited('columns', edit);
  const killed = await startHost(['rejected', 'retry', 'columns', '--rows', file], {
    cwd,
    env: { CONNECTOR_HOST_KILL_AT: 'file.before-rename' },
  }).ended;
  expect(killed.exitCode).toBeNull();
  const rest = await edited('columns', edit);
  // The row of FR was taken, that of IT is refused again.
  expect(await host('rejected retry columns --rows', rest)).toMatchObject({ exitCode: 5 });
  expect((await kept('columns')).map(({ partition }) => partition)).toEqual(['IT']);
  const place = new DuckdbPlace(cwd, 'look.duckdb');
  const rows = (country: string): Promise<unknown[][]> =>
    place.query(
      `FROM read_parquet('${cwd}/parquet/visits/country=${country}/*.parquet', hive_partitioning = false) ORDER BY id`,
    );
  expect(await rows('FR')).toEqual([
    ['1', '1', 'FR', null],
    ['2', '20', 'FR', 'x'],
    ['3', '3', 'FR', null],
  ]);
  expect(await rows('IT')).toEqual([
    ['1', '1', 'IT'],
    ['3', '3', 'IT'],
  ]);
  const last = await edited('columns', () => ({ id: 2, n: 2 }));
  expect(await host('rejected retry columns --rows', last)).toMatchObject({ exitCode: 0 });
  expect((await rows('IT'))[1]).toEqual(['2', '2', 'IT']);
  const { stdout } = await host('partitions shop-visits --name columns --json --to parquet/');
  expect(JSON.parse(stdout)).toMatchObject({
    partitions: [
      { partition: 'FR', status: 'completed', rows: 3 },
      { partition: 'IT', status: 'completed', rows: 3 },
    ],
  });
});

it('a connector: its writer is told of the partition of each row', async () => {
  await load('sink', 'shop-sink', '--to-set', `url=${url}`);
  expect(taken.map(({ partition, row }) => `${partition} ${String(row['id'])}`).sort()).toEqual([
    'FR 1',
    'FR 3',
    'IT 1',
    'IT 3',
  ]);
  taken = [];
  const file = await edited('sink', ({ partition, row }) => (partition === 'FR' ? { id: 2, n: 20 } : row));
  const config = ['--to-set', `url=${url}`];
  expect(await host('rejected retry sink --rows', file, ...config)).toMatchObject({ exitCode: 5 });
  expect(taken).toEqual([{ partition: 'FR', row: { id: 2, n: 20 } }]);
  expect((await kept('sink')).map(({ partition, attempts }) => [partition, attempts])).toEqual([['IT', 2]]);
});
