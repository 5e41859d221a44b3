import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { RunSpec } from '../../../src/host/run-spec.js';
import { AbortError } from '../../../src/sdk/errors.js';
import { SelectConnector } from '../../../src/sources/duckdb/select-connector.js';
import { RunProgress } from '../../../src/sync/run-progress.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { runHost } from '../../helpers/run-host.js';
import { SourcePlace } from '../source-place.js';

const folder = tempFolders();
let place: SourcePlace;
/** Reads of rows, which there is none of where they go as a whole. */
let reads: jest.SpiedFunction<SelectConnector['generateRows']>;

beforeEach(async () => {
  place = new SourcePlace(await folder());
  reads = jest.spyOn(SelectConnector.prototype, 'generateRows');
});
afterEach(() => {
  jest.restoreAllMocks();
});

const source = (name = 'source.duckdb'): SourcePlace => new SourcePlace(place.folder, name);
const ROWS = `CREATE TABLE t AS SELECT i AS id, 'row ' || i AS name FROM range(5000) r(i)`;

async function isWhole(to: string, spec: Partial<RunSpec> = {}, from = 'source.duckdb'): Promise<boolean> {
  reads.mockClear();
  const { report } = await place.sync(from, to, {
    ...(from.endsWith('.duckdb') && spec.query === undefined ? { fromTable: 't' } : {}),
    ...spec,
  });
  expect(report.rowsRead).toBe(5000);
  expect(report.rowsWritten).toBe(5000);
  expect(report.tables).toEqual([expect.objectContaining({ rows: 5000 })]);
  expect(report.commits).toBe(1);
  return reads.mock.calls.length === 0;
}

describe('rows go as a whole', () => {
  beforeEach(() => source().execute(ROWS));

  it.each([
    ['a Parquet file', 'out.parquet', {}],
    ['a folder of Parquet', 'out/', {}],
    ['a folder that is added to', 'out/', { mode: 'append' }],
    ['a database', 'out.duckdb', {}],
    ['a table that is added to', 'out.duckdb', { mode: 'append' }],
    ['a file, from a query', 'out.parquet', { query: 'SELECT * FROM t -- all' }],
    ['a file, with a key that nothing goes by', 'out.parquet', { primaryKey: ['id'] }],
  ] as const)('into %s', async (_what, to, spec) => {
    expect(await isWhole(to, spec)).toBe(true);
  });

  it('from a Parquet file', async () => {
    await source().execute(`COPY t TO '${place.path('rows.parquet')}' (FORMAT parquet)`);
    expect(await isWhole('out.parquet', {}, 'rows.parquet')).toBe(true);
  });

  it('behind rows that are there, in their order', async () => {
    await place.sync('source.duckdb', 'out.duckdb', { fromTable: 't', mode: 'append', limit: 2 });
    expect(await isWhole('out.duckdb', { mode: 'append' })).toBe(true);
    const out = source('out.duckdb');
    expect(await out.query('SELECT id FROM t ORDER BY rowid LIMIT 4')).toEqual([['0'], ['1'], ['0'], ['1']]);
  });
});

describe('a relation', () => {
  it('goes behind columns that it lacks, and in the order of the table', async () => {
    const out = source('out.duckdb');
    await source().execute(
      `CREATE TABLE t AS SELECT 1::BIGINT AS id, {a: 1} AS j, 1.5::DECIMAL(38,3) AS d, 'x' AS name, '\\xFF'::BLOB AS b`,
    );
    await place.sync('source.duckdb', 'out.duckdb', { fromTable: 't', mode: 'append' });
    await source('other.duckdb').execute(
      `CREATE TABLE t AS SELECT 'row ' || i AS name, i AS id, true AS fresh FROM range(5000) r(i)`,
    );
    expect(await isWhole('out.duckdb', { mode: 'append', adopt: true }, 'other.duckdb')).toBe(true);
    expect(await out.query('SELECT * FROM t ORDER BY rowid LIMIT 2')).toEqual([
      ['1', '{"a":1}', '1.500', 'x', '\\xFF', null],
      ['0', null, null, 'row 0', null, 'true'],
    ]);
    expect(await out.query('SELECT count(*), count(j), sum(id) FROM t')).toEqual([['5001', '1', '12497501']]);
  });

  it.each(['out.parquet', 'out.duckdb', 'appended.duckdb'])('keeps an ORDER BY into %s', async (to) => {
    const rows = 'SELECT i AS id, hash(i) AS h FROM range(300000) r(i)';
    await source().execute(`CREATE TABLE t AS ${rows}`);
    await place.sync('source.duckdb', to, {
      query: 'SELECT id, h FROM t ORDER BY h',
      table: 't',
      mode: to.startsWith('appended') ? 'append' : 'overwrite',
    });
    expect(reads).not.toHaveBeenCalled();
    const isFile = to === 'out.parquet';
    const [from, position] = isFile
      ? [`read_parquet('${place.path(to)}', file_row_number = true)`, 'file_row_number']
      : ['t', 'rowid'];
    const database = source(isFile ? 'look.duckdb' : to);
    expect(
      await database.query(
        `SELECT count(*), count(*) FILTER (h < before) FROM
           (SELECT h, lag(h) OVER (ORDER BY ${position}) AS before FROM ${from})`,
      ),
    ).toEqual([['300000', '0']]);
  });
});

