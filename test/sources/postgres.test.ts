import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { createContainer } from '../../src/host/container.js';
import { SourceOpener } from '../../src/host/sources/source-opener.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { ask, usePostgres } from '../helpers/postgres-server.js';
import { failureOf, SourcePlace } from './source-place.js';

const server = usePostgres();
const folder = tempFolders();
let place: SourcePlace;
let url: string;

beforeEach(async () => {
  place = new SourcePlace(await folder());
});

/** Gives the tests of a group a database, which takes longer to make than most of them take. */
function useDatabase(...statements: string[]): void {
  beforeAll(async () => {
    url = await server.newDatabase();
    if (statements.length > 0) await query(statements.join(';'));
  });
}

/** The database as messages name it. */
const shown = (): string => url.replace(/\/\/.*@/, '//');
const query = (sql: string): Promise<(string | null)[][]> => ask(url, sql);
const copy = (): SourcePlace => new SourcePlace(place.folder, 'copy.duckdb');

describe('values', () => {
  const TYPES: readonly (readonly [sql: string, duckdb: string, value: unknown])[] = [
    ['true', 'BOOLEAN', true],
    ["'-32768'::smallint", 'INTEGER', -32768],
    ['2147483647', 'INTEGER', 2147483647],
    ['9223372036854775807::bigint', 'BIGINT', '9223372036854775807'],
    ['0.1::real', 'FLOAT', 0.1],
    ['0.1::double precision', 'DOUBLE', 0.1],
    ['1.50::numeric(10,2)', 'DECIMAL(10,2)', '1.50'],
    [
      '123456789012345678901234567890.12345678901234567890',
      'VARCHAR',
      '123456789012345678901234567890.12345678901234567890',
    ],
    ['1::numeric(50,2)', 'VARCHAR', '1.00'],
    ["'x'::text", 'VARCHAR', 'x'],
    ["'x'::varchar(3)", 'VARCHAR', 'x'],
    ["'8d7c7a0e-0b2a-4c0e-8f0e-2f1f0d6a6f01'::uuid", 'VARCHAR', '8d7c7a0e-0b2a-4c0e-8f0e-2f1f0d6a6f01'],
    ["'b'::mood", 'VARCHAR', 'b'],
    ["'10.0.0.0/8'::inet", 'VARCHAR', '10.0.0.0/8'],
    ["'[1,3)'::int4range", 'VARCHAR', '[1,3)'],
    ["'1 day 2 hours'::interval", 'VARCHAR', 'P1DT2H'],
    ["ROW(1, 'a b')::pair", 'VARCHAR', '(1,"a b")'],
    ["'\\xab00'::bytea", 'BLOB', 'qwA='],
    ["'2026-11-21'::date", 'DATE', '2026-11-21'],
    ["'07:00:00.000001'::time", 'TIME', '07:00:00.000001'],
    ["'2026-11-21 07:00:00.000001'::timestamp", 'TIMESTAMP', '2026-11-21T07:00:00.000001'],
    ["'2026-11-21 07:00:00.5+02'::timestamptz", 'TIMESTAMP WITH TIME ZONE', '2026-11-21T05:00:00.500Z'],
    ["'0044-03-15 BC'::date", 'DATE', '-000043-03-15'],
    ['ARRAY[1, NULL, 3]', 'JSON', [1, null, 3]],
    ["ARRAY[['a'], ['b \"c\"']]", 'JSON', [['a'], ['b "c"']]],
    ['\'{"b": [1.5], "a": null}\'::jsonb', 'JSON', { a: null, b: [1.5] }],
    ['\'{"b": 1}\'::json', 'JSON', { b: 1 }],
  ];

  useDatabase(
    `CREATE TYPE mood AS ENUM ('b', 'a'); CREATE TYPE pair AS (a int, b text)`,
    `CREATE TABLE t AS SELECT 1 AS n, ${TYPES.map(([sql], i) => `${sql} AS c${i}`).join(', ')}`,
    'INSERT INTO t (n) VALUES (2)',
  );

  it('are exact, of the nearest type of the host, and the same after a way there and back', async () => {
    await place.sync(url, 'copy.duckdb', { fromTable: 't' });
    expect((await copy().query('SELECT column_type FROM (DESCRIBE t)')).map(([type]) => type)).toEqual([
      'INTEGER',
      ...TYPES.map(([, type]) => type),
    ]);
    await place.sync('copy.duckdb', 'rows.jsonl', { fromTable: 't' });
    const [row, nulls] = (await place.rows('rows.jsonl')) as Record<string, unknown>[];
    // JSON.parse in this test rounds the bigint.
    expect({ ...row, c3: '9223372036854775807' }).toEqual({
      n: 1,
      ...Object.fromEntries(TYPES.map(([, , value], i) => [`c${i}`, value])),
    });
    expect(Object.values(nulls ?? {})).toEqual([2, ...TYPES.map(() => null)]);

    await place.sync('copy.duckdb', url, { fromTable: 't', table: 'back' });
    const same = TYPES.map(([sql, type], i) => {
      if (type === 'JSON') return `back.c${i} IS NOT DISTINCT FROM to_jsonb(t.c${i})`;
      const cast = sql.endsWith('::interval') ? 'interval' : 'text';
      return `back.c${i}::${cast} IS NOT DISTINCT FROM t.c${i}::${cast}`;
    });
    expect(await query(`SELECT ${same.join(', ')} FROM t JOIN back USING (n)`)).toEqual([
      TYPES.map(() => 't'),
      TYPES.map(() => 't'),
    ]);
  });

  it('that only PostgreSQL has go from one database to another', async () => {
    await query(
      `CREATE TABLE own (a date, b timestamptz, c double precision, d jsonb);
       INSERT INTO own VALUES ('infinity', '-infinity', 'NaN', '{"n": 9007199254740993}'), ('12345-12-31', '12345-01-01 00:00+00', '-Infinity', '"\\\\"')`,
    );
    await place.sync(url, url, { fromTable: 'own', table: 'same' });
    expect(await query('SELECT * FROM same ORDER BY a')).toEqual(await query('SELECT * FROM own ORDER BY a'));
    expect(await query('SELECT count(*) FROM same')).toEqual([['2']]);
  });

  it('are the same ones after any number of rows', async () => {
    await query(`CREATE TABLE many AS SELECT i AS id, 'x' || i AS s FROM generate_series(0, 9999) i`);
    const { report } = await place.sync(url, 'copy.duckdb', { fromTable: 'many' });
    expect(report.rowsWritten).toBe(10_000);
    expect(
      await copy().query(`SELECT count(*), sum(id), count(DISTINCT s), min(s), max(s) FROM many`),
    ).toEqual([['10000', '49995000', '10000', 'x0', 'x9999']]);
  });
});

