import { expect, test } from '@jest/globals';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../../../src/sdk/errors.js';
import type { DatasetWriter } from '../../../src/sdk/writer/index.js';
import type { Commit, RunRecord } from '../../../src/targets/target.js';
import { WriterTarget } from '../../../src/targets/writer/writer-target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { declared, openOne, targetRun } from '../files/fixture.js';

const newFolder = tempFolders();
const columns = [declared('id', 'bigint')];
const commit = (state: string, isFinal = false): Commit => ({ isFinal, state, fingerprint: null, format: 1 });
const ENDED: RunRecord = {
  status: 'succeeded',
  code: null,
  message: null,
  rowsRead: 1,
  rowsWritten: 1,
  rowsDeleted: 0,
  commits: 2,
};

/** What the target notes, and what the API behind its writer got. */
function targetOf(folder: string, change: Partial<DatasetWriter> = {}) {
  const calls: string[] = [];
  const target = new WriterTarget({
    connector: 'my-plugin-api',
    journalFolder: join(folder, '.host', 'state'),
    openWriter: async () => ({
      writeRow: () => void calls.push('row'),
      flush: async () => void calls.push('flush'),
      close: async () => void calls.push('close'),
      abort: async () => void calls.push('abort'),
      ...change,
    }),
    wrapError: (cause) => new ConnectorError('the writer failed', { code: 'WRITER_FAILED', cause }),
    close: () => Promise.resolve(),
  });
  const store = () => (target.pipelines as NonNullable<typeof target.pipelines>)();
  return { calls, target, store };
}

const write = (table: { write: (batch: { rows: { id: number }[]; firstRow: number }) => Promise<void> }) =>
  table.write({ rows: [{ id: 1 }], firstRow: 1 });

test('a commit has the writers send what they hold, then saves; the last one closes them first', async () => {
  const { calls, target, store } = targetOf(await newFolder());
  const { session, table } = await openOne(target, columns, 'append');
  expect(session.saved).toEqual({ state: null, version: 0, fingerprint: null, format: 1 });
  await write(table);
  expect(await session.commit(commit('1'))).toEqual({ rowsDeleted: 0, stateVersion: 1 });
  expect(await (await store()).load('test')).toMatchObject({ state: '1', version: 1 });
  await write(table);
  expect(await session.commit(commit('2', true))).toEqual({ rowsDeleted: 0, stateVersion: 2 });
  await session.finish?.(ENDED);
  expect(calls).toEqual(['row', 'flush', 'row', 'close']);
  expect(await (await store()).load('test')).toMatchObject({ state: '2', version: 2 });
  expect(await (await store()).runs('test', 5)).toMatchObject([{ ...ENDED, run: 'run-1' }]);
  const next = await target.begin(targetRun());
  expect(next.saved).toMatchObject({ state: '2', version: 2 });
  await next.rollback();
});

test('a writer without flush has sent what it took', async () => {
  const { calls, target } = targetOf(await newFolder(), { flush: undefined as never });
  const { session, table } = await openOne(target, columns, 'append');
  await write(table);
  expect(await session.commit(commit('1'))).toEqual({ rowsDeleted: 0, stateVersion: 1 });
  await session.rollback();
  expect(calls).toEqual(['row', 'abort']);
});

test.each([
  ['flush', false],
  ['close', true],
] as const)('a %s that fails saves no state', async (step, isFinal) => {
  const failing = { [step]: () => Promise.reject(new Error('the API is gone')) };
  const { target, store } = targetOf(await newFolder(), failing);
  const { session, table } = await openOne(target, columns, 'append');
  await write(table);
  await expect(session.commit(commit('1', isFinal))).rejects.toMatchObject({ code: 'WRITER_FAILED' });
  await session.rollback({ ...ENDED, status: 'failed', code: 'WRITER_FAILED' });
  expect(await (await store()).load('test')).toBeUndefined();
  expect(await (await store()).runs('test', 5)).toMatchObject([{ status: 'failed', code: 'WRITER_FAILED' }]);
});

test('a run that was taken over sends nothing more with its commit', async () => {
  const folder = await newFolder();
  const { calls, target, store } = targetOf(folder);
  const { session, table } = await openOne(target, columns, 'append');
  await write(table);
  const state = join(folder, '.host', 'state');
  const old = new Date(Date.now() - 31_000);
  for (const name of await readdir(state)) await utimes(join(state, name), old, old);
  const taker = await target.begin({ ...targetRun(), runId: 'taker' });
  await expect(session.commit(commit('1'))).rejects.toMatchObject({ code: 'PIPELINE_FENCED' });
  await session.rollback();
  await taker.commit(commit('2', true));
  await taker.finish(ENDED);
  expect(calls).toEqual(['row', 'abort']);
  expect(await (await store()).load('test')).toMatchObject({ state: '2', version: 1 });
});
