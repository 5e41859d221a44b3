import { describe, expect, it } from '@jest/globals';
import type { Row } from '../../../src/sdk/schema.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { readDuckdb } from '../../helpers/read-duckdb.js';

const newFolder = tempFolders();

async function newPlace(...statements: string[]): Promise<DuckdbPlace> {
  const place = new DuckdbPlace(await newFolder());
  for (const sql of statements) await place.query(sql);
  return place;
}

describe('the name of a table', () => {
  it.each(['', 'a\0b', '_host_meta', '_HOST_tables', '_host_anything'])('cannot be %j', async (table) => {
    const place = await newPlace();
    const { error } = await place.run({ table, rows: [{ n: 1 }] });
    expect([error?.name, error?.code]).toEqual(['ConfigError', 'TABLE_NAME_INVALID']);
    expect(error?.details).toEqual({ table });
  });

  it.each(['n'.repeat(300), 'it\'s "so" 😀; DROP TABLE rows; --', 'select', 'with.dot', 'größe'])(
    'may be %j',
    async (table) => {
      const place = await newPlace();
      for (const mode of ['overwrite', 'append', 'overwrite', 'append'] as const) {
        expect((await place.run({ table, mode, rows: [{ n: 1 }] })).error).toBeUndefined();
      }
      expect(await readDuckdb(place.file, table)).toEqual([{ n: '1' }, { n: '1' }]);
    },
  );

  it('may differ in case from the table that is there', async () => {
    const place = await newPlace('CREATE TABLE "Users" (n INTEGER)');
    expect((await place.run({ table: 'users', rows: [{ n: 1 }] })).error).toBeUndefined();
    await place.run({ table: 'USERS', mode: 'append', rows: [{ n: 2 }] });
    expect(await place.query('SELECT n FROM users ORDER BY n')).toEqual([['1'], ['2']]);
    expect(await place.query(`SELECT count(*) FROM _host_tables`)).toEqual([['1']]);
  });

  it.each(['overwrite', 'append'] as const)('of a view is refused for %s', async (mode) => {
    const place = await newPlace('CREATE VIEW rows AS SELECT 7 AS n');
    const { error } = await place.run({ mode, rows: [{ n: 1 }] });
    expect(error).toMatchObject({
      code: 'TARGET_FAILED',
      message: `"rows" in ${place.file} is a view, not a table`,
      action: 'Choose another name with --table, or drop it.',
    });
    expect(await place.query('SELECT n FROM rows')).toEqual([['7']]);
  });
});

describe('columns', () => {
  it('may have names of 300 characters, quotes, emoji, and of what every object has', async () => {
    const names = [
      'n'.repeat(300),
      `it's "quoted"`,
      '😀',
      '__proto__',
      'constructor',
      'toString',
      'rowid2',
      'a;b--',
    ];
    const full = Object.fromEntries(names.map((name, n) => [name, n]));
    Object.defineProperty(full, '__proto__', { value: 3, enumerable: true });
    const place = await newPlace();
    const { error } = await place.run({ rows: [full, {}, { [names[0] as string]: 9 }] });
    expect(error).toBeUndefined();
    const stored = names.map((name, n) => [name, String(n)]);
    const rows = (await readDuckdb(place.file, 'rows')) ?? [];
    expect(rows.map((row) => Object.entries(row).filter(([, value]) => value !== null))).toEqual([
      stored,
      [],
      [[names[0], '9']],
    ]);
  });

  it('that no row has yet leave rows without any value, and none is lost', async () => {
    const place = await newPlace();
    const pages = [Array.from({ length: 12_000 }, (): Row => ({})), [{ n: 1 }]];
    const { error, report } = await place.run({ rows: pages });
    expect([error, report.rowsWritten]).toEqual([undefined, 12_001]);
    expect(await place.query('SELECT count(*), count(n), max(n) FROM rows')).toEqual([['12001', '1', '1']]);
  });

  it('that never come leave no table', async () => {
    const place = await newPlace();
    const { error, report } = await place.run({ rows: [{}, {}] });
    expect(error).toBeUndefined();
    expect(report.warnings).toHaveLength(1);
    expect(await place.query(`SELECT table_name FROM duckdb_tables() WHERE table_name = 'rows'`)).toEqual([]);
  });

  it('with NUL in a declared name are refused', async () => {
    const place = await newPlace();
    const { error } = await place.run({ schema: { columns: [{ name: 'a\0b', type: 'int' }] }, rows: [] });
    expect(error?.code).toBe('SCHEMA_INVALID');
    expect(error?.details.problems).toEqual(['columns[0] has a NUL in its name']);
  });

  it.each([
    'HUGEINT',
    'UUID',
    'INTERVAL',
    'INTEGER[]',
    'STRUCT(a INTEGER)',
    "ENUM('a', 'b')",
    'DECIMAL(9,2)[]',
    'UTINYINT',
  ])('of type %s cannot be appended to, but overwritten', async (type) => {
    const place = await newPlace(`CREATE TABLE rows (n INTEGER, odd ${type})`);
    const { error } = await place.run({ mode: 'append', rows: [{ n: 1 }] });
    expect(error?.code).toBe('TARGET_FAILED');
    expect(error?.message).toMatch(/^column "odd" of table "rows" is .*, which the host cannot write$/);
    expect(await place.query('SELECT * FROM rows')).toEqual([]);
    expect((await place.run({ rows: [{ n: 1 }] })).error).toBeUndefined();
  });

  it('of a table that the host did not make are held', async () => {
    const place = await newPlace('CREATE TABLE rows (n INTEGER NOT NULL, d DECIMAL(9,2), t TIMESTAMP)');
    const good = await place.run({ mode: 'append', rows: [{ n: '7', d: '1.5', t: '2026-11-21T07:00:00' }] });
    expect(good.error).toBeUndefined();
    for (const row of [{ n: 'x' }, { n: null }, { n: 1, d: '0.001' }, { n: 1, t: 'noon' }]) {
      const { error } = await place.run({ mode: 'append', rows: [row] });
      expect(error?.code).toBe('ROW_INVALID');
    }
    expect(await place.query('SELECT * FROM rows')).toEqual([['7', '1.50', '2026-11-21 07:00:00']]);
  });

  it('that a run declares are held also where they were inferred before', async () => {
    const place = await newPlace();
    await place.run({ rows: [{ n: 1 }] });
    const schema = {
      columns: [{ name: 'n', type: 'bigint', nullable: false, comment: 'a number' }],
    } as const;
    for (const n of ['x', null]) {
      expect((await place.run({ mode: 'append', schema, rows: [{ n }] })).error?.code).toBe('ROW_INVALID');
    }
    expect((await place.run({ mode: 'append', schema, rows: [{ n: '2' }] })).error).toBeUndefined();
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual([['1'], ['2']]);
    const comments = `SELECT comment FROM duckdb_columns() WHERE table_name = 'rows'`;
    expect(await place.query(comments)).toEqual([['a number']]);
  });

  it('of Dates become the same text whenever they widen', async () => {
    const dates = [-8.64e15, -62_198_755_200_001, -1, 0, 1, 253_402_300_800_000, 8.64e15].map(
      (ms) => new Date(ms),
    );
    const place = await newPlace();
    await place.run({ rows: dates.map((v) => ({ v })) });
    const { error } = await place.run({ mode: 'append', rows: [{ v: 'x' }] });
    expect(error).toBeUndefined();
    expect(await place.query('SELECT v FROM rows')).toEqual([
      ...dates.map((date) => [date.toISOString()]),
      ['x'],
    ]);
  });
});