describe('a table', () => {
  useDatabase();

  it('has the key by which the host loaded it, else its own', async () => {
    await place.put('rows.csv', 'id,v\n1,a\n2,b\n');
    await place.sync('rows.csv', url, { primaryKey: ['id'] });
    await query(
      'CREATE TABLE own (a int, b int, v text, PRIMARY KEY (b, a) INCLUDE (v)); INSERT INTO own VALUES (1, 2)',
    );
    await place.sync(url, 'copy.duckdb', { fromTable: 'rows' });
    await place.sync(url, 'copy.duckdb', { fromTable: 'own' });
    expect(await copy().query('SELECT table_name, primary_key FROM _host_tables ORDER BY 1')).toEqual([
      ['own', '["b","a"]'],
      ['rows', '["id"]'],
    ]);
  });

  it('may be a view, or lie in another schema', async () => {
    await query(
      `CREATE SCHEMA raw; CREATE TABLE raw.orders AS SELECT 1 AS id; CREATE TABLE orders AS SELECT 0 AS id;
       CREATE VIEW "V" AS SELECT id + 1 AS id FROM raw.orders`,
    );
    const read = async (spec: object): Promise<unknown> => {
      await place.sync(url, 'out.jsonl', {
        ...spec,
        table: 'x',
        fullRefresh: true,
        name: JSON.stringify(spec),
        adopt: true,
      });
      return place.rows('out.jsonl');
    };
    expect(await read({ fromTable: 'raw.orders' })).toEqual([{ id: 1 }]);
    expect(await read({ fromTable: 'orders' })).toEqual([{ id: 0 }]);
    expect(await read({ fromTable: 'orders', pgSchema: 'raw' })).toEqual([{ id: 1 }]);
    expect(await read({ query: 'SELECT id + 10 AS id FROM orders', pgSchema: 'raw' })).toEqual([{ id: 11 }]);
    expect(await read({ fromTable: 'v' })).toEqual([{ id: 2 }]);
  });

  it('is copied within its database, though not onto itself', async () => {
    await query('CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 3000) i');
    const spec = { fromTable: 't' };
    const failure = await failureOf(place.attempt(url, url, spec));
    expect(failure).toMatchObject({ code: 'CLI_USAGE' });
    await place.sync(url, url, { ...spec, table: 'a' });
    // Read and replaced in one run.
    const both = { query: 'SELECT id FROM a UNION ALL SELECT id FROM t', table: 'a' };
    await place.sync(url, url, both);
    expect(await query('SELECT count(*), count(DISTINCT id) FROM a')).toEqual([['6000', '3000']]);
  });
});

