import { expect, test } from '@jest/globals';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from '../../../src/sdk/schema.js';
import { DuckDBInstance } from '@duckdb/node-api';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import type { MirrorPlan } from '../../../src/targets/mirror/mirror-options.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { declared } from '../files/fixture.js';
import { commitOf, ENDED, run, tableOf } from '../writer/fixture.js';
import { Endpoint, mirror, mirrorOf, rowsOf } from './fixture.js';

const newFolder = tempFolders();

test('a run sends what is new, what changed and what is gone, each by its own operation', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const first = await mirror(endpoint, folder, rowsOf(5));
  expect(first.sent).toEqual([1, 2, 3, 4, 5].map((id) => `insert ${id}`));
  expect(first).toMatchObject({ committed: { rowsDeleted: 0, stateVersion: 1 }, rowsWritten: 5 });
  const same = await mirror(endpoint, folder, rowsOf(5).toReversed());
  expect(same.sent).toEqual([]);
  const next: Row[] = [
    { id: 7, name: 'new' },
    { id: 1, name: 'other' },
    { name: 'name 2', id: 2 },
    { id: 4, name: 'name 4' },
    { id: 5, name: 'name 5' },
  ];
  const second = await mirror(endpoint, folder, next);
  expect(second.sent).toEqual(['delete 3', 'insert 7', 'upsert 1']);
  expect(second).toMatchObject({ committed: { rowsDeleted: 1, stateVersion: 3 }, rowsWritten: 2 });
  expect([...endpoint.rows.values()].sort((a, b) => Number(a['id']) - Number(b['id']))).toEqual([
    { id: 1, name: 'other' },
    { id: 2, name: 'name 2' },
    { id: 4, name: 'name 4' },
    { id: 5, name: 'name 5' },
    { id: 7, name: 'new' },
  ]);
  const ledgers = join(folder, '.host', 'ledgers');
  expect(await readdir(ledgers)).toEqual([expect.stringMatching(/^orders-[0-9a-f]{8}\.duckdb$/)]);
  expect((await stat(ledgers)).mode & 0o777).toBe(0o700);
  expect(
    (await new JournalStore(join(folder, '.host')).runs('orders', 9)).map(({ status }) => status),
  ).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('values are compared as they are sent: exact, in any order of fields, and a null is nothing', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const at = declared('at', 'timestamptz');
  const table = { columns: [at] };
  const row = {
    id: 9007199254740993n,
    at: '2026-11-21T08:00:00+01:00',
    tags: { b: 1, a: [null, 2] },
    none: null,
  };
  await mirror(endpoint, folder, [row], { table });
  const sent = {
    id: 9007199254740993n,
    at: '2026-11-21T07:00:00Z',
    tags: { a: [null, 2], b: 1 },
    none: null,
  };
  expect([...endpoint.rows.values()]).toEqual([sent]);
  const again = { tags: { a: [null, 2], b: 1 }, id: 9007199254740993n, at: new Date('2026-11-21T07:00:00Z') };
  expect((await mirror(endpoint, folder, [again], { table })).sent).toEqual([]);
  const changed = { ...row, id: 9007199254740993n, tags: null };
  expect((await mirror(endpoint, folder, [changed], { table })).sent).toEqual(['upsert 9007199254740993']);
  expect(endpoint.rows.get(9007199254740993n)).toMatchObject({ tags: null });
});

test('keys of several columns, of any type, are deleted by their values', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const table = { primaryKey: ['id', 'day'] };
  const rows = [
    { id: 'a,"b', day: '2026-11-21' },
    { id: 1, day: '2026-11-21' },
    { id: 1, day: '2026-11-22' },
    { id: '1', day: '2026-11-22' },
  ];
  await mirror(endpoint, folder, rows, { table });
  await mirror(endpoint, folder, [...rows.slice(0, 2), ...rows.slice(3)], { table });
  expect(endpoint.calls.filter(({ call }) => call === 'deleteRows').map((call) => call.rows)).toEqual([
    [{ id: 1, day: '2026-11-22' }],
  ]);
});

