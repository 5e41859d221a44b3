import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JsonlTarget } from '../../../src/targets/jsonl/jsonl-target.js';
import { addColumns, declared, filesIn, inferred, inFolder, load, openOne } from '../files/fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

test('the exact bytes of a file: declared columns in one form, others as they are', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'orders.ndjson');
    const columns = [declared('amount', 'decimal(9,2)'), declared('day', 'date'), inferred('x', 'string')];
    const rows = [
      { x: 1e21, amount: '1.5', day: '2026-11-21T00:00:00Z' },
      { amount: null, x: undefined, day: undefined },
      { x: 2n ** 64n },
      { x: { b: new Uint8Array([1, 2, 255]), a: 'line\nbreak \u2028 \ud800 \0' } },
      { x: new Date(0) },
      JSON.parse('{"__proto__":1}') as Record<string, unknown>,
      {},
    ];
    await load(new JsonlTarget(file), columns, rows);
    expect((await readFile(file, 'utf8')).split('\n')).toEqual([
      '{"x":1e+21,"amount":"1.50","day":"2026-11-21"}',
      '{"amount":null}',
      '{"x":18446744073709551616}',
      '{"x":{"b":"AQL/","a":"line\\nbreak \u2028 \\ud800 \\u0000"}}',
      '{"x":"1970-01-01T00:00:00.000Z"}',
      '{"__proto__":1}',
      '{}',
      '',
    ]);
  });
});

test('columns of mid-run are in the rows that have them', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'orders.jsonl');
    const before = [inferred('a', 'bigint')];
    const { session, table } = await openOne(new JsonlTarget(file), before);
    await table.write({ rows: [{ a: 1 }], firstRow: 1 });
    await addColumns(table, before, ['b']);
    await table.write({ rows: [{ b: 2, a: 3 }], firstRow: 2 });
    await session.commit(FINAL_COMMIT);
    expect(await readFile(file, 'utf8')).toBe('{"a":1}\n{"b":2,"a":3}\n');
  });
});

test('a circular value is a RowError with its column and row', async () => {
  await inFolder(async (folder) => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const { session, table } = await openOne(new JsonlTarget(join(folder, 'a.jsonl')), [
      inferred('x', 'json'),
    ]);
    await expect(table.write({ rows: [{ x: 1 }, { x: circular }], firstRow: 41 })).rejects.toMatchObject({
      name: 'RowError',
      message: 'row 42: column "x" of table "orders" does not take this object as json',
      details: { table: 'orders', column: 'x', row: 42 },
    });
    await session.rollback();
  });
});

test('no rows: an empty file where columns are declared, else the old file stays', async () => {
  await inFolder(async (folder) => {
    await load(new JsonlTarget(join(folder, 'a.jsonl')), [declared('a', 'int')], []);
    expect(await readFile(join(folder, 'a.jsonl'), 'utf8')).toBe('');
    await load(new JsonlTarget(join(folder, 'b.jsonl')), [], []);
    expect(await filesIn(folder)).toEqual(['a.jsonl']);
  });
});