describe('a table that is not there', () => {
  useDatabase('CREATE TABLE orders AS SELECT 1 AS id');

  it.each([
    [
      { fromTable: 'orders2' },
      'there is no table "orders2" in "URL" (did you mean "orders"?); it has orders',
    ],
    [{}, 'nobody says which table of "URL" is read; it has orders'],
    [{ fromTable: 'orders', pgSchema: 'raw' }, 'there is no table "orders" in "URL"; it has public.orders'],
    [
      { fromTable: 'orders', primaryKey: ['idd'] },
      '--primary-key: there is no column "idd" in "URL" (did you mean "id"?)',
    ],
    [{ fromTable: 'orders', cursor: 'at' }, '--cursor: there is no column "at" in "URL"'],
  ])('%j is an error', async (spec, message) => {
    expect(await failureOf(place.attempt(url, 'out.jsonl', spec))).toMatchObject({
      code: 'SOURCE_TABLE_UNKNOWN',
      exitCode: 2,
      message: message.replace('URL', shown()),
    });
  });
});

describe('a database', () => {
  useDatabase('CREATE TABLE t AS SELECT 1 AS id');

  const wrong = (change: (address: URL) => void): string => {
    const address = new URL(url);
    change(address);
    return address.href;
  };

  it.each([
    ['AUTH_FAILED', (address: URL) => (address.password = 'topsecret')],
    ['SOURCE_UNREADABLE', (address: URL) => (address.pathname = '/nowhere')],
    ['SOURCE_UNAVAILABLE', (address: URL) => (address.port = '1')],
  ])('that cannot be reached is an error without its password: %s', async (code, change) => {
    const failure = await failureOf(
      place.attempt(wrong(change), 'out.jsonl', { fromTable: 't', retries: 0 }),
    );
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).not.toMatch(/topsecret|pass-word/);
  });

  it('that the role may not read is an error', async () => {
    await query(`DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'r'`);
    const reader = wrong((address) => {
      address.username = 'reader';
      address.password = 'r';
    });
    expect(await failureOf(place.attempt(reader, 'out.jsonl', { fromTable: 't' }))).toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: `"${shown()}" cannot be read: permission denied for table t`,
    });
  });

  it('takes no parameters', async () => {
    expect(await failureOf(place.attempt(url, 'out.jsonl', { sets: ['a=1'] }))).toMatchObject({
      code: 'CLI_USAGE',
      message: `"${shown().replace('://', '://***@')}" is a database and no connector, so it has no parameters`,
    });
  });

  it('takes its password from the environment, and shows it nowhere', async () => {
    process.env['PG_SOURCE_PASSWORD'] = decodeURIComponent(new URL(url).password);
    process.env['PG_SOURCE_URL'] = url;
    try {
      const silent = (): void => undefined;
      const container = createContainer({
        cwd: place.folder,
        pluginFolders: [],
        stdout: new PassThrough().resume(),
        logger: { debug: silent, info: silent, warn: silent, error: silent },
      });
      const opener = container.get(SourceOpener);
      const withPassword = wrong((address) => (address.password = 'X')).replace(
        'X',
        '${env:PG_SOURCE_PASSWORD}',
      );
      const spec = { to: '-', fromTable: 't' };
      const opened = await opener.open({ ...spec, source: withPassword });
      const whole = await opener.open({ ...spec, source: '${env:PG_SOURCE_URL}' });
      const database = new URL(url).pathname.slice(1);
      expect(opened).toMatchObject({ label: `database "${shown()}"`, id: database, defaultTable: 't' });
      expect(whole.params).toEqual(opened.params);
      const other = wrong((address) => (address.password = 'other'));
      expect((await opener.open({ ...spec, source: other })).params).toEqual(opened.params);
      await place.sync(withPassword, 'out.jsonl', { fromTable: 't' });
      expect(await place.rows('out.jsonl')).toEqual([{ id: 1 }]);
      expect(await failureOf(place.attempt('postgres://${env:PG_NOWHERE}@h/d', 'out.jsonl'))).toMatchObject({
        code: 'ENV_MISSING',
        message: 'the source refers to the environment variable PG_NOWHERE, which is not set',
      });
    } finally {
      delete process.env['PG_SOURCE_PASSWORD'];
      delete process.env['PG_SOURCE_URL'];
    }
  });
});