test('what the endpoint refused is tried again by the next run', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  endpoint.refuses.add(2).add(3);
  await mirror(endpoint, folder, rowsOf(20));
  endpoint.refuses.delete(2);
  expect((await mirror(endpoint, folder, rowsOf(20))).sent).toEqual(['insert 2', 'insert 3']);
  endpoint.refuses.add(5).add(6);
  const changed = rowsOf(20, (id) => (id === 5 ? { name: 'other' } : {})).filter(({ id }) => id !== 6);
  expect((await mirror(endpoint, folder, changed)).sent).toEqual(['delete 6', 'insert 3', 'upsert 5']);
  expect((await mirror(endpoint, folder, changed)).sent).toEqual(['delete 6', 'insert 3', 'upsert 5']);
  endpoint.refuses.clear();
  await mirror(endpoint, folder, changed);
  expect((await mirror(endpoint, folder, changed)).sent).toEqual([]);
});

test('a refused row ends a run that takes none, and its chunk is sent again under the same names', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  endpoint.refuses.add(3);
  const strict = { run: { onRejected: undefined as never } };
  await expect(mirror(endpoint, folder, rowsOf(3), strict)).rejects.toMatchObject({ code: 'ROW_REFUSED' });
  const names = endpoint.keys.slice();
  endpoint.refuses.clear();
  const again = await mirror(endpoint, folder, rowsOf(3).toReversed(), strict);
  expect(again.sent).toEqual(['insert 3', 'insert 2', 'insert 1']);
  expect(endpoint.keys.slice(names.length)).toEqual(names.toReversed());
});

test('rows whose answer was lost are sent so that none is there twice, or left behind', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const loseAnswer = async (rows: Row[]): Promise<void> => {
    endpoint.flush = () => Promise.reject(new Error('cut'));
    await expect(mirror(endpoint, folder, rows)).rejects.toThrow();
    endpoint.flush = () => Promise.resolve();
  };
  await loseAnswer(rowsOf(3));
  expect(endpoint.sent).toEqual(['insert 1', 'insert 2', 'insert 3']);
  const changed = [...rowsOf(2, (id) => (id === 2 ? { name: 'other' } : {})), { id: 4, name: 'd' }];
  const after = ['delete 3', 'insert 1', 'insert 4', 'upsert 2'];
  expect((await mirror(endpoint, folder, changed)).sent).toEqual(after);
  expect((await mirror(endpoint, folder, changed)).sent).toEqual([]);
  // What the ledger has is not what the endpoint has any more.
  await loseAnswer(changed.map((row) => ({ ...row, name: 'new' })));
  expect((await mirror(endpoint, folder, changed)).sent).toEqual(['upsert 1', 'upsert 2', 'upsert 4']);
  await loseAnswer(changed.slice(1));
  expect((await mirror(endpoint, folder, changed)).sent).toEqual(['upsert 1']);
  expect((await mirror(endpoint, folder, changed)).sent).toEqual([]);
  expect([...endpoint.rows.values()]).toEqual(expect.arrayContaining(changed));
  expect(endpoint.rows.size).toBe(3);
});

test('a row of the source that was kept aside is not gone', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  await mirror(endpoint, folder, rowsOf(3));
  const session = await mirrorOf(endpoint, folder).begin(run({ onRejected: () => undefined }));
  const table = await session.openTable(tableOf({ mode: 'overwrite', columns: [], primaryKey: ['id'] }));
  await table.write({ rows: rowsOf(2), firstRow: 1 });
  const bad = { table: 'orders', number: 3, code: 'ROW_INVALID', reason: 'bad', row: { id: 3 } };
  session.reject?.([bad]);
  expect(await session.commit(commitOf(3, { isFinal: true }))).toMatchObject({ rowsDeleted: 0 });
  await session.finish?.(ENDED);
  expect((await mirror(endpoint, folder, rowsOf(2))).sent).toEqual(['delete 3']);
});

