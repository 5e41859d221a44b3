import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { runRows, type RowsRun } from 'connector-host/testing';
import { op } from '../../../src/sdk/operations.js';
import { FolderTarget, type FolderFormat } from '../../../src/targets/folder/folder-target.js';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { contentOf } from './fixture.js';

const newFolder = tempFolders();
const SCHEMA = {
  tables: [
    {
      name: 'users',
      columns: [
        { name: 'id', type: 'bigint', nullable: false },
        { name: 'name', type: 'string', nullable: false },
      ],
      primaryKey: ['id'],
    },
    { name: 'events', columns: [{ name: 'user', type: 'bigint' }] },
  ],
} as const;

async function newPlace(format: FolderFormat) {
  const root = await newFolder();
  const folder = join(root, 'out');
  const journalFolder = join(root, '.host');
  return {
    run: (rows: RowsRun['rows'] & {}, more: Partial<RowsRun> = {}) =>
      runRows({
        target: new FolderTarget(`${folder}/`, format, { journalFolder }),
        rows,
        schema: SCHEMA,
        pipeline: 'test',
        mode: 'append',
        ...more,
      }),
    content: () => contentOf(folder),
    store: new JournalStore(journalFolder),
  };
}

const FIRST = [
  op.upsert('users', [
    { id: 1, name: 'a' },
    { id: 2, name: '' },
  ]),
  op.upsert('events', { user: 1 }),
  op.update('users', { id: 1, name: 'A' }),
  op.delete('users', { id: 2, name: 'whoever' }),
  op.checkpoint({ at: 1 }),
];
const SECOND = [
  op.deleteWhere('events', { user: 1 }),
  op.truncate('users'),
  op.upsert('users', { id: 3, name: 'c' }),
  op.checkpoint({ at: 2 }),
];

describe('an append of operations to a folder', () => {
  it('ndjson: each file has the operations on its table, in their order', async () => {
    const { run, content, store } = await newPlace('ndjson');
    expect((await run(FIRST)).error).toBeUndefined();
    expect((await run(SECOND)).error).toBeUndefined();
    expect(await content()).toEqual({
      'events.ndjson': '{"_op":"upsert","user":1}\n{"_op":"deleteWhere","user":1}\n',
      'users.ndjson': [
        '{"_op":"upsert","id":1,"name":"a"}',
        '{"_op":"upsert","id":2,"name":""}',
        '{"_op":"update","id":1,"name":"A"}',
        '{"_op":"delete","id":2}',
        '{"_op":"truncate"}',
        '{"_op":"upsert","id":3,"name":"c"}',
        '',
      ].join('\n'),
    });
    expect((await store.load('test'))?.state).toBe('{"at":2}');
  });

  it('csv: what an operation does not name is empty', async () => {
    const { run, content } = await newPlace('csv');
    await run(FIRST);
    await run(SECOND);
    expect(await content()).toEqual({
      'events.csv': '_op,user\nupsert,1\ndeleteWhere,1\n',
      'users.csv': '_op,id,name\nupsert,1,a\nupsert,2,""\nupdate,1,A\ndelete,2,\ntruncate,,\nupsert,3,c\n',
    });
  });

  it('each checkpoint may be a commit; what follows the last one goes with a run that fails', async () => {
    const { run, content, store } = await newPlace('csv');
    const { error } = await run(
      function* () {
        yield* FIRST;
        yield op.upsert('users', { id: 4, name: 'lost' });
        throw new Error('broken');
      },
      { options: { commitEvery: { seconds: 0, rows: 0 } } },
    );
    expect(error?.code).toBe('CONNECTOR_FAILED');
    expect(await content()).toEqual({
      'events.csv': '_op,user\nupsert,1\n',
      'users.csv': '_op,id,name\nupsert,1,a\nupsert,2,""\nupdate,1,A\ndelete,2,\n',
    });
    expect((await store.load('test'))?.state).toBe('{"at":1}');
  });

  it.each([
    ['without a mode', {}, FIRST, 'TARGET_MODE_UNSUPPORTED', '_op'],
    ['merge', { mode: 'merge' }, FIRST, 'TARGET_MODE_UNSUPPORTED', '_op'],
    ['--deletes soft', { mode: 'append', deletes: 'soft' }, FIRST, 'TARGET_MODE_UNSUPPORTED', 'marks no row'],
    [
      'a column _op',
      { mode: 'append' },
      [op.upsert('users', { id: 1, name: 'a', _op: 'x' })],
      'COLUMN_NAME_INVALID',
      '_op',
    ],
    ['no key', { mode: 'append' }, [op.upsert('users', { name: 'a' })], 'KEY_MISSING', '"id"'],
    ['a null key', { mode: 'append' }, [op.update('users', { id: null, name: 'a' })], 'KEY_MISSING', '"id"'],
  ] as const)('%s: is refused', async (_name, options, rows, code, text) => {
    const { run, content } = await newPlace('ndjson');
    // A run without a mode is asked for by a mode that is not given.
    const { error } = await run([...rows], { options: { mode: undefined, ...options } });
    expect(error?.code).toBe(code);
    expect(`${error?.message} ${error?.action}`).toContain(text);
    await expect(content()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a declared column _op is refused before the source is read', async () => {
    const { run } = await newPlace('ndjson');
    let reads = 0;
    const { error } = await run(
      function* () {
        reads += 1;
        yield op.upsert('users', { id: 1 });
      },
      {
        schema: {
          tables: [
            {
              name: 'users',
              columns: [
                { name: 'id', type: 'int' },
                { name: '_op', type: 'string' },
              ],
              primaryKey: ['id'],
            },
          ],
        },
      },
    );
    expect([error?.code, reads]).toEqual(['COLUMN_NAME_INVALID', 0]);
  });

  it('child tables write down that the old children go', async () => {
    const { run, content } = await newPlace('ndjson');
    const options = { shape: { nested: 'child-tables' } } as const;
    const schema = { tables: [{ name: 'users', primaryKey: ['id'] }] };
    await run([op.upsert('users', { id: 1, orders: [{ n: 1 }, { n: 2 }] })], {
      options: { mode: 'append', ...options },
      schema,
    });
    await run([op.upsert('users', { id: 1, orders: [] })], {
      options: { mode: 'append', ...options },
      schema,
    });
    const found = await content();
    expect(Object.keys(found)).toEqual(['users.ndjson', 'users__orders.ndjson']);
    expect(
      found['users__orders.ndjson']
        ?.split('\n')
        .filter((line) => line.includes('deleteWhere'))
        .at(-1),
    ).toBe('{"_op":"deleteWhere","_parent_id":1}');
    expect(found['users__orders.ndjson']?.trimEnd().split('\n').at(-1)).toContain('deleteWhere');
  });
});
