import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHost, type HostResult } from '../helpers/run-host.js';
import { WarmHost } from '../helpers/warm-host.js';
import { connectorCode, pluginFiles, writeFiles } from '../helpers/temp-plugin.js';

const ORDERS_PARAMS = [
  {
    name: 'kind',
    type: 'SELECT',
    mandatory: true,
    defaultValue: 'open',
    selectChoices: [{ value: 'open' }, { value: 'paid' }],
  },
  { name: 'token', type: 'PASSWORD', defaultValue: 'swordfish' },
  { type: 'SEPARATOR', label: 'Paging' },
  {
    name: 'size',
    type: 'INT',
    minI: 1,
    maxI: 9,
    description: 'Rows per page',
    visibilityCondition: "model.kind == 'open'",
  },
];

const FILES = {
  ...pluginFiles('shop', {
    'shop-broken': { code: 'export default 1;' },
    'shop-orders': {
      manifest: { meta: { label: 'Orders', description: 'Orders of a shop.' }, params: ORDERS_PARAMS },
      code: connectorCode(`  getReadSchema() { return { columns: [{ name: 'id', type: 'bigint' as const }] }; }
  *generateRows() {
    yield [
      { id: 1, note: 'plain', paid: true },
      { id: 2, note: '\\u001b[31mred\\u001b[0m\\nnext', paid: null },
      { id: 9007199254740993n, note: null, paid: false },
    ];
  }`),
    },
    'shop-sink': {
      manifest: { readable: false, writable: true, supportAppend: true },
      code: connectorCode(
        '  *generateRows() {}\n  getWriter() { return { writeRow() {}, async close() {} }; }',
      ),
    },
  }),
  'python-connectors/shop-broken/connector.json': '{ "params": ',
  'python-connectors/shop-old/connector.json': '{}',
  'python-connectors/shop-old/connector.py': '',
};

const NDJSON = [
  '{"id":1,"note":"plain","paid":true}',
  '{"id":2,"note":"\\u001b[31mred\\u001b[0m\\nnext","paid":null}',
  '{"id":9007199254740993,"note":null,"paid":false}',
  '',
].join('\n');

const warmHost = new WarmHost();
let cwd: string;
beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  await writeFiles(cwd, FILES);
});
afterAll(() => rm(cwd, { recursive: true }));

const host = (args: string, env: Readonly<Record<string, string>> = {}): Promise<HostResult> =>
  warmHost.run(argsOf(args), { cwd, env });
/** Shells ask for completion in a process of its own, which prints by itself. */
const completion = (args: string): Promise<HostResult> => runHost(argsOf(args), { cwd });
const argsOf = (args: string): string[] =>
  args
    .split(' ')
    .filter((arg) => arg !== '')
    .map((arg) => (arg === '""' ? '' : arg));

const folder = (id: string): string => join(cwd, 'python-connectors', id);

const capabilities = (given: object = {}): object => ({
  readable: true,
  writable: false,
  canCountRecords: false,
  supportAppend: false,
  partitioningMode: 'NOT_PARTITIONABLE',
  ...given,
});

