import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { FolderTarget } from '../../../src/targets/folder/folder-target.js';
import { StdoutTarget } from '../../../src/targets/stdout/stdout-target.js';
import type { RejectedRow, RejectedStore, Target } from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { commitOf, ENDED, run, tableOf } from '../writer/fixture.js';

const newFolder = tempFolders();
const rejected = (id: number): RejectedRow => ({
  table: 'orders',
  number: id,
  code: 'ROW_INVALID',
  reason: 'column "id"',
  row: { id },
});

/** One run that keeps a row aside and writes another one. */
async function keep(target: Target, runId: string, id: number, end: 'commit' | 'fail' = 'commit') {
  const session = await target.begin(run({ runId }));
  const table = await session.openTable(tableOf());
  await table.write({ rows: [{ id: 100 }], firstRow: 1 });
  session.reject?.([rejected(id)]);
  if (end === 'fail') return session.rollback();
  await session.commit(commitOf(1, { isFinal: true }));
  return session.finish?.(ENDED);
}

async function ids(store: RejectedStore | undefined): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const rows of store?.rows('orders') ?? []) found.push(...rows.map(({ row }) => row['id']));
  return found;
}

test.each([
  ['rows.csv', ['.host', 'rows.csv', 'rows.csv.rejected.jsonl']],
  ['out/', ['_rejected.jsonl', 'orders.ndjson']],
])('rows kept aside lie beside %s, committed with its rows', async (name, files) => {
  const folder = await newFolder();
  const options = { journalFolder: join(folder, '.host') };
  const path = join(folder, name) + (name.endsWith('/') ? '/' : '');
  const target = name.endsWith('/')
    ? new FolderTarget(path, 'ndjson', options)
    : new CsvTarget(path, options);
  await keep(target, 'run-1', 1);
  await keep(target, 'run-2', 2, 'fail');
  await keep(target, 'run-3', 3);
  const store = await target.rejected();
  expect(await ids(store)).toEqual([1, 3]);
  expect((await readdir(name.endsWith('/') ? path : folder)).sort()).toEqual(files);
  expect(await store.drop('orders')).toBe(2);
  expect(await ids(store)).toEqual([]);
});

test('rows of stdout are kept in the folder of states, those of a failed run as well', async () => {
  const folder = await newFolder();
  const output = new PassThrough().resume();
  const target = new StdoutTarget(output, 'ndjson', join(folder, '.host'));
  await keep(target, 'run-1', 1);
  await keep(target, 'run-2', 2, 'fail');
  // Every run of stdout reads everything, so the same row comes again.
  await keep(target, 'run-3', 1);
  const store = await target.rejected?.();
  expect(await ids(store)).toEqual([2, 1]);
  expect(await store?.drop('orders')).toBe(2);
});

test('rows that wait are forgotten where the source is read again', async () => {
  const folder = await newFolder();
  const target = new CsvTarget(join(folder, 'rows.csv'), { journalFolder: join(folder, '.host') });
  const session = await target.begin(run());
  session.reject?.([rejected(1)]);
  await session.discard?.();
  const table = await session.openTable(tableOf());
  await table.write({ rows: [{ id: 100 }], firstRow: 1 });
  session.reject?.([rejected(2)]);
  await session.commit(commitOf(2, { isFinal: true }));
  await session.finish?.(ENDED);
  expect(await ids(await target.rejected())).toEqual([2]);
});
