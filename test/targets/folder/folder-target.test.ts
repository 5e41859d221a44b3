import { describe, expect, it } from '@jest/globals';
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runRows } from 'connector-host/testing';
import { op } from '../../../src/sdk/operations.js';
import type { Row } from '../../../src/sdk/schema.js';
import { FolderTarget } from '../../../src/targets/folder/folder-target.js';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { openTarget } from '../../../src/targets/open-target.js';
import type { RunRecord, TargetSession, WriteMode } from '../../../src/targets/target.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { declared, targetRun } from '../files/fixture.js';
import { storedParquet } from '../parquet/fixture.js';
import { contentOf } from './fixture.js';
import { runRecord } from '../../fixtures/run-record.js';

const newFolder = tempFolders();
const columns = [declared('id', 'bigint')];
const ENDED: RunRecord = runRecord();

async function newPlace() {
  const root = await newFolder();
  const folder = join(root, 'out');
  const journalFolder = join(root, '.host');
  const target = (options = {}) => new FolderTarget(`${folder}/`, 'csv', { journalFolder, ...options });
  return {
    root,
    folder,
    target,
    begin: (options = {}) => target(options).begin(targetRun()),
    content: () => contentOf(folder),
    store: new JournalStore(journalFolder),
  };
}

const open = (session: TargetSession, name: string, mode: WriteMode = 'append') =>
  session.openTable({ name, mode, columns, primaryKey: [] });

async function add(session: TargetSession, mode: WriteMode, tables: Record<string, number[]>): Promise<void> {
  for (const [name, ids] of Object.entries(tables)) {
    const table = await open(session, name, mode);
    if (ids.length > 0) await table.write({ rows: ids.map((id) => ({ id })), firstRow: 1 });
  }
}

const commit = (state: string, isFinal = false) => ({ ...FINAL_COMMIT, state, isFinal });

