import { beforeEach, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { mkdir, readFile } from 'node:fs/promises';
import { tempFolders } from '../fixtures/temp-folder.js';
import { failureOf, SourcePlace } from './source-place.js';

const folder = tempFolders();
let place: SourcePlace;
const DB = 'warehouse.duckdb';

beforeEach(async () => {
  place = new SourcePlace(await folder());
});

describe('values', () => {
  const EXPRESSIONS: readonly (readonly [sql: string, type: string, value: unknown])[] = [
    ['true', 'BOOLEAN', true],
    ['(-128)::TINYINT', 'INTEGER', -128],
    ['65535::USMALLINT', 'INTEGER', 65535],
    ['4294967295::UINTEGER', 'BIGINT', 4294967295],
    ['9223372036854775807::BIGINT', 'BIGINT', '9223372036854775807'],
    ['18446744073709551615::UBIGINT', 'DECIMAL(20,0)', '18446744073709551615'],
    ['99999999999999999999999999999999999999::HUGEINT', 'DECIMAL(38,0)', '9'.repeat(38)],
    ['0.1::FLOAT', 'FLOAT', 0.1],
    ['0.1::DOUBLE', 'DOUBLE', 0.1],
    ['1.50::DECIMAL(10,2)', 'DECIMAL(10,2)', '1.50'],
    ["'x'", 'VARCHAR', 'x'],
    ["'x'::ENUM ('x', 'y')", 'VARCHAR', 'x'],
    ["'8d7c7a0e-0b2a-4c0e-8f0e-2f1f0d6a6f01'::UUID", 'VARCHAR', '8d7c7a0e-0b2a-4c0e-8f0e-2f1f0d6a6f01'],
    ["'\\xAB'::BLOB", 'BLOB', 'qw=='],
    ["DATE '2026-11-21'", 'DATE', '2026-11-21'],
    ["TIME '07:00:00.000001'", 'TIME', '07:00:00.000001'],
    ["TIMESTAMP '2026-11-21 07:00:00.000001'", 'TIMESTAMP', '2026-11-21T07:00:00.000001'],
    ["TIMESTAMP_S '2026-11-21 07:00:00'", 'TIMESTAMP', '2026-11-21T07:00:00'],
    ["TIMESTAMP_MS '2026-11-21 07:00:00.001'", 'TIMESTAMP', '2026-11-21T07:00:00.001'],
    ["TIMESTAMP_NS '2026-11-21 07:00:00.000001'", 'TIMESTAMP', '2026-11-21T07:00:00.000001'],
    ["TIMESTAMPTZ '2026-11-21 07:00:00+02'", 'TIMESTAMP WITH TIME ZONE', '2026-11-21T05:00:00Z'],
    ["INTERVAL '1 month 2 days'", 'VARCHAR', '1 month 2 days'],
    ["'101'::BIT", 'VARCHAR', '101'],
    ['[1, NULL]', 'JSON', [1, null]],
    ["{'a': [1.5], 'b': 'x'}", 'JSON', { a: [1.5], b: 'x' }],
    ["MAP {'k': 1}", 'JSON', { k: 1 }],
    ["['nan'::DOUBLE, '-infinity'::DOUBLE, 1]", 'JSON', [null, null, 1]],
    ["['NaN']", 'JSON', ['NaN']],
    ['\'{"b": 1, "a": [2]}\'::JSON', 'JSON', { b: 1, a: [2] }],
  ];

  it('of every type are exact, and have the nearest type of the host', async () => {
    const columns = EXPRESSIONS.map(([sql], i) => `${sql} AS c${i}`).join(', ');
    await place.execute(`CREATE TABLE t AS SELECT ${columns} UNION ALL BY NAME SELECT NULL AS c0`);
    await place.sync(DB, 'copy.duckdb', { fromTable: 't' });
    await place.sync('copy.duckdb', 'rows.jsonl', { fromTable: 't' });
    const copy = new SourcePlace(place.folder, 'copy.duckdb');
    expect((await copy.query(`SELECT column_type FROM (DESCRIBE t)`)).map(([type]) => type)).toEqual(
      EXPRESSIONS.map(([, type]) => type),
    );
    const [row, nulls] = (await place.rows('rows.jsonl')) as Record<string, unknown>[];
    const text = await place.query(`SELECT c4 FROM t WHERE c0`);
    expect(text).toEqual([['9223372036854775807']]);
    // JSON.parse in this test rounds the bigint.
    expect({ ...row, c4: '9223372036854775807' }).toEqual(
      Object.fromEntries(EXPRESSIONS.map(([, , value], i) => [`c${i}`, value])),
    );
    expect(Object.values(nulls ?? {})).toEqual(EXPRESSIONS.map(() => null));
  });

  it('are the same ones after any number of rows', async () => {
    await place.execute(`CREATE TABLE t AS SELECT i AS id, 'x' || i AS s FROM range(10000) r(i)`);
    const { report } = await place.sync(DB, 'copy.duckdb', { fromTable: 't' });
    expect(report.rowsWritten).toBe(10_000);
    const copy = new SourcePlace(place.folder, 'copy.duckdb');
    expect(await copy.query(`SELECT count(*), sum(id), count(DISTINCT s), min(s), max(s) FROM t`)).toEqual([
      ['10000', '49995000', '10000', 'x0', 'x9999'],
    ]);
  });
});

describe('a table', () => {
  it('has the key by which the host loaded it, else that of its constraint', async () => {
    await place.put('rows.csv', 'id,v\n1,a\n2,b\n');
    await place.sync('rows.csv', DB, { primaryKey: ['id'] });
    await place.execute('CREATE TABLE own (a INTEGER, b INTEGER, v VARCHAR, PRIMARY KEY (b, a))');
    await place.sync(DB, 'copy.duckdb', { fromTable: 'rows' });
    await place.sync(DB, 'copy.duckdb', { fromTable: 'own' });
    const copy = new SourcePlace(place.folder, 'copy.duckdb');
    expect(await copy.query('SELECT table_name, primary_key FROM _host_tables ORDER BY 1')).toEqual([
      ['own', '["b","a"]'],
      ['rows', '["id"]'],
    ]);
  });

  it('is read as it was when the run began, also where the run replaces others in the same file', async () => {
    await place.execute('CREATE TABLE t AS SELECT i AS id FROM range(50000) r(i)');
    await place.sync(DB, DB, { fromTable: 't', table: 'a' });
    await place.sync(DB, DB, { fromTable: 't', table: 'a', commitEvery: { seconds: 0, rows: 0 } });
    await place.sync(DB, DB, { query: 'SELECT id FROM a UNION ALL SELECT id FROM t', table: 'a' });
    expect(await place.query('SELECT count(*), count(DISTINCT id) FROM a')).toEqual([['100000', '50000']]);
  });

  it('may be a view, or lie in another schema', async () => {
    await place.execute(
      'CREATE SCHEMA raw',
      'CREATE TABLE raw.orders AS SELECT 1 AS id',
      'CREATE VIEW v AS SELECT id + 1 AS id FROM raw.orders',
    );
    await place.sync(DB, 'out.jsonl', { fromTable: 'RAW.Orders' });
    expect(await place.rows('out.jsonl')).toEqual([{ id: 1 }]);
    await place.sync(DB, 'v.jsonl', { fromTable: 'v' });
    expect(await place.rows('v.jsonl')).toEqual([{ id: 2 }]);
  });

  it.each([
    [
      { fromTable: 'orders2' },
      'there is no table "orders2" in "warehouse.duckdb" (did you mean "orders"?); it has orders',
    ],
    [{}, 'nobody says which table of "warehouse.duckdb" is read; it has orders'],
    [
      { fromTable: 'orders', primaryKey: ['idd'] },
      '--primary-key: there is no column "idd" in "warehouse.duckdb" (did you mean "id"?)',
    ],
    [{ fromTable: 'orders', cursor: 'at' }, '--cursor: there is no column "at" in "warehouse.duckdb"'],
  ])('that is not there is an error: %j', async (spec, message) => {
    await place.execute('CREATE TABLE orders AS SELECT 1 AS id');
    expect(await failureOf(place.attempt(DB, 'out.jsonl', spec))).toMatchObject({
      code: 'SOURCE_TABLE_UNKNOWN',
      exitCode: 2,
      message,
    });
  });

  it.each(['orders', 'main.Orders'])('is not read and written at the same time: %s', async (fromTable) => {
    await place.execute('CREATE TABLE orders AS SELECT 1 AS id');
    const failure = await failureOf(place.attempt(DB, DB, { fromTable }));
    expect(failure).toMatchObject({ code: 'CLI_USAGE' });
  });
});

describe('a database', () => {
  it('that is read may be read by others, and is not changed', async () => {
    await place.execute('CREATE TABLE t AS SELECT 1 AS id');
    const before = await readFile(place.file);
    const other = await DuckDBInstance.create(place.file, { access_mode: 'READ_ONLY' });
    await place.sync(DB, 'out.jsonl', { fromTable: 't' });
    other.closeSync();
    expect(await place.rows('out.jsonl')).toEqual([{ id: 1 }]);
    expect(before.equals(await readFile(place.file))).toBe(true);
  });

  it.each([
    ['none.duckdb', '"none.duckdb" does not exist'],
    ['text.duckdb', '"text.duckdb" is not a DuckDB database'],
    ['folder.duckdb', '"folder.duckdb" is not a file'],
  ])('%s is an error', async (name, message) => {
    await place.put('text.duckdb', 'this is no database, whatever its name says it is'.repeat(100));
    await mkdir(place.path('folder.duckdb'));
    expect(await failureOf(place.attempt(name, 'out.jsonl', { fromTable: 't' }))).toMatchObject({
      code: 'SOURCE_UNREADABLE',
      exitCode: 2,
      message,
    });
  });

  it('takes no parameters, and a connector no table', async () => {
    await place.execute('CREATE TABLE t AS SELECT 1 AS id');
    expect(await failureOf(place.attempt(DB, 'out.jsonl', { fromTable: 't', sets: ['a=1'] }))).toMatchObject({
      code: 'CLI_USAGE',
      message: '"warehouse.duckdb" is a file and no connector, so it has no parameters',
    });
    for (const spec of [{ fromTable: 't' }, { query: 'SELECT 1' }, { cursor: 'a' }, { primaryKey: ['a'] }]) {
      expect(await failureOf(place.attempt('my-connector', 'out.jsonl', spec))).toMatchObject({
        code: 'CLI_USAGE',
      });
    }
  });
});

describe('a query', () => {
  beforeEach(() => place.execute('CREATE TABLE t AS SELECT i AS id, i % 2 AS odd FROM range(4) r(i)'));

  it.each([
    ['SELECT id FROM t ORDER BY id DESC; -- the newest first', undefined],
    ['FROM t SELECT id ORDER BY id DESC ; ', [3, 2, 1, 0]],
    ['SELECT id FROM t ORDER BY id DESC -- the newest first', [3, 2, 1, 0]],
    ['WITH a AS (SELECT max(id) AS id FROM t) FROM a', [3]],
    ['SELECT id FROM t WHERE id < 0', []],
  ])('%s', async (query, ids) => {
    const run = place.attempt(DB, 'out.jsonl', { query });
    if (ids === undefined) {
      expect(await failureOf(run)).toMatchObject({ code: 'QUERY_INVALID' });
      return;
    }
    expect((await run).error).toBeUndefined();
    expect(await place.rows('out.jsonl')).toEqual(ids.map((id) => ({ id })));
  });

  it.each([
    ['', 'the query is empty'],
    ['SELECT 1 AS a; SELECT 2 AS a', 'the query is 2 statements'],
    ['INSERT INTO t VALUES (9, 9) RETURNING *', 'the query is not a SELECT'],
    ["COPY t TO '/nowhere.csv'", 'the query is not a SELECT'],
    ["ATTACH 'other.duckdb'", 'the query is not a SELECT'],
    ["PRAGMA memory_limit = '1GB'", 'the query is not a SELECT'],
    ['SELECT $1 AS a', 'the query has parameters, which nobody gives values to'],
    ['SELECT a.id, b.id FROM t a JOIN t b USING (odd)', 'the query has two columns of the name "id"'],
    [
      'SELECT idd FROM t',
      'the query cannot be run in "warehouse.duckdb": Binder Error: Referenced column "idd" not found in FROM clause!',
    ],
    // A value is no part of a message.
    [
      "SELECT CAST('secret' || id AS INTEGER) AS a FROM t",
      'the query cannot be run in "warehouse.duckdb": Conversion Error',
    ],
  ])('%s is refused', async (query, message) => {
    const failure = await failureOf(place.attempt(DB, 'out.jsonl', { query }));
    expect(failure).toMatchObject({ code: 'QUERY_INVALID', exitCode: 2, message });
    expect(
      (failure as Error).cause === undefined || !String((failure as Error).cause).includes('secret'),
    ).toBe(true);
  });

  it('cannot write, not even by a function', async () => {
    await place.execute('CREATE SEQUENCE s');
    const failure = await failureOf(place.attempt(DB, DB, { query: "SELECT nextval('s') AS a", table: 'x' }));
    expect(failure).toMatchObject({ code: 'QUERY_INVALID' });
  });

  it('is read from the start when it changed, as any parameter', async () => {
    const spec = { query: 'SELECT id FROM t WHERE odd = 0', cursor: 'id', table: 'x' };
    await place.sync(DB, 'copy.duckdb', spec);
    const changed = { ...spec, query: 'SELECT id FROM t WHERE odd = 1' };
    expect(await failureOf(place.attempt(DB, 'copy.duckdb', changed))).toMatchObject({
      code: 'PARAMS_CHANGED',
    });
    await place.sync(DB, 'copy.duckdb', { ...changed, fullRefresh: true });
    const copy = new SourcePlace(place.folder, 'copy.duckdb');
    expect(await copy.query('SELECT id FROM x ORDER BY id')).toEqual([['1'], ['3']]);
  });
});

describe('--cursor', () => {
  const copyRows = async (): Promise<unknown[][]> =>
    new SourcePlace(place.folder, 'copy.duckdb').query('SELECT id, ts, v FROM t ORDER BY id, v');

  it('without a key adds what is new, and rows of the last moment neither twice nor never', async () => {
    await place.execute(
      `CREATE TABLE t AS SELECT * FROM (VALUES (2, TIMESTAMP '2026-01-02 00:00:00.000001', 'b'),
        (1, TIMESTAMP '2026-01-01', 'a'), (3, TIMESTAMP '2026-01-02 00:00:00.000001', 'c')) x(id, ts, v)`,
    );
    const spec = { fromTable: 't', cursor: 'ts' };
    expect((await place.sync(DB, 'copy.duckdb', spec)).report.rowsWritten).toBe(3);
    expect((await place.sync(DB, 'copy.duckdb', spec)).report.rowsWritten).toBe(0);
    await place.execute(
      `INSERT INTO t VALUES (4, TIMESTAMP '2026-01-02 00:00:00.000001', 'd'), (2, TIMESTAMP '2026-01-02 00:00:00.000001', 'b'),
         (5, TIMESTAMP '2026-01-03', 'e')`,
    );
    expect((await place.sync(DB, 'copy.duckdb', spec)).report.rowsWritten).toBe(3);
    expect((await copyRows()).map(([id]) => id)).toEqual(['1', '2', '2', '3', '4', '5']);
  });

  it('with a key merges what changed', async () => {
    await place.execute(
      'CREATE TABLE t (id BIGINT PRIMARY KEY, ts BIGINT, v VARCHAR)',
      `INSERT INTO t SELECT i, 9007199254740993 + i, 'v' || i FROM range(5000) r(i)`,
    );
    const spec = { fromTable: 't', cursor: 'ts', commitEvery: { seconds: 0, rows: 0 } };
    const first = await place.sync(DB, 'copy.duckdb', spec);
    expect(first.report.rowsWritten).toBe(5000);
    expect(first.report.commits).toBeGreaterThan(1);
    await place.execute(`UPDATE t SET ts = 9007199254750993, v = 'new' WHERE id = 7`);
    expect((await place.sync(DB, 'copy.duckdb', spec)).report.rowsWritten).toBe(1);
    const rows = await copyRows();
    expect(rows).toHaveLength(5000);
    expect(rows[7]).toEqual(['7', '9007199254750993', 'new']);
  });

  it.each([
    ['DATE', `DATE '2026-01-01' + CAST(i AS INTEGER)`],
    ['TIMESTAMPTZ', `TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_days(CAST(i AS INTEGER))`],
    ['TIMESTAMP_NS', `CAST(TIMESTAMP '2026-01-01' + to_days(CAST(i AS INTEGER)) AS TIMESTAMP_NS)`],
    ['DECIMAL(20,4)', 'CAST(i AS DECIMAL(20,4)) / 3'],
    ['DOUBLE', 'i / 3'],
    ['VARCHAR', `'k' || lpad(CAST(i AS VARCHAR), 3, '0')`],
    ['HUGEINT', 'CAST(i AS HUGEINT) * 100000000000000000000'],
  ])('goes by %s', async (type, sql) => {
    await place.execute(
      `CREATE TABLE t AS SELECT i AS id, CAST(${sql} AS ${type}) AS ts, 'v' AS v FROM range(20) r(i)`,
    );
    const spec = { query: 'SELECT * FROM t WHERE id < 10', cursor: 'ts', table: 't' };
    await place.sync(DB, 'copy.duckdb', spec);
    const rest = { ...spec, query: 'SELECT * FROM t', keepState: true };
    expect((await place.sync(DB, 'copy.duckdb', rest)).report.rowsWritten).toBe(10);
    expect(await copyRows()).toHaveLength(20);
  });

  it('refuses rows without a value, in later runs too, and columns that do not grow', async () => {
    await place.execute(`CREATE TABLE t AS SELECT 1 AS id, 1 AS ts, [1] AS v`);
    const spec = { fromTable: 't', cursor: 'ts' };
    await place.sync(DB, 'copy.duckdb', spec);
    await place.execute('INSERT INTO t VALUES (2, NULL, [])');
    expect(await failureOf(place.attempt(DB, 'copy.duckdb', spec))).toMatchObject({ code: 'CURSOR_FAILED' });
    expect(
      await failureOf(place.attempt(DB, 'copy.duckdb', { ...spec, cursor: 'v', fullRefresh: true })),
    ).toMatchObject({
      code: 'CURSOR_FAILED',
      message: 'column "v" is json, and a cursor needs values that grow',
    });
  });

  it('is no complete read', async () => {
    await place.execute('CREATE TABLE t AS SELECT 1 AS id');
    const spec = { fromTable: 't', cursor: 'id', deleteMissing: { maxShare: 0.1 } };
    expect(await failureOf(place.attempt(DB, 'copy.duckdb', spec))).toMatchObject({ code: 'CLI_USAGE' });
  });

  it('finds what a limit left, whatever the column is called', async () => {
    await place.execute(`CREATE TABLE t AS SELECT i AS id, i AS "a.b c" FROM range(30) r(i)`);
    const spec = { fromTable: 't', cursor: 'a.b c', primaryKey: ['id'], limit: 7 };
    const written: number[] = [];
    while (written.at(-1) !== 0) written.push((await place.sync(DB, 'copy.duckdb', spec)).report.rowsWritten);
    // A cut read goes on before its last page, so some rows are merged again.
    expect(written).toEqual([7, 7, 7, 7, 7, 5, 0]);
    const copy = new SourcePlace(place.folder, 'copy.duckdb');
    expect(await copy.query('SELECT count(*), count(DISTINCT id) FROM t')).toEqual([['30', '30']]);
  });
});
