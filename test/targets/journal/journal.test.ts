import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { appendFile, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimJournal } from '../../../src/targets/journal/claim-journal.js';
import { failedRun } from '../../../src/targets/journal/failed-run.js';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import type { Journal } from '../../../src/targets/journal/journal.js';
import type { Commit, RunRecord } from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const newFolder = tempFolders();
const SUCCEEDED: RunRecord = {
  status: 'succeeded',
  code: null,
  message: null,
  rowsRead: 3,
  rowsWritten: 2,
  rowsDeleted: 0,
  commits: 1,
};
const open: Journal[] = [];

afterEach(async () => {
  for (const journal of open.splice(0)) await journal.end(failedRun(undefined), true);
});

async function claim(folder: string, run = 'run', pipeline = 'orders'): Promise<Journal> {
  const journal = await claimJournal(folder, pipeline, { run });
  open.push(journal);
  return journal;
}

const saving = (state: string | null): Commit => ({ isFinal: false, state, fingerprint: null, format: 1 });

/** As if the holder had been silent for too long. */
async function age(folder: string): Promise<void> {
  const old = new Date(Date.now() - 31_000);
  for (const name of await readdir(folder)) await utimes(join(folder, name), old, old);
}

async function onlyJournal(folder: string): Promise<string> {
  const [name, ...others] = await readdir(folder);
  expect(others).toEqual([]);
  return join(folder, name as string);
}

describe('a journal', () => {
  it('begins with nothing, saves with each commit, and raises the version with each', async () => {
    const folder = join(await newFolder(), '.host', 'state');
    const first = await claim(folder);
    expect(first.saved).toEqual({ state: null, version: 0, fingerprint: null, format: 1 });
    expect(await first.commit({ ...saving('{"a":1}'), fingerprint: { p: 'h' }, format: 3 }, [])).toBe(1);
    // Null: the state stays as it is, and so does what belongs to it.
    expect(await first.commit({ ...saving(null), format: 4 }, [])).toBe(2);
    await first.end(SUCCEEDED, true);
    const saved = { state: '{"a":1}', version: 2, fingerprint: { p: 'h' }, format: 3 };
    expect((await claim(folder)).saved).toEqual(saved);
  });

  it('lies in a folder that is nobody else’s, under a name that can be read', async () => {
    const folder = join(await newFolder(), '.host', 'state');
    await (await claim(folder, 'run', '../Año 1/orders "x"')).end(SUCCEEDED, true);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const path = await onlyJournal(folder);
    expect(path).toMatch(/\/_\._A_o_1_orders_x_-[0-9a-f]{8}\.1\.journal$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await new JournalStore(folder).pipelines()).toEqual(['../Año 1/orders "x"']);
  });

  it('holds a state of 10 MB', async () => {
    const folder = await newFolder();
    const state = JSON.stringify({ cursors: 'é"\n'.repeat(2_500_000) });
    const journal = await claim(folder);
    await journal.commit(saving(state), []);
    await journal.end(SUCCEEDED, true);
    expect((await claim(folder)).saved.state === state).toBe(true);
  });

  it('of many claims at once one gets it, and the others are told by whom', async () => {
    const folder = await newFolder();
    await (await claim(folder)).commit(saving('{"n":1}'), []);
    await age(folder);
    const claims = await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f'].map((run) => claim(folder, run)));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of claims) {
      if (one.status === 'fulfilled') continue;
      expect(one.reason).toMatchObject({ name: 'TransientError', code: 'PIPELINE_BUSY' });
      expect((one.reason as Error).message).toMatch(
        new RegExp(`^pipeline "orders" is held by run [a-f]: process ${process.pid} on `),
      );
    }
    await onlyJournal(folder);
  });

  it('a broken line in the middle is an error that says what to do, each time', async () => {
    const folder = await newFolder();
    const journal = await claim(folder);
    await journal.commit(saving('{"n":1}'), []);
    await journal.end(SUCCEEDED, true);
    const path = await onlyJournal(folder);
    await writeFile(path, (await readFile(path, 'utf8')).replace('ready', 'reedy'));
    for (let n = 0; n < 2; n += 1) {
      await expect(claim(folder)).rejects.toMatchObject({
        name: 'TargetError',
        message: `line 3 of the journal "${path}" is broken`,
        details: { file: path, line: 3 },
      });
    }
    await expect(new JournalStore(folder).load('orders')).rejects.toMatchObject({ name: 'TargetError' });
    await onlyJournal(folder);
  });

  it('a folder that cannot be made is an error of the target', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    await expect(claim(join(file, 'state'))).rejects.toMatchObject({
      name: 'TargetError',
      code: 'TARGET_UNWRITABLE',
    });
  });
});

