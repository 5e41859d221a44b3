import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { KILL_POINTS, type KillPoint } from '../../../src/targets/kill-point.js';
import { EVERY_CRASH, sampled } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { declared, load, openOne } from '../files/fixture.js';
import { JournalPlace, pointsOf, TIDY, type ChildRun } from './fixture.js';

const newFolder = tempFolders();
const BATCHES = [[1, 2], [3], [4, 5, 6]];
const ALL = BATCHES.flat();

/** What a run finds, and what it does. */
const SCENARIOS = {
  'append to a file that is not there': { mode: 'append', before: undefined },
  'append to a file with rows': { mode: 'append', before: [0] },
  overwrite: { mode: 'overwrite', before: [0] },
} as const;
type Scenario = keyof typeof SCENARIOS;
const scenarios = Object.keys(SCENARIOS) as Scenario[];

async function prepare(scenario: Scenario): Promise<{ place: JournalPlace; run: Omit<ChildRun, 'run'> }> {
  const { mode, before } = SCENARIOS[scenario];
  const place = new JournalPlace(await newFolder());
  if (before) await writeFile(place.file, `id\n${before.join('\n')}\n`);
  return { place, run: { mode, batches: BATCHES } };
}

const expected = (scenario: Scenario): number[] => [
  ...(SCENARIOS[scenario].mode === 'append' ? (SCENARIOS[scenario].before ?? []) : []),
  ...ALL,
];

async function expectWhole(place: JournalPlace, scenario: Scenario, run: string): Promise<void> {
  expect(await place.ids()).toEqual(expected(scenario));
  expect(await place.entries()).toEqual(TIDY);
  const saved = await new JournalStore(place.journals).load('orders');
  expect(JSON.parse(saved?.state ?? '')).toMatchObject({ done: BATCHES.length });
  expect(await new JournalStore(place.journals).runs('orders', 1)).toMatchObject([
    { run, status: 'succeeded' },
  ]);
}

/** Points that were reached, over all tests. */
const reached = new Set<KillPoint>();

/** What everyday runs play; `npm run crash:files` plays all. */
const everyday: readonly Scenario[] = EVERY_CRASH ? scenarios : ['append to a file with rows', 'overwrite'];

describe.each(everyday)('killed: %s', (scenario) => {
  const points = [
    ...pointsOf(KILL_POINTS, 'claim.', 'file.', 'journal.'),
    ...(['journal.before-commit:2', 'journal.after-commit:2', 'journal.after-check:3'] as const),
  ];

  it.each(sampled(points, everyday.indexOf(scenario), 2 * everyday.length))(
    'at %s: the next run goes on where the last commit was',
    async (killAt) => {
      const { place, run } = await prepare(scenario);
      const { status } = await place.run({ ...run, run: 'killed', killAt });
      if (status === 'killed') reached.add(killAt.split(':')[0] as KillPoint);
      if (SCENARIOS[scenario].mode === 'append') await expectStateOfRows(place, scenario);
      expect(await place.run({ ...run, run: 'next' })).toEqual({ status: 'succeeded' });
      await expectWhole(place, scenario, 'next');
    },
  );
});

/** After a claim that does nothing else, the rows in the file are those that the state says were read. */
async function expectStateOfRows(place: JournalPlace, scenario: Scenario): Promise<void> {
  const store = new JournalStore(place.journals);
  const { state = null } = (await store.load('orders')) ?? {};
  await store.save('orders', state, 'look');
  const { done = 0 } = JSON.parse(state ?? '{}') as { done?: number };
  const before = SCENARIOS[scenario].before ?? [];
  const rows = [...before, ...BATCHES.slice(0, done).flat()];
  expect(rows.length === 0 ? await place.entries() : await place.ids()).toEqual(
    rows.length === 0 ? { ...TIDY, beside: [] } : rows,
  );
}

