import { afterEach, expect, test } from '@jest/globals';
import { appendFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedBatch } from '../../../src/sdk/writer/index.js';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import type { WriterSession } from '../../../src/targets/writer/writer-session.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { commitOf, ENDED, NotingWriter, refusal, run, tableOf, writerTarget } from './fixture.js';

/** Those that were to look like killed ones hold files all the same. */
const sessions: WriterSession[] = [];
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.rollback())));
const newFolder = tempFolders();

const batchOf = (key: string, ...numbers: number[]): SavedBatch => ({
  idempotencyKey: key,
  operation: 'insert',
  rows: numbers.map((id) => ({ id, big: 9007199254740993n })),
  rowKeys: numbers.map((number) => `row-${number}`),
  numbers,
});

async function start(folder: string, runId: string, table = 'orders') {
  const writer = new NotingWriter();
  const session = await writerTarget(writer, folder).begin(run({ runId, onRejected: () => undefined }));
  sessions.push(session);
  await session.openTable(tableOf({ name: table }));
  const { sends } = writer.host;
  if (!sends) throw new Error('the host keeps a state');
  return { session, sends, host: writer.host };
}

/** As if the process of a run had been killed: it gives no sign of life, and its file stays. */
async function kill(folder: string): Promise<void> {
  const old = new Date(Date.now() - 31_000);
  const host = join(folder, '.host');
  for (const name of await readdir(host)) await utimes(join(host, name), old, old);
}

const sendsIn = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, '.host'))).filter((name) => name.endsWith('.sends'));

const keys = (batches: readonly SavedBatch[]): string[] =>
  batches.map(({ idempotencyKey }) => idempotencyKey);

test('a run that follows a killed one gets what was not answered, exactly, and knows the rows', async () => {
  const folder = await newFolder();
  const first = await start(folder, 'first');
  expect(first.sends.unanswered).toEqual([]);
  await first.sends.note(batchOf('a', 1, 2));
  await first.sends.note(batchOf('b', 3));
  await first.sends.answered('a');
  await kill(folder);
  const second = await start(folder, 'second');
  expect(second.sends.unanswered).toEqual([{ ...batchOf('b', 3), table: 'orders', upTo: 3 }]);
  expect([1, 2, 3, 4].map((number) => second.sends.has(`row-${number}`))).toEqual([true, true, true, false]);
  await second.sends.answered('b');
  await kill(folder);
  const third = await start(folder, 'third');
  expect(third.sends.unanswered).toEqual([]);
  expect(third.sends.has('row-3')).toBe(true);
  await third.session.commit(commitOf(3, { isFinal: true }));
  await third.session.finish(ENDED);
  expect(await sendsIn(folder)).toEqual([]);
});

test('a writer that notes nothing has no file, and a commit forgets what was noted', async () => {
  const folder = await newFolder();
  const { session, sends } = await start(folder, 'first');
  expect(await sendsIn(folder)).toEqual([]);
  await sends.note(batchOf('a', 1));
  await sends.answered('a');
  expect(await sendsIn(folder)).toHaveLength(1);
  await session.commit(commitOf(1));
  await sends.note(batchOf('b', 2));
  await session.rollback();
  const second = await start(folder, 'second');
  expect(keys(second.sends.unanswered)).toEqual(['b']);
  expect(second.sends.has('row-1')).toBe(false);
  await second.session.rollback();
});

test('a commit that comes earlier than that of the killed run would have keeps what lies behind it', async () => {
  const folder = await newFolder();
  const first = await start(folder, 'first');
  await first.sends.note(batchOf('a', 1, 2, 3, 4, 5));
  await first.sends.answered('a');
  await kill(folder);
  const second = await start(folder, 'second');
  await second.session.commit(commitOf(3));
  expect(second.sends.has('row-4')).toBe(true);
  await kill(folder);
  const third = await start(folder, 'third');
  expect(third.sends.unanswered).toEqual([]);
  expect(third.sends.has('row-4')).toBe(true);
  // Rows are counted from the third on.
  await third.session.commit(commitOf(2));
  await third.session.rollback();
  expect(await sendsIn(folder)).toEqual([]);
});

test('a table that is opened late finds its batches, whatever was committed meanwhile', async () => {
  const folder = await newFolder();
  const first = await start(folder, 'first', 'lines');
  await first.sends.note(batchOf('a', 1));
  await kill(folder);
  const second = await start(folder, 'second', 'orders');
  expect(second.sends.unanswered).toEqual([]);
  await second.session.commit(commitOf(9));
  await second.session.rollback();
  const third = await start(folder, 'third', 'lines');
  expect(keys(third.sends.unanswered)).toEqual(['a']);
  await third.sends.answered('a');
  await third.session.commit(commitOf(0));
  await third.session.rollback();
  expect(await sendsIn(folder)).toEqual([]);
});

