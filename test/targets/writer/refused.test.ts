import { expect, test } from '@jest/globals';
import { appendFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RowError } from '../../../src/sdk/errors.js';
import type { KeptRow, RejectedRow, RejectedStore } from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { commitOf, ENDED, NotingWriter, refusal, run, tableOf, writerTarget } from './fixture.js';

const newFolder = tempFolders();

async function listed(store: RejectedStore | undefined, ids?: readonly string[]): Promise<KeptRow[]> {
  const rows: KeptRow[] = [];
  for await (const batch of store?.rows('orders', ids) ?? []) rows.push(...batch);
  return rows;
}

async function started(folder: string, runId: string, onRejected = (): void => undefined) {
  const writer = new NotingWriter();
  const target = writerTarget(writer, folder);
  const session = await target.begin(run({ runId, onRejected }));
  const table = await session.openTable(tableOf());
  return { writer, target, session, table };
}

test('a run that takes no refused rows ends with the first one, without a value of it', async () => {
  const folder = await newFolder();
  const writer = new NotingWriter();
  const session = await writerTarget(writer, folder).begin(run());
  await session.openTable(tableOf());
  expect(() => writer.host.reject([])).not.toThrow();
  expect(() => writer.host.reject([refusal(12)])).toThrow(
    expect.objectContaining({
      code: 'ROW_REFUSED',
      message: 'row 12 of table "orders" was refused by my-plugin-api: 422 duplicate_email',
      details: { table: 'orders', row: 12, status: 422 },
    }),
  );
  const spoken = refusal(3, { code: 'Alice is taken', status: 409 });
  expect(() => writer.host.reject([spoken])).toThrow(
    'row 3 of table "orders" was refused by my-plugin-api: 409',
  );
  await session.rollback();
  expect(await readdir(join(folder, '.host'))).toEqual([
    expect.stringMatching(/^orders-[0-9a-f]{8}\.1\.journal$/),
  ]);
});

test('refused rows are kept with what was asked and answered, and found again', async () => {
  const folder = await newFolder();
  const told: RejectedRow[] = [];
  const { writer, session, target } = await started(
    folder,
    'run-1',
    ((rows: readonly RejectedRow[]) => void told.push(...rows)) as never,
  );
  const big = { id: 9007199254740993n, text: 'a\u2028b' };
  writer.host.reject([refusal(1), refusal(2, { row: big, operation: 'delete' })]);
  session.reject?.([
    { table: 'orders', number: 3, code: 'ROW_INVALID', reason: 'column "id"', row: { id: 'x' } },
  ]);
  expect(told.map(({ number }) => number)).toEqual([1, 2]);
  await session.commit(commitOf(3, { isFinal: true }));
  await session.finish(ENDED);
  const store = await target.rejected?.();
  const rows = await listed(store);
  expect(await store?.count('orders')).toBe(3);
  expect(await store?.count('others')).toBe(0);
  expect(rows[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    run: 'run-1',
    pipeline: 'orders',
    table: 'orders',
    number: 1,
    operation: 'insert',
    code: 'duplicate_email',
    reason: 'the e-mail is taken',
    attempts: 2,
    request: 'POST http://127.0.0.1/orders',
    status: 422,
    response: '{"error":"duplicate_email"}',
    row: { id: 1 },
    schema: { columns: [{ name: 'id', type: 'bigint', nullable: true }] },
    rejectedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(rows[1]).toMatchObject({ operation: 'delete', row: big });
  expect(rows[2]).toMatchObject({ code: 'ROW_INVALID', operation: 'upsert', attempts: 1, number: 3 });
  const [file = ''] = await readdir(join(folder, '.host', 'rejected'));
  expect(file).toMatch(/^orders-[0-9a-f]{8}\.jsonl$/);
  expect((await stat(join(folder, '.host', 'rejected', file))).mode & 0o777).toBe(0o600);
  expect(await listed(store, [rows[1]?.id ?? ''])).toEqual([rows[1]]);
  expect(await store?.drop('orders', [rows[0]?.id ?? '', 'unknown'])).toBe(1);
  expect((await listed(store)).map(({ number }) => number)).toEqual([2, 3]);
  expect(await store?.drop('orders')).toBe(2);
  expect(await store?.drop('orders')).toBe(0);
  expect(await readdir(join(folder, '.host', 'rejected'))).toEqual([]);
});

test('a row that is refused again by the run that follows a failed one is shown once', async () => {
  const folder = await newFolder();
  const first = await started(folder, 'run-1');
  first.writer.host.reject([refusal(1)]);
  await first.session.commit(commitOf(5));
  first.writer.host.reject([refusal(7)]);
  await first.session.rollback();
  // As after a crash in the middle of a line.
  const [file = ''] = await readdir(join(folder, '.host', 'rejected'));
  await appendFile(join(folder, '.host', 'rejected', file), '{"id":"torn');
  const second = await started(folder, 'run-2');
  // The seventh row is the second after the state that was saved.
  second.writer.host.reject([refusal(2, { row: { id: 7 } }), refusal(3, { row: { id: 8 } })]);
  await second.session.commit(commitOf(5, { isFinal: true }));
  await second.session.finish(ENDED);
  const rows = await listed(await second.target.rejected?.());
  expect(rows.map(({ row }) => row['id'])).toEqual([1, 7, 8]);
});

test('rows are dropped only while nobody runs, and a commit forgets what it takes care of', async () => {
  const folder = await newFolder();
  const first = await started(folder, 'run-1');
  first.writer.host.reject([refusal(1), refusal(2)]);
  await first.session.commit(commitOf(2, { isFinal: true }));
  const store = await first.target.rejected?.();
  await expect(store?.drop('orders')).rejects.toMatchObject({ code: 'PIPELINE_BUSY' });
  await first.session.finish(ENDED);
  const ids = (await listed(store)).map(({ id }) => id);
  const second = await started(folder, 'retry');
  second.writer.host.reject([refusal(1, { row: { id: 'again' } })]);
  await second.session.commit(commitOf(2, { isFinal: true, settled: ids }));
  await second.session.finish(ENDED);
  expect((await listed(store)).map(({ row }) => row)).toEqual([{ id: 'again' }]);
});

test('a run that has too many of them keeps those that it saw', async () => {
  const folder = await newFolder();
  const tooMany = new RowError('too many', { code: 'TOO_MANY_BAD_ROWS' });
  const { writer, session, target } = await started(folder, 'run-1', () => {
    throw tooMany;
  });
  expect(() => writer.host.reject([refusal(1)])).toThrow(tooMany);
  await session.rollback();
  expect(await listed(await target.rejected?.())).toHaveLength(1);
});

test('many refused rows do not wait in memory for the commit', async () => {
  const folder = await newFolder();
  const { writer, session, table } = await started(folder, 'run-1');
  writer.host.reject(Array.from({ length: 1500 }, (_, i) => refusal(i + 1)));
  await table.write({ rows: [{ id: 1 }], firstRow: 1501 });
  const [file = ''] = await readdir(join(folder, '.host', 'rejected'));
  const text = await readFile(join(folder, '.host', 'rejected', file), 'utf8');
  expect(text.split('\n')).toHaveLength(1501);
  await session.rollback();
});
