import { describe, expect, it } from '@jest/globals';
import { op, type Emission, type ReadSchema } from '../../src/index.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const tempFolder = tempFolders();
const options = { mode: undefined };
const SYNC: ReadSchema = { tables: [{ name: 't', primaryKey: ['id'] }] };
const NAMES = [
  'a"b',
  "a'b",
  'a.b',
  '😀',
  'a;DROP TABLE t;--',
  'select',
  'x'.repeat(300),
  '😀'.repeat(150),
  '__proto__',
];

async function place(): Promise<DuckdbPlace> {
  return new DuckdbPlace(await tempFolder());
}

describe('large input', () => {
  it('takes a key that comes a million times in one batch: the last row stays', async () => {
    const here = await place();
    const rows = function* (): Iterable<Emission> {
      for (let v = 0; v < 1_000_000; v += 1) yield op.upsert('t', { id: 1, v });
    };
    const { error } = await here.run({ schema: SYNC, rows, options });
    expect(error).toBeUndefined();
    expect(await here.query('FROM t')).toEqual([['1', '999999']]);
  });

  it('takes 5,000 columns', async () => {
    const here = await place();
    const row = { id: 1, ...Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`c${i}`, i])) };
    for (const id of [1, 2]) {
      const { error } = await here.run({ schema: SYNC, rows: [op.upsert('t', { ...row, id })], options });
      expect(error).toBeUndefined();
    }
    expect(await here.query('SELECT id, c0, c4999 FROM t ORDER BY id')).toEqual([
      ['1', '0', '4999'],
      ['2', '0', '4999'],
    ]);
  });

  it('takes 300 tables, also when they are there', async () => {
    const here = await place();
    const names = Array.from({ length: 300 }, (_, i) => `t${i}`);
    const schema = { tables: names.map((name) => ({ name, primaryKey: ['id'] })) };
    for (const id of [1, 2]) {
      const rows = names.map((name) => op.upsert(name, { id }));
      expect((await here.run({ schema, rows, options })).error).toBeUndefined();
    }
    expect(
      await here.query(
        "SELECT count(*), sum(estimated_size) FROM duckdb_tables() WHERE starts_with(table_name, 't')",
      ),
    ).toEqual([['300', '600']]);
  });

  it('takes a row of 100 MB', async () => {
    const here = await place();
    const { error } = await here.run({
      schema: SYNC,
      rows: [op.upsert('t', { id: 1, text: 'x'.repeat(100 * 1024 * 1024) })],
      options,
    });
    expect(error).toBeUndefined();
    expect(await here.query('SELECT length(text) FROM t')).toEqual([[String(100 * 1024 * 1024)]]);
  });

  it.each(['json', 'flatten', 'child-tables'] as const)(
    'takes 1,000 levels of nesting: %s',
    async (nested) => {
      const here = await place();
      let value: unknown = 1;
      for (let i = 0; i < 1000; i += 1) value = i % 2 === 0 ? [value] : { a: value };
      const rows = [op.upsert('t', { id: 1, n: value })];
      const { error } = await here.run({ schema: SYNC, rows, options: { ...options, shape: { nested } } });
      expect(error).toBeUndefined();
      // What lies deeper than three levels is JSON, wherever it is.
      const sql = `SELECT table_name FROM duckdb_columns() WHERE data_type = 'JSON' AND NOT starts_with(table_name, '_host_')`;
      expect(await here.query(sql)).toEqual([[nested === 'child-tables' ? 't__n_a__a' : 't']]);
    },
  );

  it.each(NAMES)('takes the name %j for tables, keys and columns', async (name) => {
    const here = await place();
    const schema = { tables: [{ name, primaryKey: [name] }] };
    const row = (key: number, value: unknown): Record<string, unknown> => {
      const made = Object.create(null) as Record<string, unknown>;
      made[name] = key;
      made[`${name} 2`] = value;
      return made;
    };
    const rows = [
      op.upsert(name, [row(1, 'a'), row(2, 'b'), row(3, 'c')]),
      op.update(name, row(1, 'A')),
      op.delete(name, row(2, null)),
      op.deleteWhere(name, { [`${name} 2`]: 'c' }),
    ];
    for (const turn of [1, 2]) {
      const { error } = await here.run({ schema, rows, options });
      expect([turn, error]).toEqual([turn, undefined]);
    }
    expect(await here.query(`FROM "${name.replaceAll('"', '""')}"`)).toEqual([['1', 'A']]);
  });
});
