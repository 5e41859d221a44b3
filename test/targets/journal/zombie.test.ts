import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { KILL_POINTS } from '../../../src/targets/kill-point.js';
import { sampled } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { JournalPlace, pointsOf, TIDY } from './fixture.js';

const newFolder = tempFolders();
const BATCHES = [[1, 2], [3], [4, 5, 6]];
const SCENARIOS = [
  { name: 'append to a file that is not there', mode: 'append', before: [] },
  { name: 'append to a file with rows', mode: 'append', before: [0] },
  { name: 'overwrite', mode: 'overwrite', before: [0] },
] as const;
/** Where the run that stands still has done nothing yet, so that it begins when it goes on. */
const BEFORE_BEGIN = ['claim.before-link', 'claim.after-link', 'claim.after-folder-sync'];
/** Where all that it had to do was decided, so that it ends well. */
const AFTER_DECISION = [
  'journal.before-end',
  'journal.after-end',
  'file.after-rename',
  'file.after-folder-sync',
];

const groupOf = (mode: string, before: readonly number[]): number =>
  SCENARIOS.findIndex((each) => each.mode === mode && each.before.length === before.length);

describe.each(SCENARIOS)('a run that stands still until another took over: $name', ({ mode, before }) => {
  const again = ['journal.after-check:2', 'journal.after-commit:3', 'journal.before-commit:2'];
  const points = [...pointsOf(KILL_POINTS, 'claim.', 'file.', 'journal.'), ...again];
  it.each(sampled(points, groupOf(mode, before), 3 * SCENARIOS.length))('at %s', async (stopAt) => {
    const place = new JournalPlace(await newFolder());
    if (before.length > 0) await writeFile(place.file, `id\n${before.join('\n')}\n`);
    const run = { mode, batches: BATCHES };
    const zombie = place.start({ ...run, run: 'zombie', stopAt });
    if (!(await zombie.stopped())) {
      // This kind of run does not come by there.
      expect(await zombie.ended).toEqual({ status: 'succeeded' });
      return;
    }
    await place.ageHeartbeats();
    expect(await place.run({ ...run, run: 'second' })).toEqual({ status: 'succeeded' });
    const ids = mode === 'append' ? [...before, ...BATCHES.flat()] : BATCHES.flat();
    expect(await place.ids()).toEqual(ids);
    const store = new JournalStore(place.journals);
    const saved = await store.load('orders');
    zombie.continue();
    const end = await zombie.ended;
    expect(await place.ids()).toEqual(ids);
    expect(await place.entries()).toEqual(TIDY);
    if (BEFORE_BEGIN.includes(stopAt)) {
      expect(end).toEqual({ status: 'succeeded' });
      return;
    }
    const isDecided =
      AFTER_DECISION.includes(stopAt) && (mode === 'overwrite' || stopAt.startsWith('journal.'));
    expect(end).toMatchObject(
      isDecided ? { status: 'succeeded' } : { status: 'failed', code: 'PIPELINE_FENCED' },
    );
    expect(await store.load('orders')).toEqual(saved);
    const runs = (await store.runs('orders', 10)).map((one) => [one.run, one.status]);
    const past = stopAt === 'journal.after-end' ? 'succeeded' : 'lost';
    expect(runs).toEqual([
      ['second', 'succeeded'],
      ['zombie', past],
    ]);
  });
});

