import { expect, it } from '@jest/globals';
import { readdir, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EVERY_CRASH } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { startScript } from '../journal/fixture.js';
import { treeOf } from './partition-fixture.js';

const SCRIPT = resolve('test/fixtures/folder-partitions-run.mjs');
const newFolder = tempFolders();
const IDS = ['2026-11-01', '2026-11-02', '2026-11-03'];
const POINTS = [
  'file.before-rename',
  'journal.after-commit-sync',
  'partition-file.before-removed',
  'journal.after-check',
  'file.before-rename:2',
  'file.after-part',
  'partition-file.after-removed',
];

it.each(EVERY_CRASH ? POINTS : POINTS.slice(0, 3))(
  'a run of partitions that stands still at %s, and wakes up when another one has done its work, changes nothing',
  async (stopAt) => {
    const root = await newFolder();
    const journalFolder = join(root, '.host');
    const plan = (run: string, more = {}) => ({
      folder: join(root, 'out/'),
      journalFolder,
      format: 'csv',
      mode: 'overwrite',
      run,
      ids: IDS,
      batch: run,
      ...more,
    });
    const run = (name: string) => startScript(SCRIPT, plan(name), {}).ended;
    expect(await run('first')).toEqual({ status: 'succeeded' });
    const prune = stopAt.startsWith('partition-file') ? IDS.slice(0, 2) : [];
    // What it removes and makes anew, the other one makes anew as well.
    const zombie = startScript(SCRIPT, plan('zombie', { prune }), { stopAt });
    expect(await zombie.stopped()).toBe(true);
    const old = new Date(Date.now() - 31_000);
    for (const name of await readdir(journalFolder)) await utimes(join(journalFolder, name), old, old);
    expect(await run('taker')).toEqual({ status: 'succeeded' });
    const tree = await treeOf(join(root, 'out'));
    expect(Object.keys(tree)).toEqual(IDS.map((id) => `rows/day=${id}/part.csv`));
    zombie.continue();
    const { status, code } = await zombie.ended;
    expect({ status, code }).toEqual({ status: 'failed', code: 'PIPELINE_FENCED' });
    expect(await treeOf(join(root, 'out'))).toEqual(tree);
    expect(await run('next')).toEqual({ status: 'succeeded' });
    expect(await treeOf(join(root, 'out'))).toEqual(tree);
  },
);
