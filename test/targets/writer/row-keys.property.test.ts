import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import type { Row } from '../../../src/sdk/schema.js';
import type { TableRequest } from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { commitOf, NotingWriter, run, tableOf, writerTarget } from './fixture.js';

const newFolder = tempFolders();
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: i % 3, text: 'same' }));

/** One run from the saved state on: batches, commits after some of them; then it is gone, or ends. */
async function keysOf(
  folder: string,
  rows: readonly Row[],
  { done, sizes, commitEvery, change }: Plan,
): Promise<{ keys: string[]; committed: number }> {
  const writer = new NotingWriter();
  const session = await writerTarget(writer, folder).begin(run());
  const table = await session.openTable(tableOf(change));
  let at = done;
  let committed = done;
  for (let batch = 0; at < rows.length; batch += 1) {
    const size = sizes[batch % sizes.length] ?? 1;
    const part = rows.slice(at, at + size);
    await table.write({ rows: part, firstRow: at - done + 1 });
    at += part.length;
    if (at >= committed + commitEvery) {
      await session.commit(commitOf(at - done));
      committed = at;
    }
  }
  await session.rollback();
  return { keys: writer.keys, committed };
}

interface Plan {
  readonly done: number;
  readonly sizes: readonly number[];
  readonly commitEvery: number;
  readonly change?: Partial<TableRequest>;
}

const plan = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
  commitEvery: fc.integer({ min: 2, max: 30 }),
});

test('a row has one name in every run, whatever the batches are and whenever commits come', async () => {
  const folder = await newFolder();
  const rows = rowsOf(25);
  await fc.assert(
    fc.asyncProperty(plan, plan, async (first, second) => {
      await rm(folder, { recursive: true, force: true });
      const one = await keysOf(folder, rows, { ...first, done: 0 });
      const two = await keysOf(folder, rows, { ...second, done: one.committed });
      expect(new Set(one.keys).size).toBe(rows.length);
      expect(two.keys).toEqual(one.keys.slice(one.committed));
    }),
    { numRuns: 25 },
  );
});

test('names differ by pipeline, table, operation, place and content, and are SHA-256', async () => {
  const folder = await newFolder();
  const names = new Set<string>();
  const merge = { mode: 'merge', primaryKey: ['id'] } as const;
  const base = { pipeline: 'orders', table: tableOf(), row: { id: 1 } as Row, firstRow: 1 };
  for (const change of [
    {},
    { pipeline: 'others' },
    { table: tableOf({ name: 'lines' }) },
    { table: tableOf(merge) },
    { firstRow: 2 },
    { row: { id: 1, text: 'a' } },
    { row: { id: 9007199254740993n } },
  ]) {
    const { pipeline, table, row, firstRow } = { ...base, ...change };
    const writer = new NotingWriter();
    const session = await writerTarget(writer, folder).begin(run({ pipeline }));
    await (await session.openTable(table)).write({ rows: [row], firstRow });
    await session.rollback();
    for (const key of writer.keys) {
      expect(key).toMatch(/^[0-9a-f]{64}$/);
      names.add(key);
    }
  }
  expect(names.size).toBe(7);
});

test('a dataset that is sent as a whole may give its rows in another order, with keys in another order', async () => {
  const folder = await newFolder();
  const change = { mode: 'overwrite', primaryKey: ['id'], columns: [] } as const;
  const rows: Row[] = [
    { id: 1, text: 'a' },
    { id: 2, text: 'b' },
  ];
  const how = { done: 0, sizes: [1], commitEvery: 9, change };
  const one = await keysOf(folder, rows, how);
  const two = await keysOf(
    folder,
    [
      { text: 'b', id: 2 },
      { text: 'a', id: 1 },
    ],
    how,
  );
  expect(two.keys).toEqual(one.keys.toReversed());
  // A commit gives them new names, so that the next run sends them again.
  await keysOf(folder, rows, { ...how, commitEvery: 2 });
  const three = await keysOf(folder, rows, how);
  expect(three.keys.filter((key) => one.keys.includes(key))).toEqual([]);
});