describe('--query', () => {
  useDatabase(
    'CREATE TABLE t AS SELECT i AS id, i % 2 AS odd FROM generate_series(0, 4) i',
    'CREATE SEQUENCE s',
  );

  it.each([
    ['SELECT id FROM t WHERE odd = 1 ORDER BY id DESC; -- the odd ones', [3, 1]],
    ['/* first */ (WITH x AS (SELECT id FROM t) SELECT max(id) AS id FROM x) ;\n', [4]],
    ['VALUES (7), (8)', [7, 8]],
    ['TABLE t', [0, 1, 2, 3, 4]],
  ])('%j gives its rows in their order', async (text, ids) => {
    const clean = text.replace('; -- the odd ones', ' -- the odd ones');
    await place.sync(url, 'out.jsonl', { query: clean });
    expect(
      (await place.rows('out.jsonl')).map((row) => Object.values(row as Record<string, unknown>)[0]),
    ).toEqual(ids);
  });

  it.each([
    ['', 'the query is empty'],
    ['INSERT INTO t VALUES (9) RETURNING id', 'the query is not a SELECT'],
    ['DO $$ BEGIN END $$', 'the query is not a SELECT'],
    ['COPY t TO STDOUT', 'the query is not a SELECT'],
    ['-- a comment\nDELETE FROM t', 'the query is not a SELECT'],
    ['SELECT 1; DELETE FROM t', 'the query is more than one statement'],
    ['SELECT 1) AS x; DELETE FROM t; SELECT * FROM (SELECT 1', 'the query is more than one statement'],
    [
      'WITH x AS (DELETE FROM t RETURNING id) SELECT * FROM x',
      'the query cannot be run in "URL": WITH clause containing a data-modifying statement must be at the top level',
    ],
    ['SELECT id INTO x FROM t', 'the query cannot be run in "URL": SELECT ... INTO is not allowed here'],
    [
      "SELECT nextval('s')",
      'the query cannot be run in "URL": cannot execute nextval() in a read-only transaction',
    ],
    [
      'SELECT id FROM t FOR UPDATE',
      'the query cannot be run in "URL": cannot execute SELECT FOR UPDATE in a read-only transaction',
    ],
    ['SELECT id FROM t WHERE id = $1', 'the query has parameters, which nobody gives values to'],
    ['SELECT id, id FROM t', 'the query has two columns of the name "id"'],
    ['SELECT idd FROM t', 'the query cannot be run in "URL": column "idd" does not exist'],
    // A value is no part of a message.
    [
      "SELECT ('secret' || id)::int AS a FROM t",
      'the query cannot be run in "URL": a value is wrong for it (SQLSTATE 22P02)',
    ],
  ])('%j is refused', async (text, message) => {
    expect(await failureOf(place.attempt(url, 'out.jsonl', { query: text }))).toMatchObject({
      code: 'QUERY_INVALID',
      exitCode: 2,
      message: message.replace('URL', shown()),
    });
    expect(await query('SELECT count(*) FROM t')).toEqual([['5']]);
  });

  it('cannot make its transaction one that writes', async () => {
    const text = "SELECT set_config('transaction_read_only', 'off', false)";
    expect(await failureOf(place.attempt(url, 'out.jsonl', { query: text }))).toMatchObject({
      code: 'QUERY_INVALID',
    });
  });
});

