import { describe, expect, it } from '@jest/globals';
import { op } from '../../src/sdk/operations.js';
import type { Row } from '../../src/sdk/schema.js';
import { MemoryTarget } from '../../src/targets/memory/memory-target.js';
import { runRows, type RowsRun } from '../../src/testing/run-rows.js';

interface Loaded {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly details: object | undefined;
  readonly columns: readonly (readonly [string, string | null])[] | undefined;
  readonly rows: readonly Row[] | undefined;
}

async function load(run: Omit<RowsRun, 'target'>, target = new MemoryTarget()): Promise<Loaded> {
  const { error } = await runRows({ ...run, target });
  const table = target.tables.get('rows');
  return {
    code: error?.code,
    message: error?.message,
    details: error?.details,
    columns: table?.columns.map(({ name, type }) => [name, type]),
    rows: table?.rows,
  };
}

describe('columns of rows', () => {
  it('are found in the order in which they come', async () => {
    const { columns } = await load({ rows: [{ b: 1 }, [{ a: 'x', b: 2 }], { c: null, b: 3 }] });
    expect(columns).toEqual([
      ['b', 'bigint'],
      ['a', 'string'],
      ['c', null],
    ]);
  });

  it('come after the declared ones', async () => {
    const { columns } = await load({
      schema: { columns: [{ name: 'id', type: 'LONG' }] },
      rows: [{ extra: true, id: '7' }],
    });
    expect(columns).toEqual([
      ['id', 'bigint'],
      ['extra', 'boolean'],
    ]);
  });

  it('may be named like what every object has', async () => {
    const first = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}') as Row;
    const { columns, rows } = await load({ rows: [first, { hasOwnProperty: 4 }] });
    expect(columns?.map(([name]) => name)).toEqual([
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
    ]);
    expect(rows?.[0]).toEqual(first);
  });

  it('that differ in case only are an error, in one row and in two', async () => {
    for (const rows of [[{ Id: 1, id: 2 }], [{ Id: 1 }, { id: 2 }]]) {
      const { code, message, details } = await load({ rows });
      expect(code).toBe('COLUMN_NAME_INVALID');
      expect(message).toBe('columns "Id" and "id" of table "rows" differ in case only');
      expect(details).toEqual({ table: 'rows', column: 'id' });
    }
  });

  it('that differ in case from a declared one are an error', async () => {
    const { code } = await load({ schema: { columns: [{ name: 'Id', type: 'int' }] }, rows: [{ id: 2 }] });
    expect(code).toBe('COLUMN_NAME_INVALID');
  });

  it('that differ in case from one of the table are an error', async () => {
    const target = new MemoryTarget();
    await load({ rows: [{ Id: 1 }] }, target);
    const { code, rows } = await load({ rows: [{ id: 2 }], mode: 'append' }, target);
    expect(code).toBe('COLUMN_NAME_INVALID');
    expect(rows).toEqual([{ Id: 1 }]);
  });

  it.each([
    ['', 'table "rows" gets a column without a name'],
    ['a\0b', 'table "rows" gets a column with a NUL in its name'],
  ])('named %j are an error', async (name, sentence) => {
    const { code, message } = await load({ rows: [{ [name]: 1 }] });
    expect([code, message]).toEqual(['COLUMN_NAME_INVALID', sentence]);
  });

  it.each([
    ['a function', (): number => 1],
    ['a symbol', Symbol('s')],
  ])('cannot hold %s', async (kind, value) => {
    const { code, message, details } = await load({ rows: [{ n: 1 }, { n: value }] });
    expect(code).toBe('EMISSION_INVALID');
    expect(message).toBe(`row 2: column "n" of table "rows" is ${kind}, which no column can hold`);
    expect(details).toEqual({ table: 'rows', column: 'n', row: 2 });
  });

  it('count undefined as null', async () => {
    expect((await load({ rows: [{ n: undefined }] })).columns).toEqual([['n', null]]);
  });
});

