import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { KILL_POINTS, type KillPoint } from '../../../src/targets/kill-point.js';
import { play } from '../../fixtures/folder-run.mjs';
import { EVERY_CRASH, sampled } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { pointsOf, startScript } from '../journal/fixture.js';
import { queryParquet } from './fixture.js';

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

  async run(mode: Mode, run: string, killAt = ''): Promise<unknown> {
    const { folder, journalFolder } = this;
    const plan = { folder: `${folder}/`, journalFolder, mode, run, steps: STEPS, format: 'parquet' };
    if (killAt === '') return play(plan);
    const end = await startScript(SCRIPT, plan, { killAt }).ended;
    return end.status === 'killed' ? 'killed' : end;
  }

  /** The files of the folder, also hidden ones; of tables that are added to with their folder. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort();
  }

  async rows(table: string): Promise<unknown[][]> {
    const files = (await this.files()).filter((file) => file.startsWith(join(this.folder, table)));
    if (files.length === 0) return [];
    return queryParquet(files, (from) => `SELECT * EXCLUDE (file_row_number) FROM ${from} ORDER BY ALL`);
  }

  async stepsDone(): Promise<number> {
    const saved = await new JournalStore(this.journalFolder).load('shop');
    return (JSON.parse(saved?.state ?? '{"done":0}') as { done: number }).done;
  }

  /** Exactly the rows of so many steps, and no file that belongs to no table. */
  async expectRows(mode: Mode, done: number): Promise<void> {
    const all = STEPS.slice(0, done).flatMap((ids, step) => ids.map((id) => [id, step] as const));
    const users =
      mode === 'append'
        ? all.map(([id, n]) => ['upsert', `${id}`, `${n}`])
        : [...new Map(all)].map(([id, n]) => [`${id}`, `${n}`]);
    const events = all.map(([id]) => (mode === 'append' ? ['upsert', `${id}`] : [`${id}`]));
    expect(await this.rows('users')).toEqual(users.sort());
    expect(await this.rows('events')).toEqual(events.sort());
    expect((await this.files()).filter((file) => !/\/[^./][^/]*\.parquet$/.test(file))).toEqual([]);
  }
}

const reached = new Set<KillPoint>();
/** What the points of files and journals leave, other suites show. */
const POINTS = [
  ...pointsOf(KILL_POINTS, 'parquet.', 'scratch.'),
  ...([
    'parquet.after-folder-made:2',
    'parquet.after-copy:2',
    'parquet.after-poured:3',
    'file.after-rename:2',
  ] as const),
  ...([
    'journal.after-commit:2',
    'file.before-rename:3',
    'file.after-part-made:4',
    'journal.after-commit-sync',
  ] as const),
];

describe.each(['append', 'overwrite'] as const)('a run into Parquet that is killed: %s', (mode) => {
  it.each(sampled(POINTS, mode === 'append' ? 0 : 1, 4))(
    'at %s: the next run completes or removes all of it',
    async (killAt) => {
      const place = new Place(await newFolder());
      if ((await place.run(mode, 'killed', killAt)) === 'killed')
        reached.add(killAt.split(':')[0] as KillPoint);
      if (mode === 'append') {
        // A claim that does nothing else puts the files in order.
        const done = await place.stepsDone();
        await new JournalStore(place.journalFolder).save('shop', JSON.stringify({ done }), 'look');
        await place.expectRows(mode, done);
      }
      expect(await place.run(mode, 'next')).toEqual({ status: 'succeeded' });
      await place.expectRows(mode, STEPS.length);
    },
  );
});

// Everyday runs play each point in one mode only, and some are passed in the other.
if (EVERY_CRASH) {
  it('every point of Parquet was reached', () => {
    expect(pointsOf(KILL_POINTS, 'parquet.', 'scratch.').filter((point) => !reached.has(point))).toEqual([]);
  });
}
