import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { KILL_POINTS, type KillPoint } from '../../../src/targets/kill-point.js';
import { play } from '../../fixtures/folder-run.mjs';
import { EVERY_CRASH, sampled } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { pointsOf, startScript } from '../journal/fixture.js';

const SCRIPT = resolve('test/fixtures/folder-run.mjs');
const newFolder = tempFolders();
/** Ids of the users that each step of the source gives; user 2 comes twice. */
const STEPS = [[1, 2], [3], [2, 4]];

type Mode = 'append' | 'overwrite';

class Place {
  readonly folder: string;
  readonly journalFolder: string;

  constructor(root: string) {
    this.folder = join(root, 'out');
    this.journalFolder = join(root, '.host');
  }

  async run(mode: Mode, run: string, killAt = '', steps: readonly number[][] = STEPS): Promise<unknown> {
    const { folder, journalFolder } = this;
    const plan = { folder: `${folder}/`, journalFolder, mode, run, steps };
    if (killAt === '') return play(plan);
    const end = await startScript(SCRIPT, plan, { killAt }).ended;
    return end.status === 'killed' ? 'killed' : end;
  }

  async lines(table: string): Promise<string[]> {
    return (await readFile(join(this.folder, `${table}.csv`), 'utf8')).split('\n').slice(1, -1);
  }

  async state(): Promise<{ done: number; run: string }> {
    const saved = await new JournalStore(this.journalFolder).load('shop');
    return JSON.parse(saved?.state ?? '{"done":0}') as { done: number; run: string };
  }

  /** Exactly the files of the tables, with exactly the rows of all steps, and the state of the last. */
  async expectWhole(mode: Mode): Promise<void> {
    expect((await readdir(this.folder)).sort()).toEqual(['events.csv', 'users.csv']);
    expect({ users: await this.lines('users'), events: await this.lines('events') }).toEqual(
      rowsOf(mode, STEPS.length),
    );
    expect((await this.state()).done).toBe(STEPS.length);
    expect((await readdir(this.journalFolder)).filter((name) => !name.endsWith('.journal'))).toEqual([]);
  }

  /** After a claim that does nothing else, both files have the rows of the steps that the state counts. */
  async expectStateOfRows(): Promise<void> {
    const { done } = await this.state();
    await new JournalStore(this.journalFolder).save('shop', JSON.stringify({ done, run: 'look' }), 'look');
    const left = (await readdir(this.folder).catch(noFolder)).sort();
    if (done === 0) expect(left).toEqual([]);
    else {
      expect(left).toEqual(['events.csv', 'users.csv']);
      expect({ users: await this.lines('users'), events: await this.lines('events') }).toEqual(
        rowsOf('append', done),
      );
    }
  }
}

function noFolder(): string[] {
  return [];
}

/** What the files hold after so many steps. */
function rowsOf(mode: Mode, done: number): { users: string[]; events: string[] } {
  const steps = STEPS.slice(0, done);
  const all = steps.flatMap((ids, step) => ids.map((id) => [id, step] as const));
  if (mode === 'append') {
    return {
      users: all.map(([id, step]) => `upsert,${id},${step}`),
      events: all.map(([id]) => `upsert,${id}`),
    };
  }
  // A row that is written again comes where it was first, since all is folded in one batch.
  const users = new Map(all);
  return { users: [...users].map(([id, n]) => `${id},${n}`), events: all.map(([id]) => `${id}`) };
}

const reached = new Set<KillPoint>();
const note = (outcome: unknown, killAt: string): void => {
  if (outcome === 'killed') reached.add(killAt.split(':')[0] as KillPoint);
};

const POINTS = [
  ...pointsOf(KILL_POINTS, 'folder.', 'folded.', 'file.', 'journal.'),
  ...([
    'file.after-part-made:2',
    'file.after-data-sync:2',
    'file.before-rename:2',
    'file.after-pending:2',
  ] as const),
  ...([
    'file.after-data-sync:3',
    'journal.after-commit:2',
    'journal.after-check:3',
    'file.after-data-sync:5',
  ] as const),
];

