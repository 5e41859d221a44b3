import { expect, test } from '@jest/globals';
import { MemoryTarget } from '../../../src/targets/memory/memory-target.js';
import { NullTarget } from '../../../src/targets/null/null-target.js';
import { addColumns, declared, inferred, load, openOne } from '../files/fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

const columns = [declared('id', 'bigint'), inferred('x', 'json')];

test('keeps converted rows and the final columns, after the commit only', async () => {
  const target = new MemoryTarget();
  const { session, table } = await openOne(target, columns);
  await table.write({ rows: [{ id: '7', x: { a: 1n } }], firstRow: 1 });
  const all = await addColumns(table, columns, ['y']);
  await table.write({ rows: [{ id: 8, y: 'new' }], firstRow: 2 });
  expect(target.tables.size).toBe(0);
  await session.commit(FINAL_COMMIT);
  expect(target.tables.get('orders')).toEqual({
    columns: all,
    primaryKey: [],
    rows: [
      { id: 7, x: { a: 1n } },
      { id: 8, y: 'new' },
    ],
  });
});

test('append goes on with what is there, overwrite and a rollback do not', async () => {
  const target = new MemoryTarget();
  await load(target, columns, [{ id: 1 }]);
  const { session, table } = await openOne(
    target,
    [declared('id', 'bigint'), declared('z', 'int')],
    'append',
  );
  expect(table.existing).toEqual(columns);
  await table.write({ rows: [{ id: 2, z: '3' }], firstRow: 1 });
  await session.commit(FINAL_COMMIT);
  expect(target.tables.get('orders')).toEqual({
    columns: [...columns, declared('z', 'int')],
    primaryKey: [],
    rows: [{ id: 1 }, { id: 2, z: 3 }],
  });
  const failed = await openOne(target, columns, 'append');
  await failed.table.write({ rows: [{ id: 9 }], firstRow: 1 });
  await failed.session.rollback();
  expect(target.tables.get('orders')?.rows).toHaveLength(2);
  await load(target, columns, [{ id: 5 }]);
  expect(target.tables.get('orders')?.rows).toEqual([{ id: 5 }]);
});

test('a value that does not convert is a RowError', async () => {
  const { table } = await openOne(new MemoryTarget(), columns);
  await expect(table.write({ rows: [{ id: 1 }, { id: 'one' }], firstRow: 5 })).rejects.toMatchObject({
    name: 'RowError',
    message: 'row 6: column "id" of table "orders" does not take this text as bigint',
  });
});

test('null counts rows', async () => {
  const target = new NullTarget();
  await load(target, columns, [{ id: 1 }, { id: 'anything' }]);
  await load(target, columns, [{}]);
  expect(target.rows).toBe(3);
  await target.close();
});
