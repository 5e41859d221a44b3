import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emission } from '../../src/sdk/connector.js';
import { AbortError } from '../../src/sdk/errors.js';
import { op } from '../../src/sdk/operations.js';
import type { ReadSchema } from '../../src/sdk/schema.js';
import { CommitClock } from '../../src/sync/commit-clock.js';
import { DEFAULT_COMMIT_INTERVAL, type CommitInterval } from '../../src/sync/sync-options.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import type { SavedState } from '../../src/targets/target.js';
import { runRows, type RowsRun } from '../../src/testing/run-rows.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { Source } from '../fixtures/source.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { WatchedTarget } from '../fixtures/watched-target.js';

const newFolder = tempFolders();
const NOTHING_SAVED: SavedState = { state: null, version: 0, fingerprint: null, format: 1 };
const KEYED: ReadSchema = { tables: [{ name: 'rows', primaryKey: ['n'] }] };
const LOOSE: ReadSchema = { tables: [{ name: 'rows' }] };

/** Rows and the state of each commit, as a target that keeps state sees them. */
async function commitsOf(
  emissions: readonly Emission[],
  commitEvery: CommitInterval | undefined,
  run: Partial<RowsRun> = {},
): Promise<SyncOutcome & { commits: (readonly [rows: number, state: string | null, isFinal: boolean])[] }> {
  const rowsBefore: number[] = [];
  const target: WatchedTarget = new WatchedTarget({
    saved: NOTHING_SAVED,
    before: (step) => {
      if (step === 'commit') rowsBefore.push(target.rows.length);
    },
  });
  const outcome = await runRows({
    target,
    schema: KEYED,
    rows: emissions,
    ...run,
    options: { mode: undefined, commitEvery, ...run.options },
  });
  const commits = target.commits.map(
    ({ state, isFinal }, i) => [rowsBefore[i] ?? -1, state, isFinal] as const,
  );
  return { ...outcome, commits };
}

/** Rows 1 to n, each followed by a checkpoint. */
const rowsWithOffers = (count: number): Emission[] =>
  Array.from({ length: count }, (_, n) => [op.upsert('rows', { n }), op.checkpoint({ n })]).flat();

describe('a commit is due', () => {
  it('at each checkpoint where that is asked for, and once more at the end', async () => {
    const { commits, report } = await commitsOf(rowsWithOffers(3), { seconds: 0, rows: 0 });
    expect(commits).toEqual([
      [1, '{"n":0}', false],
      [2, '{"n":1}', false],
      [3, '{"n":2}', false],
      [3, '{"n":2}', true],
    ]);
    expect(report.commits).toBe(4);
  });

  it('at the first checkpoint after so many rows', async () => {
    const page = (from: number): Emission =>
      op.upsert('rows', [{ n: from }, { n: from + 1 }, { n: from + 2 }]);
    const emissions = [0, 3, 6, 9].flatMap((from) => [page(from), op.checkpoint({ from })]);
    const { commits } = await commitsOf(emissions, { seconds: 3600, rows: 4 });
    expect(commits).toEqual([
      [6, '{"from":3}', false],
      [12, '{"from":9}', false],
      [12, '{"from":9}', true],
    ]);
  });

  it('at the first checkpoint after so many seconds', async () => {
    const { commits } = await commitsOf(
      [],
      { seconds: 0.2, rows: 1_000_000 },
      {
        rows: async function* () {
          yield op.upsert('rows', { n: 1 });
          yield op.checkpoint({ n: 1 });
          await sleep(300);
          yield op.upsert('rows', { n: 2 });
          yield op.checkpoint({ n: 2 });
          yield op.upsert('rows', { n: 3 });
          yield op.checkpoint({ n: 3 });
        },
      },
    );
    expect(commits).toEqual([
      [2, '{"n":2}', false],
      [3, '{"n":3}', true],
    ]);
  });

  it('once, at the end, where neither has passed', async () => {
    expect((await commitsOf(rowsWithOffers(100), undefined)).commits).toEqual([[100, '{"n":99}', true]]);
  });

  it('once where no state is offered', async () => {
    const { commits } = await commitsOf([op.upsert('rows', { n: 1 })], { seconds: 0, rows: 0 });
    expect(commits).toEqual([[1, null, true]]);
  });

  it('once where tables are replaced as a whole, with the last state', async () => {
    for (const options of [{ mode: 'overwrite' }, { fullRefresh: true }] as const) {
      const { commits } = await commitsOf(rowsWithOffers(3), { seconds: 0, rows: 0 }, { options });
      expect(commits).toEqual([[3, '{"n":2}', true]]);
    }
  });

  it('before the generator is resumed', async () => {
    const place = new DuckdbPlace(await newFolder());
    const seen: unknown[] = [];
    await place.run({
      schema: KEYED,
      options: { mode: undefined, commitEvery: { seconds: 0, rows: 0 } },
      rows: function* () {
        for (const n of [1, 2]) {
          yield op.upsert('rows', { n });
          yield op.checkpoint({ n });
          seen.push(n);
        }
        throw new Error('the source broke');
      },
    });
    expect(seen).toEqual([1, 2]);
    // So what it was resumed after is there, whatever became of the run.
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual([['1'], ['2']]);
    expect(await place.query('SELECT state, version FROM _host_state')).toEqual([['{"n":2}', '2']]);
  });
});