describe.each(scenarios)('killed while it takes over from one that was killed: %s', (scenario) => {
  const recovering = pointsOf(KILL_POINTS, 'recover.');
  const cases = [
    ...pointsOf(KILL_POINTS, 'claim.').map((point) => [point, 'file.after-data-sync:2'] as const),
    ...recovering.map((point) => [point, 'file.after-data-sync:2'] as const),
    ...recovering.map((point) => [point, 'journal.after-commit-sync:1'] as const),
  ];
  it.each(sampled(cases, scenarios.indexOf(scenario), 3 * scenarios.length))(
    'at %s, from one that came to %s',
    async (killAt, first) => {
      const { place, run } = await prepare(scenario);
      await place.run({ ...run, run: 'first', killAt: first });
      const { status } = await place.run({ ...run, run: 'second', killAt });
      if (status === 'killed') reached.add(killAt);
      expect(await place.run({ ...run, run: 'third' })).toEqual({ status: 'succeeded' });
      await expectWhole(place, scenario, 'third');
    },
  );
});

describe.each(everyday.slice(0, EVERY_CRASH ? undefined : 1))(
  'killed while it takes over from one that stands still: %s',
  (scenario) => {
    // One has written all rows of its commit, the other goes on to write more when it wakes up.
    const firsts = ['file.after-data-sync:1', 'file.before-rows:3'];
    const points = ['claim.after-ready', ...pointsOf(KILL_POINTS, 'recover.')] as const;
    const cases = firsts.flatMap((stopAt) => points.map((killAt) => [killAt, stopAt] as const));
    it.each(sampled(cases, 0, 4))('at %s, from one that came to %s', async (killAt, stopAt) => {
      const { place, run } = await prepare(scenario);
      const first = place.start({ ...run, run: 'first', stopAt });
      expect(await first.stopped()).toBe(true);
      await place.ageHeartbeats();
      const { status } = await place.run({ ...run, run: 'second', killAt });
      if (status === 'killed') reached.add(killAt);
      await place.ageHeartbeats();
      expect(await place.run({ ...run, run: 'third' })).toEqual({ status: 'succeeded' });
      await expectWhole(place, scenario, 'third');
      first.continue();
      expect(await first.ended).toMatchObject({ status: 'failed', code: 'PIPELINE_FENCED' });
      await expectWhole(place, scenario, 'third');
    });
  },
);

it('a commit that was decided is completed, whoever else opened the file meanwhile', async () => {
  const { place, run } = await prepare('overwrite');
  expect(await place.run({ ...run, run: 'killed', killAt: 'file.before-rename' })).toEqual({
    status: 'killed',
  });
  expect(await place.ids()).toEqual([0]);
  await load(new CsvTarget(place.file), [declared('id', 'bigint')], [{ id: 9 }]);
  const { session } = await openOne(new CsvTarget(place.file), [declared('id', 'bigint')]);
  await session.rollback();
  await new JournalStore(place.journals).save('orders', '{}', 'look');
  expect(await place.ids()).toEqual(ALL);
  expect(await place.entries()).toEqual(TIDY);
});

it('a writable connector that is killed sends again what was not committed, and nothing else', async () => {
  for (const [killAt, rows] of [
    ['writer.after-flush:2', [1, 2, 3, 3, 4, 5, 6]],
    ['journal.after-commit-sync:2', ALL],
  ] as const) {
    const place = new JournalPlace(await newFolder());
    const run = { mode: 'append', batches: BATCHES, useWriter: true } as const;
    expect(await place.run({ ...run, run: 'killed', killAt })).toEqual({ status: 'killed' });
    reached.add(killAt.split(':')[0] as KillPoint);
    expect(await place.run({ ...run, run: 'next' })).toEqual({ status: 'succeeded' });
    expect(await place.ids()).toEqual(rows);
    expect(await place.entries()).toEqual(TIDY);
  }
});

// Everyday runs leave out the one scenario in which some of them lie.
if (EVERY_CRASH) {
  it('every point was reached', () => {
    const points = pointsOf(KILL_POINTS, 'claim.', 'recover.', 'file.', 'journal.', 'writer.');
    expect(points.filter((point) => !reached.has(point))).toEqual([]);
  });
}