test('batches that are noted at once are all there, each with one answer', async () => {
  const folder = await newFolder();
  const first = await start(folder, 'first');
  const all = Array.from({ length: 50 }, (_, i) => batchOf(`k${i}`, i + 1));
  await Promise.all(all.map((batch) => first.sends.note(batch)));
  await Promise.all(all.slice(0, 49).map(({ idempotencyKey }) => first.sends.answered(idempotencyKey)));
  await first.session.rollback();
  const second = await start(folder, 'second');
  expect(keys(second.sends.unanswered)).toEqual(['k49']);
  await second.session.rollback();
});

test('a run that was taken over may send nothing that it notes from then on', async () => {
  const folder = await newFolder();
  const zombie = await start(folder, 'zombie');
  await zombie.sends.note(batchOf('a', 1));
  await kill(folder);
  const taker = await start(folder, 'taker');
  await expect(zombie.sends.note(batchOf('b', 2))).rejects.toMatchObject({ code: 'PIPELINE_FENCED' });
  await expect(zombie.sends.note(batchOf('c', 3))).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  await zombie.session.rollback();
  expect(keys(taker.sends.unanswered)).toEqual(['a']);
  await kill(folder);
  const next = await start(folder, 'next');
  expect(keys(next.sends.unanswered)).toEqual(['a']);
  expect(next.sends.has('row-2')).toBe(false);
  await next.session.rollback();
});

async function killedWith(folder: string, change: (path: string) => Promise<void>): Promise<WriterSession> {
  const first = await start(folder, 'first');
  await first.sends.note(batchOf('a', 1));
  await kill(folder);
  const [name = ''] = await sendsIn(folder);
  await change(join(folder, '.host', name));
  return (await start(folder, 'second')).session;
}

test('a torn last line was noted by nobody; a damaged one in the middle is told', async () => {
  const folder = await newFolder();
  const session = await killedWith(folder, (path) => appendFile(path, 'deadbeef {"type":"batch"'));
  await session.rollback();
  expect(keys((await start(folder, 'third')).sends.unanswered)).toEqual(['a']);
  const other = await newFolder();
  const damaged = killedWith(other, async (path) => {
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"ready"', '"reedy"'));
  });
  await expect(damaged).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  // The pipeline is free again.
  await expect(new JournalStore(join(other, '.host')).save('orders', null, 'test')).resolves.toBe(1);
});

test('a state that was changed by hand leaves nothing to be sent', async () => {
  const folder = await newFolder();
  const first = await start(folder, 'first');
  await first.sends.note(batchOf('a', 1));
  await first.session.rollback();
  await new JournalStore(join(folder, '.host')).save('orders', null, 'host state reset');
  const second = await start(folder, 'second');
  expect(second.sends.unanswered).toEqual([]);
  expect(second.sends.has('row-1')).toBe(false);
  await second.session.rollback();
  expect(await sendsIn(folder)).toEqual([]);
});

test('what was refused of a batch is durable before the batch counts as answered', async () => {
  const folder = await newFolder();
  const { session, sends, host } = await start(folder, 'first');
  await sends.note(batchOf('a', 1));
  host.reject([refusal(1)]);
  await sends.answered('a');
  const [name = ''] = await readdir(join(folder, '.host', 'rejected'));
  expect(await readFile(join(folder, '.host', 'rejected', name), 'utf8')).toContain('duplicate_email');
  await session.rollback();
});

test('a batch that is noted again after it was answered is unanswered again: the last line counts', async () => {
  const folder = await newFolder();
  const first = await start(folder, 'first');
  await first.sends.note(batchOf('a', 1));
  await first.sends.answered('a');
  await first.sends.note(batchOf('a', 1));
  await first.sends.note(batchOf('b', 2));
  await kill(folder);
  const second = await start(folder, 'second');
  expect(keys(second.sends.unanswered)).toEqual(['a', 'b']);
  await second.sends.answered('b');
  await second.sends.note(batchOf('b', 2));
  await kill(folder);
  expect(keys((await start(folder, 'third')).sends.unanswered)).toEqual(['a', 'b']);
});

test('a batch that stays unanswered, since rows of it were refused, is done with the commit of who sent it', async () => {
  const folder = await newFolder();
  const first = await start(folder, 'first');
  await first.session.commit(commitOf(4));
  await first.sends.note(batchOf('a', 6, 7));
  await kill(folder);
  const second = await start(folder, 'second');
  // Its rows are the second and third after the state that was saved.
  expect(second.sends.unanswered.map(({ numbers }) => numbers)).toEqual([[2, 3]]);
  await second.session.commit(commitOf(1));
  await kill(folder);
  const third = await start(folder, 'third');
  expect(third.sends.unanswered).toEqual([]);
  // The rows are still to come from the source.
  expect([6, 7].map((number) => third.sends.has(`row-${number}`))).toEqual([true, true]);
});