describe('the end of a run', () => {
  it('commits rows with a key after the last checkpoint with its state', async () => {
    const { commits, report } = await commitsOf(
      [...rowsWithOffers(1), op.upsert('rows', { n: 7 })],
      undefined,
    );
    expect([commits, report.warnings]).toEqual([[[2, '{"n":0}', true]], []]);
  });

  it('commits rows without a key as well, and warns that they would come again', async () => {
    const emissions = [...rowsWithOffers(1), op.upsert('rows', [{ n: 7 }, { n: 8 }])];
    const { commits, report } = await commitsOf(emissions, undefined, { schema: LOOSE });
    expect(commits).toEqual([[3, '{"n":0}', true]]);
    expect(report.warnings).toEqual([
      '2 rows without a key came after the last checkpoint; the next run would add them again',
    ]);
  });

  it('does not warn where the last row has its checkpoint, and where there is none at all', async () => {
    for (const emissions of [rowsWithOffers(2), [op.upsert('rows', { n: 1 })]]) {
      expect((await commitsOf(emissions, undefined, { schema: LOOSE })).report.warnings).toEqual([]);
    }
  });

  it.each<[string, () => never, string]>([
    [
      'fails',
      () => {
        throw new Error('the source broke');
      },
      'CONNECTOR_FAILED',
    ],
    [
      'is stopped',
      () => {
        throw new AbortError('SIGTERM');
      },
      'ABORTED',
    ],
  ])('that %s leaves the last commit, and says how many rows that were', async (_name, end, code) => {
    const place = new DuckdbPlace(await newFolder());
    const connector = new Source(LOOSE, function* () {
      yield op.upsert('rows', [{ n: 1 }, { n: 2 }, { n: 3 }]);
      yield op.checkpoint({ n: 3 });
      yield op.upsert('rows', { n: 4 });
      yield op.checkpoint({ n: 4 });
      end();
    });
    const { error, report } = await place.run({
      connector,
      options: { mode: undefined, commitEvery: { seconds: 3600, rows: 2 } },
    });
    expect([error?.code, report.rowsRead, report.rowsWritten, report.commits]).toEqual([code, 4, 3, 1]);
    expect([report.tables, report.stateVersion]).toEqual([
      [expect.objectContaining({ name: 'rows', rows: 3 })],
      1,
    ]);
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual([['1'], ['2'], ['3']]);
    expect(await place.query('SELECT state FROM _host_state')).toEqual([['{"n":3}']]);
    expect(await place.query('SELECT code, rows_read, rows_written, commits FROM _host_runs')).toEqual([
      [code, '4', '3', '1'],
    ]);
  });
});

describe('CommitClock', () => {
  it('counts rows from the last commit', () => {
    const clock = new CommitClock({ seconds: 3600, rows: 10 });
    expect([clock.isDue(9), clock.isDue(10)]).toEqual([false, true]);
    clock.committed(15);
    expect([clock.isDue(24), clock.isDue(25)]).toEqual([false, true]);
  });

  it('is due every 5 seconds or 500,000 rows where nobody says otherwise', () => {
    expect(DEFAULT_COMMIT_INTERVAL).toEqual({ seconds: 5, rows: 500_000 });
    const clock = new CommitClock();
    expect([clock.isDue(499_999), clock.isDue(500_000)]).toEqual([false, true]);
  });
});
