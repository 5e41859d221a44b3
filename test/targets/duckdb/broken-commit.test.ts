import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError, op, type Emission } from '../../../src/index.js';
import type { SyncOutcome } from '../../../src/sync/sync.js';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { inferred, tableRequest, targetRun } from '../files/fixture.js';

const newFolder = tempFolders();
const EACH_CHECKPOINT = { seconds: 0, rows: 0 };

/** How far a pipeline came, by its state. */
async function step(place: DuckdbPlace): Promise<number> {
  const [[state] = []] = await place.query('SELECT state FROM _host_state');
  return typeof state === 'string' ? (JSON.parse(state) as { step: number }).step : 0;
}

/** Runs, and stops so many milliseconds after the commit began; the seconds count from the stop to the end. */
async function stopInCommit(
  place: DuckdbPlace,
  tables: readonly string[],
  rowsEach: number,
  afterMs: number,
): Promise<SyncOutcome & { readonly seconds: number }> {
  const stop = new AbortController();
  let stoppedAt = 0;
  const rows = async function* (): AsyncIterable<Emission> {
    for (const [t, table] of tables.entries()) {
      const page = (from: number): object[] =>
        Array.from({ length: Math.min(5000, rowsEach - from) }, (_, i) => ({
          id: from + i,
          text: `${t} ${i}`,
        }));
      for (let from = 0; from < rowsEach; from += 5000) yield op.upsert(table, page(from) as never);
    }
    setTimeout(() => {
      stoppedAt = performance.now();
      stop.abort(new AbortError('SIGTERM'));
    }, afterMs);
    yield op.checkpoint({ step: 1 });
    // The stop may come after the commit.
    await sleep(afterMs);
    yield op.checkpoint({ step: 1 });
  };
  const schema = { tables: tables.map((name) => ({ name, primaryKey: ['id'] })) };
  const options = { mode: undefined, commitEvery: EACH_CHECKPOINT };
  const outcome = await place.run({ rows, schema, options, signal: stop.signal });
  return { ...outcome, seconds: stoppedAt === 0 ? 0 : (performance.now() - stoppedAt) / 1000 };
}

describe('a run that is stopped in the middle of a commit', () => {
  it('has committed all of it or nothing, and says which', async () => {
    const tables = Array.from({ length: 8 }, (_, i) => `t${i}`);
    const seen = new Set<number>();
    for (const afterMs of [0, 5, 15, 30, 60]) {
      const place = new DuckdbPlace(await newFolder());
      const { error } = await stopInCommit(place, tables, 300, afterMs);
      expect(error?.code ?? 'ABORTED').toBe('ABORTED');
      const done = await step(place);
      seen.add(done);
      const found = await place.query(
        `SELECT count(*) FROM duckdb_tables() WHERE NOT starts_with(table_name, '_host_')`,
      );
      expect(found).toEqual([[String(done * tables.length)]]);
      for (const table of done === 1 ? tables : [])
        expect(await place.query(`SELECT count(*) FROM ${table}`)).toEqual([['300']]);
      expect(await place.query('SELECT status FROM _host_runs')).toEqual([[error ? 'aborted' : 'succeeded']]);
      expect(await readdir(place.folder)).toEqual(['warehouse.duckdb']);
    }
    expect(seen).toContain(0);
  });

  it('leaves within a second, however large the commit is', async () => {
    const place = new DuckdbPlace(await newFolder());
    const { error, seconds } = await stopInCommit(place, ['large'], 250_000, 30);
    expect(error?.code).toBe('ABORTED');
    expect(seconds).toBeLessThan(1);
    const rows = (await step(place)) === 1 ? [['large']] : [];
    expect(
      await place.query(`SELECT table_name FROM duckdb_tables() WHERE NOT starts_with(table_name, '_host_')`),
    ).toEqual(rows);
  });
});

describe('a run that is given up while it commits', () => {
  it('commits all of it or nothing', async () => {
    for (const afterMs of [0, 2, 6, 15]) {
      const place = new DuckdbPlace(await newFolder());
      const target = await DuckdbTarget.open(place.file);
      const session = await target.begin(targetRun());
      const tables = Array.from({ length: 8 }, (_, i) => `t${i}`);
      for (const name of tables) {
        const table = await session.openTable({ ...tableRequest([inferred('id')], 'append'), name });
        await table.write({ rows: [{ id: '1' }], firstRow: 1 });
      }
      const committing = session.commit({ ...FINAL_COMMIT, state: '{"step":1}' });
      const settled = Promise.allSettled([committing]);
      await sleep(afterMs);
      await session.rollback();
      await settled;
      await target.close();
      const done = await step(place);
      const found = await place.query(
        `SELECT sum(estimated_size) FROM duckdb_tables() WHERE NOT starts_with(table_name, '_host_')`,
      );
      expect(found).toEqual([[done === 1 ? String(tables.length) : null]]);
    }
  });
});

/** Whether this process may mount a file system of its own. */
function canMount(): boolean {
  const command = 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"';
  return spawnSync('sh', ['-c', command]).status === 0;
}

describe('a disk that is full in the middle of a commit', () => {
  const rowsOf = (n: number): object[] =>
    Array.from({ length: 1500 }, (_, i) => ({
      id: n * 1500 + i,
      text: String((n * 1500 + i) * 7919).repeat(40),
    }));
  const rows = function* (): Iterable<Emission> {
    for (let n = 0; n < 40; n += 1) {
      yield op.upsert('rows', rowsOf(n) as never);
      yield op.checkpoint({ step: n + 1 });
    }
  };
  const schema = { tables: [{ name: 'rows', primaryKey: ['id'] }] };
  const options = { mode: undefined, commitEvery: EACH_CHECKPOINT };

  if (canMount()) {
    it('leaves what was committed before with its state, and the next run goes on from there', async () => {
      const disk = join(await newFolder(), 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', disk]);
      try {
        const place = new DuckdbPlace(disk);
        const { error } = await place.run({ rows, schema, options });
        expect(error).toMatchObject({ name: 'TargetError', code: 'TARGET_DISK_FULL' });
        const done = await step(place);
        expect(done).toBeGreaterThan(0);
        expect(done).toBeLessThan(40);
        expect(await place.query('SELECT count(*), count(DISTINCT id), max(id) FROM rows')).toEqual([
          [String(done * 1500), String(done * 1500), String(done * 1500 - 1)],
        ]);
        execFileSync('mount', ['-o', 'remount,size=64m', disk]);
        const next = await place.run({ rows, schema, options });
        expect(next.error).toBeUndefined();
        expect(await step(place)).toBe(40);
        expect(await place.query('SELECT count(*), count(DISTINCT id) FROM rows')).toEqual([
          ['60000', '60000'],
        ]);
        expect(await readdir(disk)).toEqual(['warehouse.duckdb']);
      } finally {
        execFileSync('umount', [disk]);
      }
    });
  } else {
    it('cannot be tried where nothing may be mounted; a device that is always full is refused as a database', async () => {
      const place = new DuckdbPlace('/dev', 'full');
      await expect(place.run({ rows, schema, options })).rejects.toMatchObject({ name: 'TargetError' });
    });
  }
});