describe('--cursor', () => {
  useDatabase();
  beforeEach(() => query('DROP TABLE IF EXISTS t'));

  it('without a key adds what is new, and rows of the last moment neither twice nor never', async () => {
    await query(
      `CREATE TABLE t AS SELECT * FROM (VALUES (2, timestamptz '2026-01-02 00:00:00.000001+00', 'b'),
        (1, '2026-01-01 00:00+00', 'a'), (3, '2026-01-02 00:00:00.000001+00', 'c')) x(id, ts, v)`,
    );
    const spec = { fromTable: 't', cursor: 'ts' };
    expect((await place.sync(url, 'copy.duckdb', spec)).report.rowsWritten).toBe(3);
    expect((await place.sync(url, 'copy.duckdb', spec)).report.rowsWritten).toBe(0);
    await query(
      `INSERT INTO t VALUES (4, '2026-01-02 00:00:00.000001+00', 'd'), (5, '2026-01-03 00:00+00', 'e')`,
    );
    expect((await place.sync(url, 'copy.duckdb', spec)).report.rowsWritten).toBe(2);
    expect(await copy().query('SELECT id FROM t ORDER BY id')).toEqual([['1'], ['2'], ['3'], ['4'], ['5']]);
  });

  it('with a key merges what changed, by commits in between', async () => {
    await query(
      `CREATE TABLE t (id bigint PRIMARY KEY, ts bigint, v text);
       INSERT INTO t SELECT i, 9007199254740993 + i, 'v' || i FROM generate_series(0, 4999) i`,
    );
    const spec = { fromTable: 't', cursor: 'ts', commitEvery: { seconds: 0, rows: 0 } };
    const first = await place.sync(url, 'copy.duckdb', spec);
    expect(first.report.rowsWritten).toBe(5000);
    expect(first.report.commits).toBeGreaterThan(1);
    await query(`UPDATE t SET ts = 9007199254750993, v = 'new' WHERE id = 7`);
    expect((await place.sync(url, 'copy.duckdb', spec)).report.rowsWritten).toBe(1);
    expect(await copy().query('SELECT count(*), count(DISTINCT id) FROM t')).toEqual([['5000', '5000']]);
    expect(await copy().query('SELECT ts, v FROM t WHERE id = 7')).toEqual([['9007199254750993', 'new']]);
  });

  it.each([
    ['date', `date '2026-01-01' + i`],
    ['timestamp', `timestamp '2026-01-01' + i * interval '1 day 1 microsecond'`],
    ['numeric', 'i / 3.0'],
    ['numeric(20,4)', 'i / 3.0'],
    ['double precision', 'i / 3.0'],
    ['text', `chr(80 + i)`],
    ['character(5)', `'k' || lpad(i::text, 3, '0')`],
    ['uuid', `('00000000-0000-0000-0000-0000000000' || lpad(to_hex(i), 2, '0'))`],
  ])('goes by %s', async (type, sql) => {
    await query(
      `CREATE TABLE t AS SELECT i AS id, CAST(${sql} AS ${type}) AS ts FROM generate_series(0, 19) i`,
    );
    const spec = { query: 'SELECT * FROM t WHERE id < 10', cursor: 'ts', table: 't' };
    await place.sync(url, 'copy.duckdb', spec);
    const rest = { ...spec, query: 'SELECT * FROM t', keepState: true };
    expect((await place.sync(url, 'copy.duckdb', rest)).report.rowsWritten).toBe(10);
    expect(await copy().query('SELECT count(*) FROM t')).toEqual([['20']]);
  });

  it('finds what a limit left', async () => {
    await query('CREATE TABLE t AS SELECT i AS id, i AS "a.b c" FROM generate_series(0, 29) i');
    const spec = { fromTable: 't', cursor: 'a.b c', primaryKey: ['id'], limit: 20 };
    const written: number[] = [];
    while (written.at(-1) !== 0)
      written.push((await place.sync(url, 'copy.duckdb', spec)).report.rowsWritten);
    expect(written).toEqual([20, 13, 0]);
    expect(await copy().query('SELECT count(*), count(DISTINCT id) FROM t')).toEqual([['30', '30']]);
  });

  it('refuses rows without a value, in later runs too, and columns that do not grow', async () => {
    await query('CREATE TABLE t AS SELECT 1 AS id, 1 AS ts, ARRAY[1] AS v');
    const spec = { fromTable: 't', cursor: 'ts' };
    await place.sync(url, 'copy.duckdb', spec);
    await query('INSERT INTO t VALUES (2, NULL)');
    expect(await failureOf(place.attempt(url, 'copy.duckdb', spec))).toMatchObject({ code: 'CURSOR_FAILED' });
    expect(
      await failureOf(place.attempt(url, 'copy.duckdb', { ...spec, cursor: 'v', fullRefresh: true })),
    ).toMatchObject({ code: 'CURSOR_FAILED' });
  });
});

