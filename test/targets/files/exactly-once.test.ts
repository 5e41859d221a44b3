import { describe, expect, test } from '@jest/globals';
import { appendFile, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { JsonlTarget } from '../../../src/targets/jsonl/jsonl-target.js';
import type {
  Commit,
  RunRecord,
  TargetSession,
  TargetTable,
  WriteMode,
} from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { addColumns, declared, filesIn, inferred, openOne } from './fixture.js';
import { runRecord } from '../../fixtures/run-record.js';

const newFolder = tempFolders();
const columns = [declared('id', 'bigint')];
const ENDED: RunRecord = runRecord();
const commit = (state: string | null, isFinal = false): Commit => ({
  isFinal,
  state,
  fingerprint: { a: 'x' },
  format: 1,
});

const FORMATS = [
  { name: 'orders.csv', Target: CsvTarget, header: 'id\n', line: (id: number) => `${id}\n` },
  { name: 'orders.jsonl', Target: JsonlTarget, header: '', line: (id: number) => `{"id":${id}}\n` },
];

describe.each(FORMATS)('$name with a journal', ({ name, Target, header, line }) => {
  const text = (...ids: number[]): string => header + ids.map(line).join('');

  /** A target in a folder of its own, with what tests do to it. */
  async function newPlace() {
    const folder = await newFolder();
    const file = join(folder, name);
    const journalFolder = join(folder, '.host', 'state');
    const open = (mode: WriteMode, options: { adopt?: boolean } = {}) =>
      openOne(new Target(file, { journalFolder, ...options }), columns, mode);
    const load = async (mode: WriteMode, ids: readonly number[]): Promise<void> => {
      const { session, table } = await open(mode);
      await write(table, ...ids);
      await end(session);
    };
    return {
      folder,
      file,
      open,
      load,
      read: () => readFile(file, 'utf8'),
      files: async () => (await filesIn(folder)).filter((entry) => entry !== '.host'),
      store: async () => {
        const { pipelines } = new Target(file, { journalFolder });
        if (!pipelines) throw new Error('a target with a journal has a store');
        return pipelines();
      },
      journals: () => readdir(journalFolder),
    };
  }

  const write = (table: TargetTable, ...ids: number[]): Promise<void> =>
    table.write({ rows: ids.map((id) => ({ id })), firstRow: 1 });

  async function end(session: TargetSession, state = '"end"'): Promise<void> {
    await session.commit(commit(state, true));
    await session.finish?.(ENDED);
  }

  test.each(['append', 'overwrite'] as const)('%s: saves the state with the rows', async (mode) => {
    const place = await newPlace();
    const { session, table } = await place.open(mode);
    expect(session.saved).toEqual({ state: null, version: 0, fingerprint: null, format: 1 });
    await write(table, 1, 2);
    expect(await session.commit(commit('"end"', true))).toEqual({ rowsDeleted: 0, stateVersion: 1 });
    await session.finish?.(ENDED);
    expect(await place.read()).toBe(text(1, 2));
    const saved = { state: '"end"', version: 1, fingerprint: { a: 'x' }, format: 1 };
    expect(await (await place.store()).load('test')).toEqual(saved);
    const next = (await place.open(mode)).session;
    expect(next.saved).toEqual(saved);
    await next.rollback();
  });

  test.each([undefined, [0]])('append: several commits in one run, to a file with %j', async (before) => {
    const place = await newPlace();
    if (before) await writeFile(place.file, text(...before));
    const { session, table } = await place.open('append');
    await write(table, 1);
    expect(await session.commit(commit('1'))).toEqual({ rowsDeleted: 0, stateVersion: 1 });
    expect(await place.read()).toBe(text(...(before ?? []), 1));
    await write(table, 2);
    await write(table, 3);
    await session.commit(commit('3'));
    // Nothing came in between.
    await session.commit(commit('3'));
    await write(table, 4);
    const lines = [1, 2, 3, 4].map((id) => line(id)).join('');
    expect(session.bytes).toBe((before ? '' : header).length + lines.length);
    await end(session);
    expect(await place.read()).toBe(text(...(before ?? []), 1, 2, 3, 4));
    expect(await place.files()).toEqual([name]);
    await place.load('append', [5]);
    expect(await place.read()).toBe(text(...(before ?? []), 1, 2, 3, 4, 5));
  });

  test.each([undefined, [0]])(
    'append: a discard and a rollback go back to the last commit, in a file with %j',
    async (before) => {
      const place = await newPlace();
      if (before) await writeFile(place.file, text(...before));
      const { session, table } = await place.open('append');
      await write(table, 1);
      await session.discard?.();
      expect(await place.files()).toEqual(before ? [name] : []);
      const again = await session.openTable({ name: 'orders', mode: 'append', columns, primaryKey: [] });
      await write(again, 2);
      await session.commit(commit('2'));
      await write(again, 3);
      await session.discard?.();
      expect(await place.read()).toBe(text(...(before ?? []), 2));
      const third = await session.openTable({ name: 'orders', mode: 'append', columns, primaryKey: [] });
      await write(third, 4);
      await session.commit(commit('4'));
      await write(third, 5);
      await session.rollback({ ...ENDED, status: 'failed' });
      expect(await place.read()).toBe(text(...(before ?? []), 2, 4));
      expect(await (await place.store()).load('test')).toMatchObject({ state: '4', version: 2 });
      await place.load('append', [6]);
      expect(await place.read()).toBe(text(...(before ?? []), 2, 4, 6));
      expect(await place.files()).toEqual([name]);
    },
  );

  test('overwrite: a discard leaves the old file, and the run can begin again', async () => {
    const place = await newPlace();
    await place.load('overwrite', [1]);
    const { session, table } = await place.open('overwrite');
    await write(table, 2);
    await session.discard?.();
    expect(await place.read()).toBe(text(1));
    expect(await place.files()).toEqual([name]);
    await write(await session.openTable({ name: 'orders', mode: 'overwrite', columns, primaryKey: [] }), 3);
    await end(session);
    expect(await place.read()).toBe(text(3));
    expect(await place.files()).toEqual([name]);
  });

  test('a rollback frees the pipeline and notes how the run ended; a second one does nothing', async () => {
    const place = await newPlace();
    const { session } = await place.open('append');
    await expect(place.open('append')).rejects.toMatchObject({ code: 'PIPELINE_BUSY' });
    await session.rollback({ ...ENDED, status: 'failed', code: 'AUTH_FAILED', message: 'no' });
    await session.rollback();
    expect(await (await place.store()).runs('test', 5)).toMatchObject([
      { run: 'run-1', status: 'failed', code: 'AUTH_FAILED', message: 'no' },
    ]);
    expect(await (await place.store()).load('test')).toBeUndefined();
    await place.load('append', [1]);
    expect(await place.journals()).toHaveLength(1);
  });

  describe('a file that someone changed', () => {
    const CHANGES: [string, string, (file: string) => Promise<void>][] = [
      ['shorter', 'became 1 bytes shorter', async (file) => truncate(file, (await stat(file)).size - 1)],
      ['longer', 'became 1 bytes longer', (file) => appendFile(file, '\n')],
      ['removed', 'was removed', (file) => rm(file)],
      [
        'changed',
        'was changed',
        async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('1', '7')),
      ],
    ];

    test.each(CHANGES)('%s: is not added to, unless it is adopted', async (_name, change, make) => {
      const place = await newPlace();
      await place.load('append', [1, 2]);
      await make(place.file);
      const before = (await place.files()).length === 0 ? '' : await place.read();
      await expect(place.open('append')).rejects.toMatchObject({
        name: 'TargetError',
        code: 'FILE_CHANGED',
        message: `"${place.file}" ${change} since the last run of its pipeline, so rows cannot be added`,
        action: 'Look through the file; run with --adopt to take it as it is.',
      });
      expect((await place.files()).length === 0 ? '' : await place.read()).toBe(before);
      const { session, table } = await place.open('append', { adopt: true });
      await write(table, 3);
      await end(session);
      const added = before === '' ? text(3) : `${before}${before.endsWith('\n') ? '' : '\n'}${line(3)}`;
      expect(await place.read()).toBe(added);
      // From now on it is known again.
      await place.load('append', [4]);
      expect(await place.read()).toBe(added + line(4));
    });

    test('is replaced by an overwrite', async () => {
      const place = await newPlace();
      await place.load('overwrite', [1]);
      await appendFile(place.file, 'x');
      await place.load('overwrite', [2]);
      expect(await place.read()).toBe(text(2));
      await place.load('append', [3]);
      expect(await place.read()).toBe(text(2, 3));
    });

    test('during the run: nothing is committed, and the rows of the other stay', async () => {
      const place = await newPlace();
      await place.load('append', [1]);
      const { session, table } = await place.open('append');
      await write(table, 2);
      await appendFile(place.file, line(9));
      await expect(session.commit(commit('2', true))).rejects.toMatchObject({ code: 'FILE_CHANGED' });
      await expect(session.rollback()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
      expect(await place.read()).toContain(line(9));
      expect(await (await place.store()).load('test')).toMatchObject({ state: '"end"', version: 1 });
      // Whose rows they are is not for a machine to say.
      await expect(place.open('append')).rejects.toMatchObject({ code: 'FILE_CHANGED' });
      expect(await place.read()).toContain(line(9));
    });

    test('during the run, by one that takes its place: nothing is committed', async () => {
      const place = await newPlace();
      await place.load('append', [1]);
      const { session, table } = await place.open('append');
      await write(table, 2);
      await writeFile(join(place.folder, 'other'), text(9));
      await rename(join(place.folder, 'other'), place.file);
      await expect(session.commit(commit('2', true))).rejects.toMatchObject({
        code: 'FILE_CHANGED',
        message: `"${place.file}" was replaced by someone else during the run`,
      });
      await session.rollback();
      expect(await place.read()).toBe(text(9));
    });
  });

  test('without rows and columns nothing is made, and the state is saved', async () => {
    const place = await newPlace();
    const target = new Target(place.file, { journalFolder: join(place.folder, '.host', 'state') });
    const { session } = await openOne(target, [], 'append');
    await session.commit(commit('1'));
    await end(session, '2');
    expect(await place.files()).toEqual([]);
    expect(await (await place.store()).load('test')).toMatchObject({ state: '2', version: 2 });
  });

  test('without a journal nothing is kept, and a run commits once', async () => {
    const place = await newPlace();
    const target = new Target(place.file);
    expect(target.pipelines).toBeUndefined();
    const { session, table } = await openOne(target, columns, 'append');
    expect(session.saved).toBeUndefined();
    await write(table, 1);
    await session.discard?.();
    expect(await place.files()).toEqual([]);
    await write(await session.openTable({ name: 'orders', mode: 'append', columns, primaryKey: [] }), 2);
    expect(await session.commit(commit(null, true))).toBeUndefined();
    await session.finish?.(ENDED);
    expect(await place.read()).toBe(text(2));
    expect(await filesIn(place.folder)).toEqual([name]);
  });
});

describe('a column that appears', () => {
  test('before the first commit of a new CSV file is in every row, after it is refused', async () => {
    const folder = await newFolder();
    const file = join(folder, 'orders.csv');
    const target = new CsvTarget(file, { journalFolder: join(folder, 'state') });
    const { session, table } = await openOne(target, [inferred('a')], 'append');
    await table.write({ rows: [{ a: '1' }], firstRow: 1 });
    const both = await addColumns(table, [inferred('a')], ['b']);
    await table.write({ rows: [{ a: '2', b: '3' }], firstRow: 2 });
    await session.commit(commit('1'));
    expect(await readFile(file, 'utf8')).toBe('a,b\n1,\n2,3\n');
    await expect(addColumns(table, both, ['c'])).rejects.toMatchObject({ code: 'SCHEMA_CONFLICT' });
    await table.write({ rows: [{ b: '5', a: '4' }], firstRow: 3 });
    await session.rollback();
    expect(await readFile(file, 'utf8')).toBe('a,b\n1,\n2,3\n');
    expect(await filesIn(folder)).toEqual(['orders.csv', 'state']);
  });
});

test('a file of more than the bytes that are hashed is known by its end', async () => {
  const folder = await newFolder();
  const file = join(folder, 'orders.jsonl');
  const target = (adopt = false): JsonlTarget =>
    new JsonlTarget(file, { journalFolder: join(folder, 'state'), adopt });
  const { session, table } = await openOne(target(), columns, 'append');
  await table.write({ rows: Array.from({ length: 5000 }, (_, id) => ({ id })), firstRow: 1 });
  await session.commit(commit('1', true));
  await session.finish?.(ENDED);
  const all = await readFile(file, 'utf8');
  await writeFile(file, all.replace('"id":0', '"id":9'));
  await (await openOne(target(), columns, 'append')).session.rollback();
  await writeFile(file, all.replace('"id":4999', '"id":9999'));
  await expect(openOne(target(), columns, 'append')).rejects.toMatchObject({ code: 'FILE_CHANGED' });
});
