import { expect, test } from '@jest/globals';
import type { WriteRequest } from '../../../src/sdk/connector.js';
import { DELETE, UPSERT, type RowBatch } from '../../../src/targets/target.js';
import { declared } from '../files/fixture.js';
import { ID, NotingWriter, run, tableOf, writerTarget } from './fixture.js';

const DAY = declared('day', 'date', false);
const BATCH: RowBatch = {
  rows: [
    { id: 1, day: '2026-11-21T00:00:00Z' },
    { id: 2, day: '2026-11-22' },
    { id: 3 },
    { id: 4, day: '2026-11-23T00:00:00Z' },
    { id: 5, day: '2026-11-24' },
  ],
  firstRow: 7,
  numbers: [7, 8, 9, 9, 10],
  kinds: [UPSERT, UPSERT, DELETE, 1, UPSERT],
  columnSets: [['day']],
};

async function opened(writer: NotingWriter, change: Parameters<typeof tableOf>[0]) {
  const requests: WriteRequest[] = [];
  const session = await writerTarget(writer, undefined, requests).begin(run());
  return { requests, table: await session.openTable(tableOf({ columns: [ID, DAY], ...change })), session };
}

test('operations come in their order, each as the writer knows it, rows converted', async () => {
  const writer = new NotingWriter();
  const { table, requests } = await opened(writer, {
    mode: 'merge',
    primaryKey: ['id'],
    hasOperations: true,
  });
  await table.write(BATCH);
  expect(requests[0]?.writeMode).toBe('APPEND');
  expect(writer.calls).toEqual([
    { call: 'attach' },
    {
      call: 'writeRows',
      operation: 'upsert',
      rows: [
        { id: 1, day: '2026-11-21' },
        { id: 2, day: '2026-11-22' },
      ],
      numbers: [7, 8],
    },
    { call: 'deleteRows', operation: 'delete', rows: [{ id: 3 }], numbers: [9] },
    { call: 'updateRows', operation: 'update', rows: [{ id: 4, day: '2026-11-23' }], numbers: [9] },
    { call: 'writeRows', operation: 'upsert', rows: [{ id: 5, day: '2026-11-24' }], numbers: [10] },
  ]);
});

test.each([
  ['merge', ['id'], true, 'upsert', 'APPEND'],
  ['merge', [], true, 'insert', 'APPEND'],
  ['append', ['id'], true, 'insert', 'APPEND'],
  ['overwrite', ['id'], false, 'insert', 'OVERWRITE'],
  ['overwrite', ['id'], true, 'upsert', 'OVERWRITE'],
] as const)(
  'mode %s with key %j, operations: %s: rows are %s, %s',
  async (mode, primaryKey, hasOperations, operation, writeMode) => {
    const writer = new NotingWriter();
    const { table, requests } = await opened(writer, { mode, primaryKey, hasOperations });
    await table.write({ rows: [{ id: 1, day: '2026-11-21' }], firstRow: 1 });
    expect(writer.calls[1]).toMatchObject({ call: 'writeRows', operation, numbers: [1] });
    expect(requests[0]).toMatchObject({ writeMode, primaryKey });
    expect(writer.host).toMatchObject({ table: 'orders', primaryKey, sends: undefined });
  },
);

test.each([
  ['updateRows', 1, 'changes some columns of a row'],
  ['deleteRows', DELETE, 'deletes a row'],
] as const)('a writer without %s gets nothing of a batch that needs it', async (method, kind, what) => {
  const writer = new NotingWriter();
  Object.assign(writer, { [method]: undefined });
  const { table } = await opened(writer, { mode: 'merge', primaryKey: ['id'], hasOperations: true });
  const kinds = [UPSERT, UPSERT, kind, kind, UPSERT];
  await expect(table.write({ ...BATCH, kinds })).rejects.toMatchObject({
    code: 'TARGET_MODE_UNSUPPORTED',
    message: `the writer of connector "my-plugin-api" has no ${method}, and the run ${what} of table "orders"`,
  });
  expect(writer.calls).toEqual([{ call: 'attach' }]);
});

test.each([
  [{}, 'truncate'],
  [{ day: '2026-11-21' }, 'deleteWhere'],
])('rows that go by value (%j) are refused before anything is sent', async (where, operation) => {
  const writer = new NotingWriter();
  const { table } = await opened(writer, { mode: 'merge', primaryKey: ['id'], hasOperations: true });
  await expect(table.write({ ...BATCH, removals: [{ at: 2, where }] })).rejects.toMatchObject({
    code: 'TARGET_MODE_UNSUPPORTED',
    message: `an endpoint removes rows by key only, and table "orders" gets the operation "${operation}"`,
  });
  expect(writer.calls).toEqual([{ call: 'attach' }]);
});

test('what no endpoint does is refused before a writer is made', async () => {
  for (const change of [{ deletes: 'soft' }, { deleteMissing: { maxShare: 1 } }] as const) {
    const writer = new NotingWriter();
    await expect(opened(writer, { mode: 'merge', primaryKey: ['id'], ...change })).rejects.toMatchObject({
      code: 'TARGET_MODE_UNSUPPORTED',
    });
    expect(writer.calls).toEqual([]);
  }
});

test('a row that does not convert leaves the whole batch unsent', async () => {
  const writer = new NotingWriter();
  const { table } = await opened(writer, { mode: 'merge', primaryKey: ['id'], hasOperations: true });
  const rows = BATCH.rows.with(4, { id: 5, day: 'x' });
  await expect(table.write({ ...BATCH, rows })).rejects.toMatchObject({
    code: 'ROW_INVALID',
    details: { row: 10 },
  });
  expect(writer.calls).toEqual([{ call: 'attach' }]);
});

test('a writer that fails to attach fails the run and is aborted', async () => {
  const writer = new NotingWriter();
  const bug = new Error('no');
  Object.assign(writer, { attach: () => Promise.reject(bug) });
  const session = await writerTarget(writer).begin(run());
  await expect(session.openTable(tableOf())).rejects.toMatchObject({ code: 'WRITER_FAILED', cause: bug });
  await session.rollback();
  expect(writer.calls).toEqual([{ call: 'abort' }]);
});

test('what the writer waits for, and what its errors mean, is the host’s to say', async () => {
  const writer = new NotingWriter();
  const waits: (string | null)[] = [];
  const session = await writerTarget(writer).begin(run({ onWaiting: (reason) => void waits.push(reason) }));
  await session.openTable(tableOf());
  writer.host.waiting('429 of the endpoint, 30 s');
  writer.host.waiting(null);
  expect(waits).toEqual(['429 of the endpoint, 30 s', null]);
  expect(writer.host.explain(new Error('x'))).toMatchObject({ code: 'WRITER_FAILED' });
  await session.rollback();
});