describe('any sequence of commits, crashes, torn ends and zombies', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), state: fc.option(fc.json()) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('crash' as const), torn: fc.string({ maxLength: 40 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'zombie' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('save' as const), state: fc.option(fc.json()) }) },
  );

  it('leaves the last state that was committed, and the history of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const folder = await newFolder();
        const store = new JournalStore(folder);
        const zombies: Journal[] = [];
        const model = { state: null as string | null, version: 0, past: [] as [number, string][] };
        let hasReplaced = false;
        let journal = await claim(folder);
        const replace = (state: string | null, isFirst: boolean): void => {
          if (isFirst && model.state !== null) model.past.unshift([model.version, model.state]);
          model.state = state;
        };
        const goOn = async (): Promise<void> => {
          journal = await claim(folder);
          hasReplaced = false;
        };
        for (const next of steps) {
          if (next.do === 'commit') {
            if (next.state !== null) replace(next.state, !hasReplaced);
            hasReplaced ||= next.state !== null;
            model.version += 1;
            expect(await journal.commit(saving(next.state), [])).toBe(model.version);
          } else if (next.do === 'crash') {
            await appendFile(await onlyJournal(folder), next.torn.replaceAll('\n', ''));
            await age(folder);
            zombies.push(journal);
            await goOn();
          } else if (next.do === 'zombie') {
            const zombie = zombies.at(-1);
            if (!zombie) continue;
            await expect(zombie.commit(saving('"zombie"'), [])).rejects.toMatchObject({
              name: 'TargetError',
              code: 'PIPELINE_FENCED',
            });
          } else {
            await journal.end(SUCCEEDED, true);
            if (next.do === 'save') {
              replace(next.state, true);
              model.version += 1;
              expect(await store.save('orders', next.state, 'state set')).toBe(model.version);
            }
            await goOn();
          }
        }
        expect(journal.saved).toMatchObject({ state: model.state, version: model.version });
        const past = (await store.history('orders')).map(({ version, state }) => [version, state]);
        expect(past).toEqual(model.past.slice(0, 10));
        await onlyJournal(folder);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the store of a folder', () => {
  it('knows nothing where there is no folder', async () => {
    const store = new JournalStore(join(await newFolder(), 'missing'));
    expect(await store.pipelines()).toEqual([]);
    expect(await store.load('orders')).toBeUndefined();
    expect(await store.history('orders')).toEqual([]);
    expect(await store.runs(undefined, 10)).toEqual([]);
  });

  it('keeps what a run replaced, once for each run, and what a command replaced', async () => {
    const folder = await newFolder();
    const store = new JournalStore(folder);
    for (let n = 1; n <= 12; n += 1) {
      const journal = await claim(folder, `run-${n}`);
      await journal.commit(saving(`{"n":${n}}`), []);
      await journal.commit(saving(`{"n":${n},"end":true}`), []);
      await journal.end(SUCCEEDED, true);
    }
    expect(await store.load('orders')).toMatchObject({ state: '{"n":12,"end":true}', version: 24 });
    const past = await store.history('orders');
    expect(past.map(({ version }) => version)).toEqual([22, 20, 18, 16, 14, 12, 10, 8, 6, 4]);
    expect(past[0]).toEqual({
      version: 22,
      state: '{"n":11,"end":true}',
      run: 'run-11',
      savedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/),
    });
    expect(await store.save('orders', null, 'state reset')).toBe(25);
    expect(await store.load('orders')).toEqual({ state: null, version: 25, fingerprint: null, format: 1 });
    expect((await store.history('orders'))[0]).toMatchObject({ version: 24, run: 'run-12' });
    expect(await store.save('orders', '{"n":1}', 'state set')).toBe(26);
    expect(await store.save('orders', '{"n":2}', 'state set')).toBe(27);
    expect((await store.history('orders'))[0]).toMatchObject({
      version: 26,
      run: 'state set',
      state: '{"n":1}',
    });
  });

  it('remembers how the last 100 runs of a pipeline ended, newest first; commands are none', async () => {
    const folder = await newFolder();
    const store = new JournalStore(folder);
    for (let n = 1; n <= 102; n += 1) await (await claim(folder, `run-${n}`)).end(SUCCEEDED, true);
    await store.save('orders', '{}', 'state set');
    await (
      await claim(folder, 'b-1', 'b')
    ).end({ ...SUCCEEDED, status: 'failed', code: 'AUTH_FAILED' }, true);
    const all = await store.runs(undefined, 1000);
    expect(all.slice(0, 2).map(({ pipeline, run, status }) => [pipeline, run, status])).toEqual([
      ['b', 'b-1', 'failed'],
      ['orders', 'run-102', 'succeeded'],
    ]);
    expect(all).toHaveLength(101);
    expect(await store.runs('orders', 1)).toMatchObject([
      { ...SUCCEEDED, run: 'run-102', process: process.pid, endedAt: expect.any(String) },
    ]);
    expect(await store.pipelines()).toEqual(['b', 'orders']);
  });

  it('tells a run that goes on from one that was lost', async () => {
    const folder = await newFolder();
    const store = new JournalStore(folder);
    const lost = await claim(folder, 'first');
    await lost.commit(saving('{}'), []);
    expect(await store.runs('orders', 1)).toMatchObject([{ run: 'first', status: 'running', endedAt: null }]);
    await age(folder);
    expect(await store.runs('orders', 1)).toMatchObject([{ run: 'first', status: 'lost', commits: 1 }]);
    await claim(folder, 'second');
    expect((await store.runs('orders', 10)).map(({ run, status }) => [run, status])).toEqual([
      ['second', 'running'],
      ['first', 'lost'],
    ]);
  });
});