describe('declared columns', () => {
  const declared = { columns: [{ name: 'n', type: 'bigint', nullable: false }] } as const;

  it('are held also where the table has the same column inferred', async () => {
    const target = new MemoryTarget();
    await load({ rows: [{ n: 1 }] }, target);
    const text = await load({ schema: declared, rows: [{ n: 'x' }], mode: 'append' }, target);
    expect([text.code, text.details]).toEqual(['ROW_INVALID', { table: 'rows', column: 'n', row: 1 }]);
    const missing = await load({ schema: declared, rows: [{ n: null }], mode: 'append' }, target);
    expect(missing.code).toBe('ROW_INVALID');
    expect(missing.rows).toEqual([{ n: 1 }]);
  });

  it('are held also where the table has nothing but nulls in them', async () => {
    const target = new MemoryTarget();
    await load({ rows: [{ n: null }] }, target);
    const { code } = await load({ schema: declared, rows: [{ n: 'x' }], mode: 'append' }, target);
    expect(code).toBe('ROW_INVALID');
    const { columns } = await load({ schema: declared, rows: [{ n: '7' }], mode: 'append' }, target);
    expect(columns).toEqual([['n', 'bigint']]);
  });

  it('of another type than the table has are a conflict', async () => {
    const target = new MemoryTarget();
    await load({ rows: [{ n: 'x' }] }, target);
    const { code, message, details } = await load({ schema: declared, mode: 'append' }, target);
    expect(code).toBe('SCHEMA_CONFLICT');
    expect(message).toBe('column "n" of table "rows" is string there, but declared as bigint now');
    expect(details).toEqual({ table: 'rows', column: 'n' });
  });
});

describe('getReadSchema', () => {
  const invalid = 'getReadSchema returned no valid schema: ';

  it.each<[string, unknown, string]>([
    ['a number', 7, 'it is a number, not an object'],
    ['a list', [], 'it is a list, not an object'],
    ['text', 'id', 'it is a string, not an object'],
    ['columns that are no list', { columns: {} }, 'columns is a object, not a list'],
    ['a column that is null', { columns: [null] }, 'columns[0] has no name'],
    ['a column without a name', { columns: [{ name: '', type: 'int' }] }, 'columns[0] has no name'],
    [
      'the same name in another case',
      {
        columns: [
          { name: 'a', type: 'int' },
          { name: 'A', type: 'int' },
        ],
      },
      'column "A" is declared twice (case does not count)',
    ],
    ['a key that is text', { primaryKey: 'id' }, 'primaryKey is not a list of column names'],
    [
      'a key that is not declared',
      { columns: [{ name: 'a', type: 'int' }], primaryKey: ['b'] },
      'primaryKey names the column "b", which is not declared',
    ],
  ])('that returns %s is an error', async (_name, schema, problem) => {
    const { code, message } = await load({ schema: schema as never });
    expect([code, message]).toEqual(['SCHEMA_INVALID', invalid + problem]);
  });

  it('has all its problems named at once', async () => {
    const { message, details } = await load({
      schema: { columns: [{ name: 'a', type: 'nonsense' }, {}], primaryKey: [1] } as never,
    });
    expect(details).toEqual({
      problems: [
        'column "a" has the unknown type "nonsense"',
        'columns[1] has no name',
        'primaryKey is not a list of column names',
      ],
    });
    expect(message).toContain('3 problems:\n  - column "a"');
  });

  it('that declares several tables has each of them made, also without rows', async () => {
    const target = new MemoryTarget();
    const columns = [{ name: 'id', type: 'int' }] as const;
    const schema = {
      tables: [
        { name: 'users', columns, primaryKey: ['id'] },
        { name: 'orders', columns },
      ],
    };
    const { error, report } = await runRows({ target, schema, rows: [op.upsert('orders', { id: 7 })] });
    expect(error).toBeUndefined();
    expect([target.tables.get('users')?.rows, target.tables.get('orders')?.rows]).toEqual([[], [{ id: 7 }]]);
    expect(report.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['users', 0],
      ['orders', 1],
    ]);
  });
});