describe('a read', () => {
  useDatabase();

  /** Sleeps in its third page. */
  const SLOW = `SELECT i AS id, CASE WHEN i = 2500 THEN pg_sleep(0.5)::text END AS v FROM generate_series(1, 5000) i`;

  /** The processes that read for a run and have a statement under way. */
  const readers = async (): Promise<string[]> =>
    (
      await query(
        `SELECT pid FROM pg_stat_activity WHERE application_name = 'connector-host source' AND wait_event = 'PgSleep'`,
      )
    ).map(([pid]) => pid as string);
  const sleeping = async (): Promise<string> => {
    for (;;) {
      const [pid] = await readers();
      if (pid !== undefined) return pid;
      await sleep(10);
    }
  };

  it('goes on after its connection was ended', async () => {
    const spec = { query: SLOW, cursor: 'id', table: 't', retries: 1, commitEvery: { seconds: 0, rows: 0 } };
    const run = place.sync(url, 'copy.duckdb', spec);
    await query(`SELECT pg_terminate_backend(${await sleeping()})`);
    const { report } = await run;
    expect(report.warnings).toEqual([expect.stringContaining('was read on after')]);
    expect(await copy().query('SELECT count(*), count(DISTINCT id) FROM t')).toEqual([['5000', '5000']]);
  });

  it('goes on after the server was restarted', async () => {
    const spec = { query: SLOW, cursor: 'id', table: 't', retries: 1, commitEvery: { seconds: 0, rows: 0 } };
    const run = place.sync(url, 'copy.duckdb', spec);
    await sleeping();
    await server.restart();
    expect((await run).report.warnings).toEqual([expect.stringContaining('was read on after')]);
    expect(await copy().query('SELECT count(*), count(DISTINCT id) FROM t')).toEqual([['5000', '5000']]);
  });

  it('that is stopped leaves no statement behind', async () => {
    const stop = new AbortController();
    const run = failureOf(
      place.attempt(url, 'out.jsonl', { query: SLOW.replace('0.5', '30'), table: 't' }, stop.signal),
    );
    await sleeping();
    stop.abort();
    await run;
    await sleep(50);
    expect(await readers()).toEqual([]);
  });
});