describe('host list', () => {
  it('shows good and broken connectors', async () => {
    const { stdout, stderr, exitCode } = await host('list');
    expect(stdout).toBe(`plugin shop in ${cwd}
connector    can     label
shop-broken  broken
shop-old     python
shop-orders  read    Orders
shop-sink    write
shop-broken: ${folder('shop-broken')}/connector.json: connector.json is not JSON: unexpected end at 1:13
shop-old: connector "shop-old" is written in Python; Python connectors are not supported yet
`);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('as JSON', async () => {
    const { stdout } = await host('list --json');
    const list = JSON.parse(stdout) as { plugins: unknown; connectors: { id: string }[] };
    expect(list.plugins).toEqual([{ id: 'shop', version: '1.0.0', root: cwd, error: null }]);
    expect(list.connectors.map(({ id }) => id)).toEqual([
      'shop-broken',
      'shop-old',
      'shop-orders',
      'shop-sink',
    ]);
    expect(list.connectors[0]).toMatchObject({
      error: { code: 'CONNECTOR_MANIFEST_INVALID', action: 'Correct the file at the places named.' },
    });
    expect(list.connectors[3]).toEqual({
      id: 'shop-sink',
      label: null,
      description: null,
      folder: folder('shop-sink'),
      language: 'typescript',
      ...capabilities({ readable: false, writable: true, supportAppend: true }),
      error: null,
      warnings: [],
    });
  });
});

describe('host describe', () => {
  it('shows abilities and parameters, and no secret default', async () => {
    const { stdout, stderr } = await host('describe shop-orders');
    expect(stdout).toBe(`shop-orders: Orders
Orders of a shop.
folder: ${folder('shop-orders')}
language: typescript
can be read

parameter  type      default  notes
kind       SELECT    "open"   mandatory; one of open, paid
token      PASSWORD  "***"
size       INT                1 to 9; if model.kind == 'open'; Rows per page
`);
    expect(stderr).toBe('');
  });

  it('as JSON', async () => {
    const [kind, token, , size] = ORDERS_PARAMS;
    expect(JSON.parse((await host('describe shop-orders --json')).stdout)).toEqual({
      id: 'shop-orders',
      label: 'Orders',
      description: 'Orders of a shop.',
      folder: folder('shop-orders'),
      language: 'typescript',
      ...capabilities(),
      error: null,
      warnings: [],
      stateVersion: 1,
      params: [kind, { ...token, defaultValue: '***' }, size],
    });
  });

  it('describes a Python connector without an error', async () => {
    const { stdout, exitCode } = await host('describe shop-old');
    expect(stdout).toContain('language: python\nconnector "shop-old" is written in Python');
    expect(exitCode).toBe(0);
  });

  it('fails for a broken one', async () => {
    const { stderr, exitCode } = await host('describe shop-broken');
    expect(stderr).toMatch(/^error: .*connector\.json is not JSON/);
    expect(exitCode).toBe(3);
  });
});

describe('host preview', () => {
  it('shows the schema and the rows, with control characters escaped', async () => {
    const { stdout, stderr, exitCode } = await host('preview shop-orders');
    expect(stdout).toBe(`column  type
id      bigint   declared
note    string   inferred
paid    boolean  inferred

id                note                      paid
1                 plain                     true
2                 \\x1b[31mred\\x1b[0m\\nnext
9007199254740993                            false

statements of a run into warehouse.duckdb:
  CREATE TABLE "orders" ("id" BIGINT, "note" VARCHAR, "paid" BOOLEAN);
`);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('as JSON, with integers exact', async () => {
    const { stdout } = await host('preview shop-orders --json');
    expect(stdout.split('\n')).toEqual([expect.any(String), '']);
    expect(stdout).toContain('"rows":[{"id":1,"note":"plain","paid":true},');
    expect(stdout).toContain('{"id":9007199254740993,"note":null,"paid":false}]}');
    expect(JSON.parse((await host('preview shop-orders --json --limit 1')).stdout)).toEqual({
      connector: 'shop-orders',
      columns: [
        { name: 'id', type: 'bigint', declared: true, nullable: true },
        { name: 'note', type: 'string', declared: false, nullable: true },
        { name: 'paid', type: 'boolean', declared: false, nullable: true },
      ],
      rows: [{ id: 1, note: 'plain', paid: true }],
    });
  });
});

describe('host run', () => {
  const DONE = /^done: 3 rows to (\S+) in \d+\.\d\d s \([\d,]+ rows?\/s\)\n/;

  it('writes warehouse.duckdb and says how to look at it', async () => {
    const { stdout, stderr, exitCode } = await host('run shop-orders');
    expect(stdout).toBe('');
    expect(stderr).toMatch(DONE);
    expect(stderr.split('\n').slice(1)).toEqual([
      `  look at it: duckdb warehouse.duckdb 'FROM "orders" LIMIT 10'`,
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  it('keeps stdout for rows', async () => {
    const { stdout, stderr } = await host('run shop-orders --to -');
    expect(stdout).toBe(NDJSON);
    expect(DONE.exec(stderr)?.[1]).toBe('stdout');
  });

  it('says nothing with --quiet', async () => {
    const { stdout, stderr } = await host('run shop-orders --to - --quiet --format csv');
    expect(stdout).toBe(
      'id,note,paid\n1,plain,true\n2,"\u001b[31mred\u001b[0m\nnext",\n9007199254740993,,false\n',
    );
    expect(stderr).toBe('');
  });

  it('prints the report with --json, and nothing else', async () => {
    const { stdout, stderr } = await host('run shop-orders --to rows.csv --json');
    expect(stderr).toBe('');
    const seconds = expect.any(Number);
    expect(JSON.parse(stdout)).toEqual({
      run: expect.stringMatching(/^[\da-f-]{36}$/),
      pipeline: expect.stringMatching(/^shop-orders\.orders@[\da-f]{8}$/),
      status: 'succeeded',
      code: null,
      message: null,
      rowsRead: 3,
      rowsWritten: 3,
      rowsDeleted: 0,
      rejected: 0,
      commits: 1,
      bytes: (await readFile(join(cwd, 'rows.csv'))).length,
      seconds,
      waitingOn: { source: seconds, host: seconds, target: seconds },
      tables: [{ name: 'orders', rows: 3, columnsAdded: [], columnsWidened: [] }],
      partitions: [],
      partitionCounts: null,
      paging: [],
      warnings: [],
      // The journal of a file counts commits, also those without a state.
      stateVersion: 1,
    });
  });

  it('prints the report on stderr where stdout has the rows', async () => {
    const { stdout, stderr } = await host('run shop-orders --to - --json');
    expect(stdout).toBe(NDJSON);
    expect(JSON.parse(stderr)).toMatchObject({ status: 'succeeded', rowsWritten: 3 });
  });

  it('writes into a connector, added or replaced', async () => {
    for (const mode of ['overwrite', 'append']) {
      expect((await host(`run shop-orders --to shop-sink --mode ${mode}`)).stderr).toMatch(
        /^done: 3 rows to shop-sink/,
      );
    }
  });

  it('shows causes and stack with --verbose', async () => {
    await writeFiles(cwd, { 'fake.duckdb': 'this is no database, whatever its name says' });
    const { stderr } = await host('run shop-orders --to fake.duckdb --verbose');
    expect(stderr).toMatch(/^error: fake\.duckdb exists but is not a DuckDB database\n/);
    expect(stderr).toMatch(/^\s+at /m);
    expect(stderr).toContain('IO Error');
  });
});

describe('help', () => {
  it.each(['', 'list', 'describe', 'preview', 'run'])('host %s --help has examples', async (command) => {
    const { stdout, stderr, exitCode } = await host(`${command} --help`);
    expect(stdout).toMatch(new RegExp(`^Usage: host ${command}`));
    expect(stdout).toMatch(/\nExamples?:\n {2}\$ host \w/);
    expect(stdout).not.toContain('[]');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('host alone prints the help, and --version the version', async () => {
    expect((await host('')).stdout).toBe((await host('--help')).stdout);
    const packageText = await readFile(join(__dirname, '../../package.json'), 'utf8');
    const { version } = JSON.parse(packageText) as { version: string };
    expect((await host('--version')).stdout).toBe(`${version}\n`);
  });
});

describe('completion', () => {
  it('prints the script of a shell', async () => {
    const { stdout, exitCode } = await completion('completion bash');
    expect(stdout).toMatch(/^# bash completion for host\n/);
    expect(exitCode).toBe(0);
  });

  it.each([
    { words: 'run ""', suggestions: ['shop-broken', 'shop-old', 'shop-orders', 'shop-sink'] },
    { words: 'run --mode ""', suggestions: ['overwrite', 'append', 'merge', 'mirror'] },
    { words: 'run --format ""', suggestions: ['ndjson', 'csv', 'parquet'] },
    { words: 'des', suggestions: ['describe'] },
  ])('suggests for host $words', async ({ words, suggestions }) => {
    const { stdout, stderr } = await completion(`complete -- ${words}`);
    const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    expect(lines.map((line) => line.split('\t')[0])).toEqual(suggestions);
    expect(stderr).toBe('');
  });

  it('suggests no connector, and gives no error, outside a plugin', async () => {
    const { stderr, exitCode } = await runHost(['complete', '--', 'run', ''], { cwd: tmpdir() });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });
});

it.each([{}, { NO_COLOR: '1' }, { TERM: 'dumb' }])(
  'has no colours where stderr is no terminal (%j)',
  async (env) => {
    const { stderr } = await host('run shop-orders --to nowhere/rows.csv', env);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toContain('\u001b');
  },
);