describe('rows go one by one', () => {
  beforeEach(() => source().execute(ROWS));

  it.each([
    ['where bad ones are kept aside', 'out.parquet', { badRows: {} }],
    ['where a contract holds them', 'out.parquet', { contract: 'freeze' }],
    ['where columns are left out', 'out.parquet', { shape: { exclude: ['name'] } }],
    ['where columns are added', 'out.parquet', { auditColumns: true }],
    ['where they are read by a cursor', 'out.duckdb', { cursor: 'id' }],
    ['where they are merged', 'out.duckdb', { mode: 'merge', primaryKey: ['id'] }],
    ['into text', 'out.csv', {}],
    ['where they are written to the database that they come from', 'source.duckdb', { table: 'copy' }],
    ['where a column is JSON', 'out.parquet', { query: 'SELECT *, [id] AS list FROM t' }],
  ] as const)('%s', async (_what, to, spec) => {
    expect(await isWhole(to, spec as Partial<RunSpec>)).toBe(false);
  });
});

describe('a value that rows cannot have', () => {
  it.each([
    ['date', `'infinity'::DATE`],
    ['timestamp', `'-infinity'::TIMESTAMP`],
    ['timestamp', `'290000-01-01'::TIMESTAMP`],
    ['timestamptz', `'infinity'::TIMESTAMPTZ`],
    ['timestamptz', `'280000-01-01 (BC) 00:00:00+00'::TIMESTAMPTZ`],
    ['time', `'24:00:00'::TIME`],
    ['decimal(38,0)', `'${10n ** 38n}'::HUGEINT`],
  ])('is the error of its row: %s %s', async (type, sql) => {
    await source().execute(
      `CREATE TABLE t AS SELECT i AS id, CASE WHEN i = 2999 THEN ${sql} END AS v FROM range(5000) r(i)`,
    );
    for (const to of ['out.parquet', 'out.duckdb', 'out/']) {
      const { report, error } = await place.attempt('source.duckdb', to, { fromTable: 't' });
      expect(error).toMatchObject({ code: 'ROW_INVALID', details: { row: 3000, column: 'v' } });
      expect(error?.message).toContain(type);
      expect(report).toMatchObject({ rowsWritten: 0 });
      expect(reads).toHaveBeenCalled();
    }
    expect(existsSync(place.path('out.parquet'))).toBe(false);
    expect(await source('out.duckdb').query(`SELECT 1 FROM duckdb_tables() WHERE table_name = 't'`)).toEqual(
      [],
    );
  });

  it.each([
    ['out.parquet', 'overwrite'],
    ['out/', 'append'],
    ['out.duckdb', 'overwrite'],
    ['out.duckdb', 'append'],
  ] as const)('makes them all be read again, once, into %s with %s', async (to, mode) => {
    // A little beyond what the fast way takes, and still what a row can have.
    await source().execute(
      `CREATE TABLE t AS SELECT i AS id, CASE WHEN i = 2999 THEN TIMESTAMP '275760-09-13 00:00:00.0001' END AS v
       FROM range(5000) r(i)`,
    );
    expect(await isWhole(to, { mode })).toBe(false);
    const from = to === 'out.duckdb' ? 't' : `'${place.path(to === 'out/' ? 'out/t/*.parquet' : to)}'`;
    const database = source(to === 'out.duckdb' ? to : 'look.duckdb');
    expect(await database.query(`SELECT count(*), sum(id), max(v) FROM ${from}`)).toEqual([
      ['5000', '12497500', '275760-09-13 00:00:00.0001'],
    ]);
  });
});

describe('a table that requires a value', () => {
  const attempt = async (columns: string): Promise<{ isWhole: boolean; error: unknown }> => {
    await source('out.duckdb').execute('CREATE TABLE t (id BIGINT, name VARCHAR NOT NULL)');
    await source().execute(`CREATE TABLE t AS SELECT ${columns}`);
    const { error } = await place.attempt('source.duckdb', 'out.duckdb', { fromTable: 't', mode: 'append' });
    return { isWhole: reads.mock.calls.length === 0, error };
  };

  it('takes rows that have it', async () => {
    expect(await attempt(`7::BIGINT AS id, 'x' AS name`)).toEqual({ isWhole: true, error: undefined });
  });

  it('refuses a null when the rows are committed', async () => {
    const { isWhole, error } = await attempt('7::BIGINT AS id, NULL::VARCHAR AS name');
    expect(isWhole).toBe(true);
    expect(error).toMatchObject({ name: 'TargetError', message: expect.stringContaining('constraint') });
  });

  it('refuses the first row where the source lacks the column', async () => {
    const { isWhole, error } = await attempt('7::BIGINT AS id');
    expect(isWhole).toBe(false);
    expect(error).toMatchObject({ code: 'ROW_INVALID', details: { row: 1, column: 'name' } });
  });
});