describe('what an overwrite keeps', () => {
  it('views on the table', async () => {
    const place = await newPlace();
    await place.run({ rows: [{ n: 1 }] });
    await place.query('CREATE VIEW doubled AS SELECT n * 2 AS m FROM rows');
    await place.run({ rows: [{ n: 21, more: 'x' }] });
    expect(await place.query('SELECT m FROM doubled')).toEqual([['42']]);
  });

  it('comments of the table and of the columns that are still there', async () => {
    const place = await newPlace();
    await place.run({ rows: [{ a: 1, b: 2, c: 3 }] });
    await place.query(`COMMENT ON TABLE rows IS 'it''s "old"'`);
    await place.query(`COMMENT ON COLUMN rows.a IS 'kept'`);
    await place.query(`COMMENT ON COLUMN rows.b IS 'gone'`);
    await place.query(`COMMENT ON COLUMN rows.c IS 'replaced'`);
    const schema = { columns: [{ name: 'c', type: 'int', comment: `the connector's` }] } as const;
    await place.run({ schema, rows: [{ a: 1, c: 3, d: 4 }] });
    expect(await place.query(`SELECT comment FROM duckdb_tables() WHERE table_name = 'rows'`)).toEqual([
      ['it\'s "old"'],
    ]);
    expect(
      await place.query(
        `SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'rows' ORDER BY column_name`,
      ),
    ).toEqual([
      ['a', 'kept'],
      ['c', `the connector's`],
      ['d', null],
    ]);
  });
});

describe('the bookkeeping', () => {
  const tables = 'SELECT table_name, pipeline, primary_key, columns FROM _host_tables ORDER BY table_name';

  it('holds its version and what is known of each table', async () => {
    const place = await newPlace();
    const schema = { columns: [{ name: 'id', type: 'LONG', nullable: false }], primaryKey: ['id'] } as const;
    await place.run({ schema, rows: [{ id: 1, extra: null }] });
    await place.run({ table: 'other', rows: [{ n: 0.5 }] });
    await place.run({ table: 'other', mode: 'append', rows: [{ n: 'x' }] });
    expect(await place.query('SELECT name, value FROM _host_meta')).toEqual([['version', '4']]);
    expect(await place.query(tables)).toEqual([
      ['other', 'test.other', '[]', '[{"name":"n","type":"string","declared":false,"nullable":true}]'],
      [
        'rows',
        'test.rows',
        '["id"]',
        '[{"name":"id","type":"bigint","declared":true,"nullable":false},{"name":"extra","type":null,"declared":false,"nullable":true}]',
      ],
    ]);
  });

  it('is left as it was by a run that fails', async () => {
    const place = await newPlace();
    await place.run({ rows: [{ n: 1 }] });
    const before = await place.query(tables);
    await place.run({ rows: [{ other: 1 }, null as never] });
    await place.run({ table: 'other', rows: [null as never] });
    expect(await place.query(tables)).toEqual(before);
  });

  it('of a newer version is refused, and nothing changed', async () => {
    const place = await newPlace();
    await place.run({ rows: [{ n: 1 }] });
    await place.query(`UPDATE _host_meta SET value = '5' WHERE name = 'version'`);
    for (const mode of ['overwrite', 'append'] as const) {
      const { error } = await place.run({ mode, rows: [{ n: 2 }] });
      expect(error).toMatchObject({
        name: 'TargetError',
        code: 'TARGET_VERSION_NEWER',
        message: `${place.file} has bookkeeping of version 5; this host knows version 4`,
      });
    }
    expect(await place.query('SELECT n FROM rows')).toEqual([['1']]);
  });
});