describe.each(SCENARIOS)(
  'a claim that stands still while it puts files in order: $name',
  ({ mode, before }) => {
    const recovering = pointsOf(KILL_POINTS, 'recover.');
    const cases = [
      ...pointsOf(KILL_POINTS, 'claim.').map((point) => [point, 'file.after-data-sync:2'] as const),
      ...recovering.map((point) => [point, 'file.after-data-sync:2'] as const),
      ...recovering.map((point) => [point, 'journal.after-commit-sync:1'] as const),
      ...recovering.map((point) => [point, 'file.after-data-sync:1'] as const),
    ];
    it.each(sampled(cases, groupOf(mode, before), 3 * SCENARIOS.length))(
      'at %s, after a run that came to %s',
      async (stopAt, first) => {
        const place = new JournalPlace(await newFolder());
        if (before.length > 0) await writeFile(place.file, `id\n${before.join('\n')}\n`);
        const run = { mode, batches: BATCHES };
        // One of the three goes on as well, so that the copy of the file comes into play.
        const goesOn = first === 'file.after-data-sync:1';
        const oldest = place.start({
          ...run,
          run: 'oldest',
          ...(goesOn ? { stopAt: first } : { killAt: first }),
        });
        if (goesOn) expect(await oldest.stopped()).toBe(true);
        else await oldest.ended;
        await place.ageHeartbeats();
        const zombie = place.start({ ...run, run: 'zombie', stopAt });
        if (!(await zombie.stopped())) {
          expect(await zombie.ended).toEqual({ status: 'succeeded' });
        } else {
          await place.ageHeartbeats();
          expect(await place.run({ ...run, run: 'third' })).toEqual({ status: 'succeeded' });
          zombie.continue();
          const end = await zombie.ended;
          expect(end.code ?? end.status).toBe(
            BEFORE_BEGIN.includes(stopAt) ? 'succeeded' : 'PIPELINE_FENCED',
          );
        }
        if (goesOn) {
          oldest.continue();
          expect(await oldest.ended).toMatchObject({ status: 'failed', code: 'PIPELINE_FENCED' });
        }
        expect(await place.ids()).toEqual(
          mode === 'append' ? [...before, ...BATCHES.flat()] : BATCHES.flat(),
        );
        expect(await place.entries()).toEqual(TIDY);
      },
    );
  },
);

describe('two at once', () => {
  const run = { mode: 'append', batches: BATCHES } as const;

  it('a holder that stands still keeps others out while its last sign of life is fresh', async () => {
    const place = new JournalPlace(await newFolder());
    const holder = place.start({ ...run, run: 'holder', stopAt: 'journal.before-commit' });
    expect(await holder.stopped()).toBe(true);
    const { status, code, message } = await place.run({ ...run, run: 'newcomer' });
    expect([status, code]).toEqual(['failed', 'PIPELINE_BUSY']);
    expect(message).toMatch(
      new RegExp(`^pipeline "orders" is held by run holder: process ${holder.pid} on .+, since \\d{4}-.+Z$`),
    );
    await expect(new JournalStore(place.journals).save('orders', '{}', 'state set')).rejects.toMatchObject({
      name: 'TransientError',
      code: 'PIPELINE_BUSY',
      exitCode: 75,
    });
    holder.continue();
    expect(await holder.ended).toEqual({ status: 'succeeded' });
    expect(await place.ids()).toEqual(BATCHES.flat());
    expect(await place.entries()).toEqual(TIDY);
  });

  it('a claim that another one was faster than finds it busy', async () => {
    const place = new JournalPlace(await newFolder());
    const slow = place.start({ ...run, run: 'slow', stopAt: 'claim.before-link' });
    expect(await slow.stopped()).toBe(true);
    const fast = place.start({ ...run, run: 'fast', stopAt: 'journal.before-commit' });
    expect(await fast.stopped()).toBe(true);
    slow.continue();
    expect(await slow.ended).toMatchObject({ status: 'failed', code: 'PIPELINE_BUSY' });
    fast.continue();
    expect(await fast.ended).toEqual({ status: 'succeeded' });
    expect(await place.entries()).toEqual(TIDY);
  });

  it('of many processes that start at once after a crash, every row comes from one', async () => {
    const place = new JournalPlace(await newFolder());
    await place.run({ ...run, run: 'killed', killAt: 'journal.after-commit-sync:2' });
    const names = ['a', 'b', 'c', 'd'];
    const ends = await Promise.all(names.map((name) => place.start({ ...run, run: name }).ended));
    for (const end of ends) expect(end.code ?? end.status).toMatch(/^(PIPELINE_BUSY|succeeded)$/);
    expect(ends.map(({ status }) => status)).toContain('succeeded');
    expect(await place.ids()).toEqual(BATCHES.flat());
    expect(await place.entries()).toEqual(TIDY);
  });
});