describe('a read that fails after its first rows', () => {
  const ROWS_BEFORE = 300_000;

  it.each(['out.csv', 'out.jsonl', 'out.parquet', 'out.duckdb'])(
    'fails into %s, and leaves nothing',
    async (to) => {
      await source().execute('CREATE TABLE t (id BIGINT)');
      const query = `SELECT i AS id, CASE WHEN i = ${ROWS_BEFORE} THEN error('boom') ELSE 'x' END AS s FROM range(400000) r(i)`;
      const { error, report } = await place.attempt('source.duckdb', to, { query });
      expect(error).toMatchObject({
        code: 'QUERY_INVALID',
        message: expect.stringMatching(/it failed after \d+ rows, as for a value/),
      });
      expect(report).toMatchObject({ status: 'failed', commits: 0 });
      if (to !== 'out.duckdb') expect(existsSync(place.path(to))).toBe(false);
    },
  );

  it.each(['overwrite', 'append'] as const)(
    'names the row that a column cannot have, with %s',
    async (mode) => {
      await source().execute(
        `CREATE TABLE t AS SELECT i AS id, CASE WHEN i = ${ROWS_BEFORE} THEN 'infinity'::DATE END AS day FROM range(400000) r(i)`,
      );
      const { error } = await place.attempt('source.duckdb', 'out.duckdb', { fromTable: 't', mode });
      expect(error).toMatchObject({ code: 'ROW_INVALID', details: { row: ROWS_BEFORE + 1, column: 'day' } });
    },
  );
});

describe('a long read', () => {
  const LONG = 'SELECT i AS id, md5(CAST(i AS VARCHAR)) AS text FROM range(20000000) r(i)';

  it.each(['out.parquet', 'out.duckdb'])('into %s is stopped at once, and leaves nothing', async (to) => {
    await source().execute('CREATE TABLE t AS SELECT 1 AS id');
    const stop = new AbortController();
    const stopping = setTimeout(() => stop.abort(new AbortError('SIGINT')), 500);
    const started = performance.now();
    const { error, report } = await place.attempt(
      'source.duckdb',
      to,
      { query: LONG, table: 't' },
      stop.signal,
    );
    clearTimeout(stopping);
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(report.status).toBe('aborted');
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(reads).not.toHaveBeenCalled();
    if (to === 'out.parquet')
      expect((await readdir(place.folder)).filter((name) => name.includes('out'))).toEqual([]);
    else
      expect(await source(to).query(`SELECT 1 FROM duckdb_tables() WHERE table_name LIKE '%t'`)).toEqual([]);
  });

  it.each([
    ['source.duckdb', 'out.parquet'],
    ['source.duckdb', 'out.duckdb'],
    ['t.parquet', 'out.parquet'],
  ])('of %s into %s says how far it is', async (from, to) => {
    await source().execute(
      'CREATE TABLE t AS SELECT i AS id, hash(i) AS h FROM range(1500000) r(i)',
      `COPY t TO '${place.path('t.parquet')}' (FORMAT parquet)`,
    );
    const progress = new RunProgress();
    const seen = new Set<number>();
    const looking = setInterval(() => {
      progress.refresh();
      seen.add(progress.rowsRead);
    }, 5);
    const spec = from === 'source.duckdb' ? { fromTable: 't' } : {};
    const { error } = await place.attempt(from, to, spec, undefined, progress);
    clearInterval(looking);
    expect(error).toBeUndefined();
    expect(progress.rowsRead).toBe(1_500_000);
    expect([...seen].some((rows) => rows > 0 && rows < 1_500_000)).toBe(true);
    expect(Math.max(...seen)).toBeLessThanOrEqual(1_500_000);
  });
});

it.each([
  ['out.parquet', 'overwrite', 'parquet.after-copy'],
  ['out.duckdb', 'overwrite', 'duckdb.after-shadow-rows:2'],
  ['out.duckdb', 'append', 'duckdb.after-stage'],
])(
  'a run into %s with %s that is killed at %s leaves no row, and the next writes each once',
  async (to, mode, killAt) => {
    await source().execute(ROWS);
    const args = [
      'run',
      'source.duckdb',
      '--from-table',
      't',
      '--to',
      to,
      '--mode',
      mode,
      '--state-dir',
      'state',
    ];
    const isFile = to === 'out.parquet';
    const rows = async (): Promise<unknown> =>
      isFile
        ? source('look.duckdb').query(`SELECT count(*), sum(id) FROM '${place.path(to)}'`)
        : source(to).query('SELECT count(*), sum(id) FROM t');
    const killed = await runHost(args, { cwd: place.folder, env: { CONNECTOR_HOST_KILL_AT: killAt } });
    expect(killed.exitCode).toBeNull();
    if (isFile) expect(existsSync(place.path(to))).toBe(false);
    else await expect(rows()).rejects.toThrow('Table with name t does not exist');
    expect(await runHost(args, { cwd: place.folder })).toMatchObject({ exitCode: 0 });
    expect(await rows()).toEqual([['5000', '12497500']]);
    expect((await readdir(place.folder)).filter((name) => name.startsWith('.out'))).toEqual([]);
  },
);
