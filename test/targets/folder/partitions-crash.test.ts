import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { KILL_POINTS, type KillPoint } from '../../../src/targets/kill-point.js';
import { EVERY_CRASH, sampled } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { pointsOf, startScript, type ChildEnd } from '../journal/fixture.js';
import { treeOf } from './partition-fixture.js';

const SCRIPT = resolve('test/fixtures/folder-partitions-run.mjs');
const newFolder = tempFolders();
const IDS = ['2026-11-01', '2026-11-02', '2026-11-03', 'a/b', 'NULL'];
/** How they are written: the format, and what is made of what is there. */
const WAYS = ['csv overwrite', 'csv append', 'csv folded', 'parquet overwrite'] as const;
type Way = (typeof WAYS)[number];

class Place {
  readonly folder: string;
  readonly journalFolder: string;

  constructor(root: string) {
    this.folder = join(root, 'out');
    this.journalFolder = join(root, '.host');
  }

  run(
    way: Way,
    run: string,
    killAt = '',
    more: { ids?: readonly string[]; prune?: readonly string[]; batch?: string } = {},
  ): Promise<ChildEnd> {
    const [format, mode] = way.split(' ');
    const { folder, journalFolder } = this;
    const plan = { folder: `${folder}/`, journalFolder, format, mode, run, ids: IDS, ...more };
    return startScript(SCRIPT, plan, { killAt }).ended;
  }

  tree(): Promise<Record<string, string>> {
    return treeOf(this.folder);
  }

  async completed(): Promise<string[]> {
    const ids: string[] = [];
    const ledger = await new JournalStore(this.journalFolder).partitions('events');
    for await (const page of ledger.list('completed')) ids.push(...page.map(({ partition }) => partition));
    return ids;
  }

  /** Exactly what an undisturbed run leaves, byte for byte. */
  async expectWhole(expected: Record<string, string>): Promise<void> {
    expect(await this.tree()).toEqual(expected);
    expect(await this.completed()).toEqual([...IDS].sort());
    expect((await readdir(this.journalFolder)).filter((name) => !name.endsWith('.journal'))).toEqual([]);
  }
}

const expected = new Map<Way, Record<string, string>>();
const reached = new Set<KillPoint>();
const PREFIXES = [
  'folder.',
  'partition-folder.',
  'file.',
  'journal.',
  'parquet.after-p',
  'folded.',
  'scratch.',
] as const;
/** What the points of one file leave, other suites show; of those that several partitions pass, the later ones say more. */
const POINTS = [
  ...pointsOf(KILL_POINTS, ...PREFIXES).filter(
    (point) => !/pending|-removed|folder-made|data-sync/.test(point),
  ),
  ...([
    'file.after-part-made:4',
    'file.after-pending:2',
    'file.before-rename:2',
    'file.before-rename:4',
    'file.after-rename:3',
    'file.after-folder-sync:4',
    'journal.before-commit:2',
    'journal.after-commit:2',
    'journal.after-commit-sync:2',
    'journal.after-check:2',
    'file.before-data-sync:5',
    'partition-folder.after-made:3',
  ] as const),
];

beforeAll(async () => {
  for (const way of WAYS) {
    const place = new Place(await newFolder());
    expect(await place.run(way, 'undisturbed')).toEqual({ status: 'succeeded' });
    expected.set(way, await place.tree());
  }
});

describe.each(WAYS)('a run of partitions that is killed: %s', (way) => {
  it.each(sampled(POINTS, WAYS.indexOf(way), 8))(
    'at %s: the run that resumes it ends as one that was left alone',
    async (killAt) => {
      const place = new Place(await newFolder());
      const whole = expected.get(way) ?? {};
      if ((await place.run(way, 'killed', killAt)).status === 'killed')
        reached.add(killAt.split(':')[0] as KillPoint);
      // A claim that does nothing else: the folder has what the ledger says, whole.
      await new JournalStore(place.journalFolder).save('events', '{}', 'look');
      const tree = await place.tree().catch(() => ({}));
      const completed = await place.completed();
      if (way !== 'csv append') {
        expect(tree).toEqual(
          Object.fromEntries(
            Object.entries(whole).filter(([path]) => completed.some((id) => path.includes(folderOf(id)))),
          ),
        );
      }
      expect(await place.run(way, 'next')).toEqual({ status: 'succeeded' });
      await place.expectWhole(whole);
    },
  );
});

/** Of a partition, as its files are named. */
function folderOf(id: string): string {
  return `day=${id.replace('/', '%2F').replace('NULL', '%4EULL')}/`;
}

it('undisturbed: what each way leaves', () => {
  expect(Object.keys(expected.get('csv append') ?? {})).toEqual(
    IDS.map((id) => `rows/${folderOf(id)}part.csv`).sort(),
  );
  expect(expected.get('csv append')?.['rows/day=2026-11-02/part.csv']).toBe(
    'id,step,_partition\n10,0,2026-11-02\n11,1,2026-11-02\n12,2,2026-11-02\n',
  );
  expect(expected.get('csv folded')?.['rows/day=a%2Fb/part.csv']).toBe('id,step,_partition\n30,2,a/b\n');
});

describe('partitions that are removed, by a run that is killed', () => {
  const points = ['partition-file.before-removed:2', 'partition-file.after-removed', 'recover.after-all'];
  it.each(EVERY_CRASH ? points : points.slice(0, 1))('at %s: all of them go', async (killAt) => {
    const place = new Place(await newFolder());
    await place.run('csv overwrite', 'first');
    const prune = IDS.slice(0, 2);
    const more = { ids: IDS.slice(2), prune };
    const killed = await place.run(
      'csv overwrite',
      'killed',
      killAt.startsWith('recover') ? 'partition-file.before-removed' : killAt,
      more,
    );
    expect(killed).toEqual({ status: 'killed' });
    if (killAt.startsWith('recover'))
      expect(await place.run('csv overwrite', 'killed-too', killAt, more)).toEqual({ status: 'killed' });
    await new JournalStore(place.journalFolder).save('events', '{}', 'look');
    const left = Object.keys(expected.get('csv overwrite') ?? {}).filter(
      (path) => !prune.some((id) => path.includes(id)),
    );
    expect(Object.keys(await place.tree())).toEqual(left);
    expect(await place.completed()).toEqual(IDS.slice(2).sort());
    expect((await readdir(join(place.folder, 'rows'))).sort()).toEqual(
      IDS.slice(2)
        .map((id) => folderOf(id).slice(0, -1))
        .sort(),
    );
  });
});

// Everyday runs play a part of the points.
if (EVERY_CRASH) {
  it('every point of partitions was reached', () => {
    expect(
      POINTS.map((point) => point.split(':')[0]).filter((point) => !reached.has(point as KillPoint)),
    ).toEqual([]);
  });
}