describe.each(['append', 'overwrite'] as const)('a run into a folder that is killed: %s', (mode) => {
  it.each(sampled(POINTS, mode === 'append' ? 0 : 1, 6))(
    'at %s: the next run completes or removes all of it',
    async (killAt) => {
      const place = new Place(await newFolder());
      note(await place.run(mode, 'killed', killAt), killAt);
      if (mode === 'append') await place.expectStateOfRows();
      expect(await place.run(mode, 'next')).toEqual({ status: 'succeeded' });
      await place.expectWhole(mode);
    },
  );
});

describe('an overwrite of files that are there', () => {
  const OLD = [[7]];

  const undecided = [
    'folded.before-pour',
    'folded.after-pour',
    'file.after-data-sync:2',
    'journal.before-commit',
  ];
  it.each(sampled(undecided, 0, 2))(
    'killed at %s: leaves all old files, and nothing else after the next claim',
    async (killAt) => {
      const place = new Place(await newFolder());
      await place.run('overwrite', 'old', '', OLD);
      expect(await place.run('overwrite', 'killed', killAt)).toBe('killed');
      expect([await place.lines('users'), await place.lines('events')]).toEqual([['7,0'], ['7']]);
      await new JournalStore(place.journalFolder).save('shop', '{"done":1,"run":"look"}', 'look');
      expect((await readdir(place.folder)).sort()).toEqual(['events.csv', 'users.csv']);
      expect([await place.lines('users'), await place.lines('events')]).toEqual([['7,0'], ['7']]);
    },
  );

  const decided = [
    'journal.after-commit-sync',
    'file.before-rename',
    'file.after-rename',
    'file.before-rename:2',
  ];
  it.each(sampled(decided, 1, 2))('killed at %s: has all new files after the next claim', async (killAt) => {
    const place = new Place(await newFolder());
    await place.run('overwrite', 'old', '', OLD);
    expect(await place.run('overwrite', 'killed', killAt)).toBe('killed');
    expect(await place.state()).toEqual({ done: STEPS.length, run: 'killed' });
    await new JournalStore(place.journalFolder).save('shop', JSON.stringify(await place.state()), 'look');
    await place.expectWhole('overwrite');
  });
});

describe('killed while it takes over from a run that was killed', () => {
  const renaming = pointsOf(
    KILL_POINTS,
    'recover.before-rename',
    'recover.after-rename',
    'recover.after-folder',
  );
  const cases = [
    ...[...renaming, 'recover.after-rename:2', 'recover.after-all'].map(
      (point) => ['overwrite', point, 'journal.after-commit-sync'] as const,
    ),
    ...['recover.after-part-removed', 'recover.after-part-removed:2', 'recover.after-part-removed:3'].map(
      (point) => ['overwrite', point, 'folded.before-pour'] as const,
    ),
    ...['recover.before-cut', 'recover.after-cut', 'recover.after-cut:2', 'recover.after-all'].map(
      (point) => ['append', point, 'file.after-data-sync:4'] as const,
    ),
  ];
  it.each(sampled(cases, 0, 3))('%s: at %s, from one that came to %s', async (mode, killAt, first) => {
    const place = new Place(await newFolder());
    expect(await place.run(mode, 'first', first)).toBe('killed');
    const second = await place.run(mode, 'second', killAt);
    note(second, killAt);
    expect(second).toBe('killed');
    expect(await place.run(mode, 'third')).toEqual({ status: 'succeeded' });
    await place.expectWhole(mode);
  });
});

// Everyday runs play each point in one mode only, and some are passed in the other.
if (EVERY_CRASH) {
  it('every point of folders was reached', () => {
    expect(
      pointsOf(KILL_POINTS, 'folder.', 'folded.', 'file.', 'journal.').filter((point) => !reached.has(point)),
    ).toEqual([]);
  });
}