test('a key is held to what a run that failed has sent', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  endpoint.flush = () => Promise.reject(new Error('cut'));
  await expect(mirror(endpoint, folder, rowsOf(3))).rejects.toThrow();
  endpoint.flush = () => Promise.resolve();
  const other = mirror(endpoint, folder, rowsOf(3), { table: { primaryKey: ['name'] } });
  await expect(other).rejects.toMatchObject({ code: 'PRIMARY_KEY_CHANGED' });
});

test('bad keys', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const refused = (rows: Row[], primaryKey = ['id']) =>
    expect(mirror(endpoint, folder, rows, { table: { primaryKey } })).rejects;
  await refused([{ id: 1 }, { id: 2 }, { id: 1 }, { id: 2 }]).toMatchObject({
    code: 'KEY_REPEATED',
    message: 'rows 1 and 3 of table "orders" have the same key',
  });
  await refused([{ id: 1 }, { name: 'x' }]).toMatchObject({
    code: 'KEY_MISSING',
    details: { row: 2, column: 'id' },
  });
  await refused([{ id: 1 }], []).toMatchObject({ code: 'CLI_USAGE' });
  expect(endpoint.sent).toEqual([]);
  await mirror(endpoint, folder, rowsOf(1));
  await refused([{ id: 1, name: 'x' }], ['name']).toMatchObject({ code: 'PRIMARY_KEY_CHANGED' });
});

test('a writer that cannot delete gets nothing of a run that would', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  await mirror(endpoint, folder, rowsOf(5));
  Object.assign(endpoint, { deleteRows: undefined });
  const rows = rowsOf(4, () => ({ name: 'other' }));
  await expect(mirror(endpoint, folder, rows)).rejects.toMatchObject({ code: 'TARGET_MODE_UNSUPPORTED' });
  expect(endpoint.sent).toEqual([]);
});

test.each([
  ['11 of 100 rows', 100, 11, {}, false],
  ['10 of 100 rows', 100, 10, {}, true],
  ['10 of 11 rows', 11, 10, {}, true],
  ['all of 5 rows', 5, 5, {}, false],
  ['all of 5 rows, allowed', 5, 5, { allowEmpty: true }, true],
  ['50 of 100 rows, where all may go', 100, 50, { allowEmpty: true }, false],
  ['50 of 100 rows, allowed', 100, 50, { maxDelete: 0.5 }, true],
  ['51 of 100 rows', 100, 51, { maxDelete: 0.5 }, false],
  ['60 of 100 rows that were not read', 100, 60, { isPartial: true }, true],
] as const)('the guard: %s', async (_name, count, gone, options, mayGo) => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  await mirror(endpoint, folder, rowsOf(count));
  const rows = rowsOf(count).slice(gone);
  const running = mirror(
    endpoint,
    folder,
    [...rows, { id: 'new', name: 'x' }].slice(gone === count ? 1 : 0),
    {
      options,
      columns: ['id', 'name'],
    },
  );
  if (mayGo) {
    const removed = 'isPartial' in options ? 0 : gone;
    expect((await running).committed?.rowsDeleted).toBe(removed);
  } else {
    await expect(running).rejects.toMatchObject({
      code: 'GUARD_REFUSED',
      message: `${gone} of the ${count} rows of table "orders" that the endpoint has would be removed`,
    });
    expect(endpoint.sent).toEqual([]);
  }
});

test('a column that is gone from most rows is refused, unless it is meant', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const withMail = (count: number) => rowsOf(50, (id) => (id <= count ? { mail: 'x' } : {}));
  const columns = ['id', 'name', 'mail'];
  await mirror(endpoint, folder, withMail(50), { columns });
  await expect(mirror(endpoint, folder, rowsOf(50))).rejects.toMatchObject({
    code: 'GUARD_REFUSED',
    message:
      'column "mail" of table "orders" is gone, so 50 of the 50 rows that the endpoint has would be sent again',
  });
  expect(endpoint.sent).toEqual([]);
  expect((await mirror(endpoint, folder, rowsOf(50), { options: { force: true } })).sent).toHaveLength(50);
  // A field that few rows have may come and go.
  await mirror(endpoint, folder, withMail(3), { columns });
  expect((await mirror(endpoint, folder, rowsOf(50))).sent).toEqual(['upsert 1', 'upsert 2', 'upsert 3']);
});