describe('a folder', () => {
  it.each(['overwrite', 'append'] as const)(
    '%s: has a file for each table, committed with the state',
    async (mode) => {
      const { begin, content, store } = await newPlace();
      const session = await begin();
      await add(session, mode, { users: [1, 2], orders: [7], empty: [] });
      expect(await session.commit(commit('"end"', true))).toEqual({ rowsDeleted: 0, stateVersion: 1 });
      await session.finish?.(ENDED);
      expect(await content()).toEqual({
        'empty.csv': 'id\n',
        'orders.csv': 'id\n7\n',
        'users.csv': 'id\n1\n2\n',
      });
      expect(await store.load('test')).toMatchObject({ state: '"end"', version: 1 });
    },
  );

  it('several commits of a run add to the files; what the last one lacks goes', async () => {
    const { begin, content, store } = await newPlace();
    const session = await begin();
    const [a, b] = [await open(session, 'a'), await open(session, 'b')];
    await a.write({ rows: [{ id: 1 }], firstRow: 1 });
    await session.commit(commit('"one"'));
    await b.write({ rows: [{ id: 2 }], firstRow: 2 });
    await session.commit(commit('"two"'));
    await a.write({ rows: [{ id: 3 }], firstRow: 3 });
    await b.write({ rows: [{ id: 4 }], firstRow: 4 });
    await session.rollback({ ...ENDED, status: 'failed' });
    expect(await content()).toEqual({ 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n' });
    expect((await store.load('test'))?.state).toBe('"two"');
  });

  it('can be read again from the last commit', async () => {
    const { begin, content } = await newPlace();
    const session = await begin();
    await add(session, 'append', { a: [1], b: [2] });
    await session.commit(commit('"one"'));
    await add(session, 'append', {});
    await session.discard?.();
    await add(session, 'append', { b: [3], c: [4] });
    await session.commit(commit('"two"', true));
    await session.finish?.(ENDED);
    expect(await content()).toEqual({ 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n3\n', 'c.csv': 'id\n4\n' });
  });

  it('that did not exist goes with a run that fails, also without a journal', async () => {
    for (const options of [{}, { journalFolder: undefined }]) {
      const { root, begin } = await newPlace();
      const session = await begin(options);
      await add(session, 'overwrite', { a: [1], b: [2] });
      expect((await readdir(join(root, 'out'))).length).toBe(2);
      await session.rollback();
      expect((await readdir(root)).filter((name) => name !== '.host')).toEqual([]);
    }
  });

  it('keeps what others have in it', async () => {
    const { folder, begin, content } = await newPlace();
    await mkdir(folder);
    await writeFile(join(folder, 'notes.txt'), 'mine');
    const session = await begin();
    await add(session, 'overwrite', { a: [1] });
    await session.rollback();
    expect(await content()).toEqual({ 'notes.txt': 'mine' });
  });

  it('may be a symbolic link', async () => {
    const { root, folder, begin } = await newPlace();
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), folder);
    const session = await begin();
    await add(session, 'append', { 'a/b': [1] });
    await session.commit(commit('"end"', true));
    await session.finish?.(ENDED);
    expect(await contentOf(join(root, 'real'))).toEqual({ 'a%2Fb.csv': 'id\n1\n' });
    const next = await begin();
    expect(await next.tablesLike?.('a/')).toEqual(['a/b']);
    await next.rollback();
  });

  it('tells which tables the pipeline has written to it', async () => {
    const { folder, begin } = await newPlace();
    const session = await begin();
    expect(await session.tablesLike?.('')).toEqual([]);
    await add(session, 'append', { users: [1], users__orders: [1], other: [1] });
    await session.commit(commit('"end"', true));
    await session.finish?.(ENDED);
    await writeFile(join(folder, 'users__mine.csv'), 'id\n');
    const next = await begin();
    expect(await next.tablesLike?.('users__')).toEqual(['users__orders']);
    await next.rollback();
  });

  it('tables that would share a file are refused', async () => {
    const { begin } = await newPlace();
    const session = await begin();
    await open(session, 'Users');
    await expect(open(session, 'users')).rejects.toMatchObject({ code: 'NAMES_COLLIDE' });
    await expect(open(session, '')).rejects.toMatchObject({ code: 'TABLE_NAME_INVALID' });
    await session.rollback();
  });

  it('cannot be a file, nor lie in a folder that is not there', async () => {
    const { root } = await newPlace();
    await writeFile(join(root, 'file'), 'x');
    const begin = (path: string) => new FolderTarget(path, 'ndjson').begin(targetRun());
    const inFile = await begin(join(root, 'file/'));
    await expect(open(inFile, 'a')).rejects.toMatchObject({
      code: 'TARGET_UNWRITABLE',
      message: `"${join(root, 'file/')}" is not a folder`,
    });
    await inFile.rollback();
    const nowhere = await begin(join(root, 'no', 'out/'));
    await expect(open(nowhere, 'a')).rejects.toMatchObject({
      code: 'TARGET_UNWRITABLE',
      message: `the folder "${join(root, 'no')}" does not exist`,
    });
    await nowhere.rollback();
    expect(await readdir(root)).toEqual(['file']);
  });

  it('a file that someone else changed stops an append, and nothing of the others is changed', async () => {
    const { folder, begin, content } = await newPlace();
    const first = await begin();
    await add(first, 'append', { a: [1], b: [2] });
    await first.commit(commit('"end"', true));
    await first.finish?.(ENDED);
    await appendFile(join(folder, 'b.csv'), '9\n');
    const second = await begin();
    await add(second, 'append', { a: [3] });
    await expect(open(second, 'b')).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    await second.rollback();
    expect(await content()).toEqual({ 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n9\n' });
    const third = await begin({ adopt: true });
    await add(third, 'append', { a: [3], b: [4] });
    await third.commit(commit('"end"', true));
    await third.finish?.(ENDED);
    expect(await content()).toEqual({ 'a.csv': 'id\n1\n3\n', 'b.csv': 'id\n2\n9\n4\n' });
  });

  it('one file that cannot be put back does not keep the others from it', async () => {
    const { folder, begin, content } = await newPlace();
    const first = await begin();
    await add(first, 'append', { a: [1], b: [2] });
    await first.commit(commit('"end"', true));
    await first.finish?.(ENDED);
    const second = await begin();
    await add(second, 'append', { a: [3], b: [4] });
    await writeFile(join(folder, 'a.csv'), '');
    await expect(second.rollback()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(await content()).toEqual({ 'a.csv': '', 'b.csv': 'id\n2\n' });
  });

  it('a table that has lost its columns is emptied where others are written, and left alone where none is', async () => {
    const { target, content } = await newPlace();
    const run = (emissions: readonly ReturnType<typeof op.upsert>[]) =>
      runRows({
        target: target(),
        rows: emissions,
        schema: { tables: [{ name: 'a' }, { name: 'b' }] },
        pipeline: 'test',
      });
    const error = async (emissions: readonly ReturnType<typeof op.upsert>[]) => (await run(emissions)).error;
    expect(await error([op.upsert('a', { id: 1 }), op.upsert('b', { id: 2 })])).toBeUndefined();
    expect(await error([op.upsert('a', { id: 3 })])).toBeUndefined();
    expect(await content()).toEqual({ 'a.csv': 'id\n3\n', 'b.csv': '' });
    expect(await error([])).toBeUndefined();
    expect(await content()).toEqual({ 'a.csv': 'id\n3\n', 'b.csv': '' });
  });

  it('child tables are files of their own, and go with the list that they came from', async () => {
    const { root } = await newPlace();
    const run = async (rows: readonly Row[]): Promise<void> => {
      const { error } = await runRows({
        target: new FolderTarget(join(root, 'out/'), 'ndjson', { journalFolder: join(root, '.host') }),
        rows,
        table: 'users',
        schema: { primaryKey: ['id'] },
        options: {
          shape: { nested: 'child-tables' },
        },
      });
      expect(error).toBeUndefined();
    };
    await run([{ id: 1, orders: [{ n: 1 }, { n: 2 }] }]);
    expect(Object.keys(await contentOf(join(root, 'out')))).toEqual(['users.ndjson', 'users__orders.ndjson']);
    await run([{ id: 1, orders: [] }]);
    expect(await readFile(join(root, 'out', 'users__orders.ndjson'), 'utf8')).toBe('');
  });
});

describe('openTarget of a folder', () => {
  const options = { stdout: process.stdout, openConnector: async () => undefined };

  it.each([
    ['ndjson', 'a.ndjson', '{"id":1}\n'],
    ['csv', 'a.csv', 'id\n1\n'],
  ] as const)('--format %s writes %s', async (format, name, text) => {
    const folder = await newFolder();
    const target = await openTarget(`${folder}/out/`, { ...options, format });
    expect(target.label).toBe(`${folder}/out/`);
    const session = await target.begin(targetRun());
    await add(session, 'overwrite', { a: [1] });
    await session.commit(FINAL_COMMIT);
    await session.finish?.(ENDED);
    expect(await contentOf(join(folder, 'out'))).toEqual({ [name]: text });
    await rm(folder, { recursive: true });
  });

  it('writes Parquet where nobody says otherwise', async () => {
    const folder = await newFolder();
    const target = await openTarget(`${folder}/out/`, options);
    const session = await target.begin(targetRun());
    await add(session, 'overwrite', { a: [1] });
    await session.commit(FINAL_COMMIT);
    await session.finish?.(ENDED);
    expect(await readdir(join(folder, 'out'))).toEqual(['a.parquet']);
    expect(await storedParquet([join(folder, 'out', 'a.parquet')])).toEqual([{ id: '1' }]);
    await rm(folder, { recursive: true });
  });

  it('gives stdout no Parquet', async () => {
    await expect(openTarget('-', { ...options, format: 'parquet' })).rejects.toMatchObject({
      code: 'CLI_USAGE',
      message: 'Parquet is read from its end, so it cannot go to stdout',
    });
  });
});