test('everything may be sent again', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  await mirror(endpoint, folder, rowsOf(3));
  const { sent } = await mirror(endpoint, folder, rowsOf(4), { options: { isAnew: true } });
  expect(sent).toEqual(['insert 4', 'upsert 1', 'upsert 2', 'upsert 3']);
});

test('more rows than a chunk has, each noted when it was accepted', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  let flushes = 0;
  endpoint.flush = async () => {
    flushes += 1;
    if (flushes === 3) throw new Error('the endpoint is gone');
  };
  const rows = rowsOf(25_000);
  await expect(mirror(endpoint, folder, rows)).rejects.toMatchObject({ code: 'WRITER_FAILED' });
  expect(endpoint.rows.size).toBe(25_000);
  const { sent, rowsWritten } = await mirror(endpoint, folder, rows);
  expect(sent).toHaveLength(5000);
  expect(sent[0]).toBe('insert 20001');
  expect(rowsWritten).toBe(5000);
});

test('a source that is read again is staged again', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const session = await mirrorOf(endpoint, folder).begin(run());
  const request = tableOf({ mode: 'overwrite', primaryKey: ['id'] });
  await (await session.openTable(request)).write({ rows: [{ id: 1 }, { id: 2 }], firstRow: 1 });
  await session.discard?.();
  const table = await session.openTable(request);
  expect(table.before).toBeNull();
  await table.write({ rows: [{ id: 2 }], firstRow: 1 });
  await session.commit({ isFinal: true, state: null, fingerprint: null, format: 1 });
  await session.rollback();
  expect(endpoint.sent).toEqual(['insert 2']);
});

test('a look counts what would be sent, says what a guard would, and changes nothing', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  const look = async (rows: Row[]) => {
    let counted: readonly MirrorPlan[] = [];
    const target = mirrorOf(endpoint, folder, { onCounted: (plans) => void (counted = plans) });
    const session = await target.begin(run());
    const table = await session.openTable(tableOf({ mode: 'overwrite', columns: [], primaryKey: ['id'] }));
    await table.write({ rows, firstRow: 1 });
    await session.commit({ isFinal: true, state: null, fingerprint: null, format: 1 });
    await session.finish?.({} as never);
    return counted;
  };
  expect(await look(rowsOf(3))).toEqual([
    { table: 'orders', added: 3, changed: 0, removed: 0, refusal: undefined },
  ]);
  expect(await readdir(folder)).toEqual([]);
  await mirror(endpoint, folder, rowsOf(30));
  endpoint.sent = [];
  const changed = rowsOf(35, (id) => (id > 30 ? {} : { name: 'x' })).slice(12);
  expect(await look(changed)).toEqual([
    {
      table: 'orders',
      added: 5,
      changed: 18,
      removed: 12,
      refusal: expect.objectContaining({ code: 'GUARD_REFUSED' }),
    },
  ]);
  expect(endpoint.sent).toEqual([]);
  expect((await mirror(endpoint, folder, rowsOf(30))).sent).toEqual([]);
});

test('a ledger of a newer host is refused', async () => {
  const folder = await newFolder();
  const endpoint = new Endpoint();
  await mirror(endpoint, folder, rowsOf(1));
  const [name = ''] = await readdir(join(folder, '.host', 'ledgers'));
  const instance = await DuckDBInstance.create(join(folder, '.host', 'ledgers', name));
  const connection = await instance.connect();
  await connection.run('UPDATE ledger_meta SET version = 2');
  connection.closeSync();
  instance.closeSync();
  await expect(mirror(endpoint, folder, rowsOf(1))).rejects.toMatchObject({ code: 'TARGET_VERSION_NEWER' });
});
