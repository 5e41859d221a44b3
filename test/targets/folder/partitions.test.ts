import { describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emission } from '../../../src/sdk/connector.js';
import { op } from '../../../src/sdk/operations.js';
import type { Row } from '../../../src/sdk/schema.js';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { FolderTarget, type FolderFormat } from '../../../src/targets/folder/folder-target.js';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import type { PartitionedSession } from '../../../src/targets/target.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { runPartitions } from '../../fixtures/partition-runs.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { declared, inferred, load, targetRun } from '../files/fixture.js';
import {
  batchOf,
  commitOf,
  DAY_COUNTRY,
  ended,
  FAILED,
  foldersOf,
  loadPartition,
  openPartition,
  partitionRun,
  treeOf,
} from './partition-fixture.js';

const newFolder = tempFolders();

async function newPlace(format: FolderFormat = 'csv') {
  const root = await newFolder();
  const folder = join(root, 'out');
  const journalFolder = join(root, '.host');
  const target = new FolderTarget(`${folder}/`, format, { journalFolder });
  const begin = async (runId = 'run-1', batch = runId): Promise<PartitionedSession> => {
    const session = await target.beginPartitions({ ...targetRun(), runId, pipeline: 'events' });
    await session.start(batchOf(batch));
    return session;
  };
  return {
    root,
    folder,
    target,
    begin,
    /** One run that writes these partitions, one after the other. */
    run: async (
      parts: Record<string, number[]>,
      how: Parameters<typeof loadPartition>[3] & { runId?: string } = {},
    ) => {
      const { runId = 'run-1' } = how;
      const session = await begin(runId);
      for (const [id, ids] of Object.entries(parts)) {
        const rows = ids.map((each) => ({ id: each }));
        await loadPartition(session, id, rows, { ...how, run: { runId } });
      }
      await session.finish(ended());
    },
    ledger: () => (target.partitionLedger as NonNullable<typeof target.partitionLedger>)('events'),
    store: new JournalStore(journalFolder),
    /** Lines of the pipeline's journal. */
    journal: async () => {
      const [name = ''] = (await readdir(journalFolder)).filter((each) => each.endsWith('.journal'));
      const text = await readFile(join(journalFolder, name), 'utf8');
      return text
        .split('\n')
        .slice(0, -1)
        .map((each) => JSON.parse(each.slice(9)) as { type: string; entries: unknown[] });
    },
  };
}

const FR = '2026-11-21|FR';
const IT = '2026-11-21|IT';
const file = (id: string, ending = 'csv') => {
  const [day, country] = id.split('|');
  return `rows/day=${day}/country=${country}/part.${ending}`;
};

describe('a folder of partitions', () => {
  it('has a file for each, in folders that say its values, with its id in each row', async () => {
    const { run, folder } = await newPlace();
    await run({ [FR]: [1, 2], [IT]: [3], '2026-11-22|FR': [] });
    expect(await treeOf(folder)).toEqual({
      [file(FR)]: `id,_partition\n1,${FR}\n2,${FR}\n`,
      [file(IT)]: `id,_partition\n3,${IT}\n`,
      [file('2026-11-22|FR')]: 'id,_partition\n',
    });
  });

  it('replaces one and leaves the others byte-equal; lines have the id as well', async () => {
    const { run, folder } = await newPlace('ndjson');
    await run({ [FR]: [1], [IT]: [2] });
    await run({ [FR]: [7, 8] }, { runId: 'run-2' });
    expect(await treeOf(folder)).toEqual({
      [file(FR, 'ndjson')]: `{"id":7,"_partition":"${FR}"}\n{"id":8,"_partition":"${FR}"}\n`,
      [file(IT, 'ndjson')]: `{"id":2,"_partition":"${IT}"}\n`,
    });
  });

  it('adds to one, with commits on the way and the state of each partition', async () => {
    const { run, begin, folder, ledger } = await newPlace();
    await run({ [FR]: [1], [IT]: [2] }, { mode: 'append', commit: { state: '"one"' } });
    const session = await begin('run-2');
    const below = await openPartition(session, FR, [{ id: 3 }], { mode: 'append', run: { runId: 'run-2' } });
    expect(below.saved).toEqual({ state: '"one"', version: 1, fingerprint: null, format: 1 });
    await below.commit(commitOf(1, { isFinal: false, state: '"two"', fingerprint: { p: 'h' } }));
    expect((await session.ledger?.find([FR]))?.get(FR)).toMatchObject({ status: 'unfinished', rows: 2 });
    const table = await below.openTable({ name: 'more', mode: 'append', columns: [], primaryKey: [] });
    await table.alter({ columns: [inferred('x')], added: [inferred('x')], retyped: [] });
    await table.write({ rows: [{ x: 'y' }], firstRow: 2 });
    expect(await below.commit(commitOf(2, { state: '"three"' }))).toEqual({
      rowsDeleted: 0,
      stateVersion: 3,
    });
    await below.finish?.(ended());
    await session.finish(ended());
    expect(await treeOf(folder)).toEqual({
      [file(FR).replace('rows', 'more')]: `_partition,x\n${FR},y\n`,
      [file(FR)]: `id,_partition\n1,${FR}\n3,${FR}\n`,
      [file(IT)]: `id,_partition\n2,${IT}\n`,
    });
    const found = await ledger();
    expect((await found.find([FR, IT, 'other'])).get(FR)).toMatchObject({ status: 'completed', rows: 3 });
    expect([...(await found.states([FR, IT, 'other']))]).toEqual([
      [FR, { state: '"three"', version: 3, fingerprint: { p: 'h' }, format: 1 }],
      [IT, { state: '"one"', version: 1, fingerprint: null, format: 1 }],
    ]);
  });

  it('commits those that wait at one moment in one line; one that fails leaves the others alone', async () => {
    const { begin, folder, journal, ledger } = await newPlace();
    const session = await begin();
    const ids = Array.from({ length: 8 }, (_, i) => `2026-11-21|C${i}`);
    let staged = 0;
    const partition = (id: string) => ({ id, partitioning: DAY_COUNTRY, onStaged: () => (staged += 1) });
    const sessions = [];
    for (const [i, id] of ids.entries())
      sessions.push(await openPartition(session, id, [{ id: i }], { run: { partition: partition(id) } }));
    const last = sessions.pop();
    const commits = sessions.map((below) => below.commit(commitOf(1, { fingerprint: { p: 'h' } })));
    await last?.rollback(FAILED);
    await Promise.all(commits);
    expect(staged).toBe(7);
    await session.finish(ended());
    expect(Object.keys(await treeOf(folder))).toEqual(ids.slice(0, 7).map((id) => file(id)));
    const lines = await journal();
    expect(lines.filter(({ type }) => type === 'group').length).toBeLessThan(7);
    // One that failed goes with those that are committed at that moment, or has a line of its own.
    const noted = lines.filter(({ type }) => type === 'group' || type === 'tried');
    expect(noted.flatMap(({ entries }) => entries)).toHaveLength(8);
    const failed = [];
    for await (const page of (await ledger()).list('failed')) failed.push(...page);
    expect(failed).toEqual([
      {
        partition: '2026-11-21|C7',
        status: 'failed',
        batch: 'run-1',
        run: 'run-1',
        rows: 0,
        code: 'SOURCE_FAILED',
        message: 'the source failed',
        endedAt: expect.any(String),
      },
    ]);
  });

  it('one that fails keeps the rows that it had, and its folder goes where it had none', async () => {
    const { run, begin, folder, ledger } = await newPlace();
    await run({ [FR]: [1, 2] });
    const session = await begin('run-2', 'batch-2');
    for (const id of [FR, '2026-11-22|IT']) {
      const below = await openPartition(session, id, [{ id: 9 }], { run: { runId: 'run-2' } });
      await below.rollback(id === FR ? FAILED : { ...FAILED, status: 'aborted' });
    }
    await session.rollback(FAILED);
    expect(await treeOf(folder)).toEqual({ [file(FR)]: `id,_partition\n1,${FR}\n2,${FR}\n` });
    expect(await foldersOf(folder)).toEqual([
      'rows',
      'rows/day=2026-11-21',
      'rows/day=2026-11-21/country=FR',
    ]);
    const found = await (await ledger()).find([FR, '2026-11-22|IT']);
    expect(found.get(FR)).toMatchObject({ status: 'failed', batch: 'batch-2', run: 'run-2', rows: 2 });
    // One that was stopped is as it was.
    expect(found.has('2026-11-22|IT')).toBe(false);
  });

  it('knows what has completed, of any run and of one batch', async () => {
    const { run, begin, ledger } = await newPlace();
    await run({ [FR]: [1], [IT]: [2] });
    await run({ [IT]: [3] }, { runId: 'run-2' });
    const session = await begin('run-3', 'run-1');
    const below = await openPartition(session, '2026-11-22|IT', [{ id: 9 }], { run: { runId: 'run-3' } });
    await below.rollback(FAILED);
    const asked = [FR, IT, '2026-11-22|IT', '2026-11-23|IT'];
    for (const looked of [session.ledger, await ledger()]) {
      const [any, first, second] = [
        await looked?.completed(),
        await looked?.completed('run-1'),
        await looked?.completed('run-2'),
      ];
      expect(asked.filter((id) => any?.has(id))).toEqual([FR, IT]);
      expect(asked.filter((id) => first?.has(id))).toEqual([FR]);
      expect(asked.filter((id) => second?.has(id))).toEqual([IT]);
    }
    await session.finish(ended());
  });

  it('one that is read again in the same run is what its last try made of it', async () => {
    const { begin, folder, ledger } = await newPlace();
    const session = await begin();
    const first = await openPartition(session, FR, [{ id: 1 }]);
    await first.rollback(FAILED);
    await loadPartition(session, FR, [{ id: 2 }], { commit: { isPartial: true } });
    await session.finish(ended());
    expect(await treeOf(folder)).toEqual({ [file(FR)]: `id,_partition\n2,${FR}\n` });
    expect((await (await ledger()).find([FR])).get(FR)).toMatchObject({
      status: 'unfinished',
      rows: 1,
      code: null,
    });
  });

  it('remembers what was chosen, and which parameters it was loaded with', async () => {
    const { run, begin, ledger, store } = await newPlace();
    expect(await (await ledger()).batch()).toBeNull();
    await run({ [FR]: [1] }, { commit: { fingerprint: { p: 'h' } } });
    const session = await begin('run-2', 'run-1');
    expect(session.saved).toEqual({ state: null, version: 1, fingerprint: { p: 'h' }, format: 1 });
    expect(await session.ledger?.batch()).toEqual(batchOf('run-1'));
    await session.rollback(FAILED);
    expect(await (await ledger()).batch()).toEqual(batchOf('run-1'));
    expect(await store.runs('events', 5)).toMatchObject([
      { run: 'run-2', status: 'failed' },
      { run: 'run-1', status: 'succeeded' },
    ]);
  });

  it('lists records in the order of their ids, in pages', async () => {
    const { begin, ledger } = await newPlace();
    const session = await begin();
    for (const id of ['b|x', 'a|x', 'a|b', 'Z|x']) await loadPartition(session, id, []);
    await session.finish(ended());
    const pages = [];
    for await (const page of (await ledger()).list()) pages.push(page.map(({ partition }) => partition));
    expect(pages).toEqual([['Z|x', 'a|b', 'a|x', 'b|x']]);
  });

  it('one that has lost its columns is emptied, with the header that readers need', async () => {
    const { run, folder } = await newPlace();
    await run({ [FR]: [1], [IT]: [2] });
    await run({ [FR]: [] }, { runId: 'run-2', columns: [] });
    await run({ '2026-11-22|FR': [] }, { runId: 'run-3', columns: [] });
    expect(await treeOf(folder)).toEqual({
      [file(FR)]: 'id,_partition\n',
      [file(IT)]: `id,_partition\n2,${IT}\n`,
    });
    expect(await foldersOf(folder)).not.toContain('rows/day=2026-11-22');
  });

  it('removes partitions with their files, folders and records, and nothing of anybody else', async () => {
    const { run, begin, folder, ledger } = await newPlace();
    await run({ [FR]: [1, 2], [IT]: [3], '2026-11-22|FR': [4] });
    await writeFile(join(folder, 'rows/day=2026-11-21/country=IT/notes.txt'), 'mine');
    const session = await begin('run-2', 'run-1');
    expect(await session.remove?.([IT, '2026-11-22|FR', '2026-11-23|FR'])).toBe(2);
    await loadPartition(session, '2026-11-22|FR', [{ id: 5 }], { run: { runId: 'run-2' } });
    await session.finish(ended());
    expect(await treeOf(folder)).toEqual({
      [file(FR)]: `id,_partition\n1,${FR}\n2,${FR}\n`,
      'rows/day=2026-11-21/country=IT/notes.txt': 'mine',
      [file('2026-11-22|FR')]: 'id,_partition\n5,2026-11-22|FR\n',
    });
    const ids = [];
    for await (const page of (await ledger()).list()) ids.push(...page.map(({ partition }) => partition));
    expect(ids).toEqual([FR, '2026-11-22|FR']);
  });

  it('a reset of the state clears cursors, and keeps the ledger', async () => {
    const { run, ledger, store } = await newPlace();
    await run({ [FR]: [1] }, { mode: 'append', commit: { state: '"one"' } });
    await store.save('events', null, 'state reset');
    const found = await ledger();
    expect((await found.find([FR])).get(FR)).toMatchObject({ status: 'completed', rows: 1 });
    expect((await found.states([FR])).get(FR)).toEqual({
      state: null,
      version: 2,
      fingerprint: null,
      format: 1,
    });
  });

  it('one whose files somebody removed is not complete any more, and is read from its start', async () => {
    const { run, begin, folder, ledger } = await newPlace();
    const ids = [FR, IT, '2026-11-22|FR'];
    await run({ [FR]: [1], [IT]: [2], '2026-11-22|FR': [3] }, { commit: { state: '"one"' } });
    await rm(join(folder, file(FR)));
    await rm(join(folder, 'rows/day=2026-11-22'), { recursive: true });
    const known = async (): Promise<unknown> => {
      const records = [...(await (await ledger()).find(ids)).values()];
      return records.map(({ status, isLost, rows, code }) => [status, isLost, rows, code]);
    };
    const lost = ['unfinished', true, 0, 'FILE_CHANGED'];
    const kept = ['completed', undefined, 1, null];
    expect(await known()).toEqual([lost, kept, lost]);
    const session = await begin('run-2');
    expect((await session.ledger?.find(ids))?.get(FR)?.status).toBe('unfinished');
    const below = await openPartition(session, FR, [{ id: 5 }], { run: { runId: 'run-2' } });
    expect(below.saved?.state).toBeNull();
    await below.commit(commitOf(1));
    await below.finish?.(ended());
    expect((await session.ledger?.find(ids))?.get(FR)?.status).toBe('completed');
    await session.finish(ended());
    expect(await known()).toEqual([kept, kept, lost]);
    await rm(folder, { recursive: true });
    expect(await known()).toEqual([lost, lost, lost]);
  });

  it.each(['csv', 'parquet'] as const)(
    'that a limit cuts while rows are added gets none of %s, so that a resumed run adds each once',
    async (format) => {
      const { target, folder, root } = await newPlace(format);
      const options = { mode: 'append' } as const;
      const rows = (): Row[] => Array.from({ length: 3000 }, (_, id) => ({ id }));
      const run = { target, rows, options, concurrency: 1, pipeline: 'events' };
      await runPartitions({ ...run, partitions: [FR], limit: 2999 });
      expect(await readdir(root)).toEqual(['.host']);
      await runPartitions({ ...run, partitions: [FR] });
      const database = new DuckdbPlace(root, 'look.duckdb');
      expect(await database.query(`SELECT count(*), max(id) FROM '${folder}/**/*.${format}'`)).toEqual([
        ['3000', '2999'],
      ]);
    },
  );

  it('that would become empty is refused, unless that is allowed', async () => {
    const { target, folder } = await newPlace();
    const rows = (id: string): Emission[] => [op.upsert('rows', [{ id }])];
    const run = { target, pipeline: 'events', partitions: [FR] };
    await runPartitions({ ...run, options: { mode: 'overwrite' }, rows });
    const before = await treeOf(folder);
    const none = { ...run, rows: () => [] };
    const refused = await runPartitions({ ...none, options: { mode: 'overwrite' } });
    expect([...refused.values()]).toMatchObject([{ error: { code: 'GUARD_REFUSED' } }]);
    expect(await treeOf(folder)).toEqual(before);
    await runPartitions({ ...none, options: { mode: 'overwrite', allowEmpty: true } });
    expect(await treeOf(folder)).toEqual({ [file(FR)]: '_partition,id\n' });
  });

  it('that gives a table no rows any more is emptied there, with its header, and nothing else is touched', async () => {
    const { target, folder } = await newPlace();
    const options = { mode: 'overwrite' } as const;
    const both = (id: string): Emission[] => ['rows', 'notes'].map((table) => op.upsert(table, [{ id }]));
    const run = { target, options, pipeline: 'events' };
    await runPartitions({ ...run, partitions: [FR, IT], rows: both });
    await runPartitions({
      ...run,
      partitions: [FR, '2026-11-22|FR'],
      rows: (id) => both(id).slice(0, 1),
    });
    const notes = (id: string): string => file(id).replace('rows', 'notes');
    expect(await treeOf(folder)).toEqual({
      [file(FR)]: `_partition,id\n${FR},${FR}\n`,
      [file(IT)]: `_partition,id\n${IT},${IT}\n`,
      [file('2026-11-22|FR')]: '_partition,id\n2026-11-22|FR,2026-11-22|FR\n',
      [notes(FR)]: '_partition,id\n',
      [notes(IT)]: `_partition,id\n${IT},${IT}\n`,
    });
  });

  it('without rows and columns is complete without a file', async () => {
    const { run, ledger } = await newPlace();
    await run({ [FR]: [] }, { columns: [], table: 'bare' });
    expect((await (await ledger()).find([FR])).get(FR)).toMatchObject({ status: 'completed', rows: 0 });
  });

  it('of Parquet that is added to, what is left of a partition counts', async () => {
    const { run, folder, ledger } = await newPlace('parquet');
    for (const runId of ['run-1', 'run-2']) await run({ [FR]: [1] }, { mode: 'append', runId });
    const status = async (): Promise<unknown> => (await (await ledger()).find([FR])).get(FR)?.status;
    const place = join(folder, 'rows/day=2026-11-21/country=FR');
    const [first = '', second = ''] = await readdir(place);
    await rm(join(place, first));
    expect(await status()).toBe('completed');
    await rm(join(place, second));
    expect(await status()).toBe('unfinished');
  });

  it('without a place for a journal each partition is written all the same', async () => {
    const root = await newFolder();
    const target = new FolderTarget(join(root, 'out/'), 'csv');
    const session = await target.beginPartitions({ ...targetRun(), pipeline: 'events' });
    expect([session.ledger, session.saved, target.partitionLedger]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await session.start(batchOf('run-1'));
    await loadPartition(session, FR, [{ id: 1 }]);
    await (await openPartition(session, IT, [{ id: 2 }])).rollback(FAILED);
    await session.finish(ended());
    expect(await treeOf(join(root, 'out'))).toEqual({ [file(FR)]: `id,_partition\n1,${FR}\n` });
  });
});

describe('a run that is stopped', () => {
  it('while commits are decided: what counts is in the files, and nothing else', async () => {
    const { begin, folder, ledger } = await newPlace();
    const session = await begin();
    const ids = Array.from({ length: 8 }, (_, i) => `2026-11-21|C${i}`);
    const open = await Promise.all(ids.map((id, i) => openPartition(session, id, [{ id: i }])));
    const commits = open.map((below) => below.commit(commitOf(1)));
    // Some wait, some are on their way.
    for (const [i, below] of open.entries()) {
      for (let turns = 0; turns < i; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      await below.rollback({ ...FAILED, status: 'aborted' });
    }
    const outcomes = await Promise.allSettled(commits);
    await session.rollback({ ...FAILED, status: 'aborted' });
    const found = await (await ledger()).find(ids);
    const completed = ids.filter((id) => found.get(id)?.status === 'completed');
    expect(completed).toEqual(ids.filter((_, i) => outcomes[i]?.status === 'fulfilled'));
    const tree = await treeOf(folder).catch(() => ({}));
    expect(Object.keys(tree)).toEqual(completed.map((id) => file(id)));
    expect(found.size).toBe(completed.length);
    // Nothing is left for the next claim to undo.
    await (await begin('run-2')).rollback(FAILED);
    expect(await treeOf(folder).catch(() => ({}))).toEqual(tree);
  });
});

describe('rows that are kept aside', () => {
  it('by partitions side by side are all there, and go when their own partition is replaced', async () => {
    const { begin, target } = await newPlace();
    const rejected = { table: 'rows', number: 1, code: 'BAD', reason: 'bad', row: { id: 'x' } };
    const load = async (runId: string, ids: readonly string[], rejects: boolean): Promise<void> => {
      const session = await begin(runId);
      const open = await Promise.all(
        ids.map((id) => openPartition(session, id, [{ id: 1 }], { run: { runId } })),
      );
      await Promise.all(
        open.map(async (below) => {
          if (rejects) below.reject?.([rejected]);
          await below.commit(commitOf(1));
          await below.finish?.(ended());
        }),
      );
      await session.finish(ended());
    };
    const kept = async () => {
      const rows = [];
      for await (const page of (await target.rejected()).rows('events')) rows.push(...page);
      return rows.map(({ run, partition }) => `${run} ${partition}`).sort();
    };
    const ids = Array.from({ length: 6 }, (_, i) => `2026-11-21|C${i}`);
    await load('run-1', ids, true);
    expect(await kept()).toEqual(ids.map((id) => `run-1 ${id}`));
    await load('run-2', ids.slice(3), false);
    expect(await kept()).toEqual(ids.slice(0, 3).map((id) => `run-1 ${id}`));
    await load('run-3', ids.slice(2, 4), true);
    expect(await kept()).toEqual([
      ...ids.slice(0, 2).map((id) => `run-1 ${id}`),
      ...ids.slice(2, 4).map((id) => `run-3 ${id}`),
    ]);
  });
});

it('one file cannot be cut', () => {
  expect(Reflect.get(new CsvTarget('rows.csv'), 'beginPartitions')).toBeUndefined();
});

describe('refused', () => {
  it('a table that is there as a whole, and a whole table where there are partitions', async () => {
    const { target, run, begin, folder } = await newPlace();
    await load(target, [declared('id', 'bigint')], [{ id: 1 }]);
    const session = await begin();
    await expect(openPartition(session, FR, [], { table: 'orders' })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'TARGET_MODE_UNSUPPORTED',
      message: `table "orders" cannot be cut into partitions, since "${folder}/orders.csv" is there already`,
    });
    await session.rollback(FAILED);
    await run({ [FR]: [1] }, { table: 'cut' });
    const whole = await target.begin({ ...targetRun(), pipeline: 'whole' });
    const columns = [declared('id', 'bigint')];
    for (const mode of ['append', 'overwrite'] as const) {
      await expect(whole.openTable({ name: 'cut', mode, columns, primaryKey: [] })).rejects.toMatchObject({
        code: 'TARGET_MODE_UNSUPPORTED',
        message: `table "cut" cannot be written as a whole, since "${folder}/cut" is cut into partitions`,
      });
    }
    await whole.rollback();
  });

  it('another format beside the one that is there, until that is moved away', async () => {
    const { run, folder, root } = await newPlace('parquet');
    await run({ [FR]: [1], [IT]: [2] });
    const other = new FolderTarget(`${folder}/`, 'csv', { journalFolder: join(root, '.host') });
    const session = await other.beginPartitions({ ...targetRun(), runId: 'run-2', pipeline: 'events' });
    await session.start(batchOf('run-2'));
    expect((await session.ledger?.find([FR]))?.get(FR)?.status).toBe('unfinished');
    await expect(
      loadPartition(session, '2026-11-22|FR', [{ id: 1 }], { run: { runId: 'run-2' } }),
    ).rejects.toMatchObject({
      code: 'TARGET_MODE_UNSUPPORTED',
      message: `partitions of table "rows" cannot be written as csv, since those in "${join(folder, 'rows')}" are parquet`,
    });
    await session.rollback(FAILED);
    await rm(join(folder, 'rows'), { recursive: true });
    const again = await other.beginPartitions({ ...targetRun(), runId: 'run-3', pipeline: 'events' });
    await again.start(batchOf('run-3'));
    await loadPartition(again, FR, [{ id: 1 }], { run: { runId: 'run-3' } });
    await again.finish(ended());
    expect(await treeOf(folder)).toEqual({ [file(FR)]: `id,_partition\n1,${FR}\n` });
  });

  it('a folder that the file system takes for that of another partition', async () => {
    const { run, begin, folder } = await newPlace();
    await run({ [FR]: [1], [IT]: [2] });
    const day = join(folder, 'rows/day=2026-11-21');
    // What a file system that ignores case would find.
    for (const name of ['country=fr', 'COUNTRY=FR']) await symlink('country=FR', join(day, name));
    const session = await begin('run-2');
    const load = { run: { runId: 'run-2' } };
    await expect(loadPartition(session, '2026-11-21|fr', [{ id: 9 }], load)).rejects.toMatchObject({
      code: 'NAMES_COLLIDE',
      exitCode: 2,
    });
    await loadPartition(session, FR, [{ id: 5 }], load);
    await loadPartition(session, '2026-11-21|DE', [{ id: 6 }], load);
    await loadPartition(session, '2026-11-22|FR', [{ id: 7 }], load);
    await session.finish(ended());
    expect(await readFile(join(folder, file(FR)), 'utf8')).toBe(`id,_partition\n5,${FR}\n`);
    expect((await readdir(day)).sort()).toEqual([
      'COUNTRY=FR',
      'country=DE',
      'country=FR',
      'country=IT',
      'country=fr',
    ]);
  });

  it('a column of the name that the host needs, declared or found', async () => {
    const { begin } = await newPlace();
    const session = await begin();
    const below = await session.begin(partitionRun(FR));
    const columns = [declared('_Partition', 'string')];
    const taken = { name: 'ConfigError', code: 'COLUMN_NAME_INVALID' };
    const request = { name: 'rows', mode: 'overwrite', columns, primaryKey: [] } as const;
    await expect(below.openTable(request)).rejects.toMatchObject(taken);
    const table = await below.openTable({ ...request, name: 'more', columns: [] });
    const added = [inferred('_partition')];
    await expect(table.alter({ columns: added, added, retyped: [] })).rejects.toMatchObject(taken);
    await below.rollback(FAILED);
    await session.rollback(FAILED);
  });

  it.each(['2026-11-21', 'a|b|c', '2026-11-21|', '|FR'])('an id that is not two values: %s', async (id) => {
    const { begin, ledger, folder } = await newPlace();
    const session = await begin();
    await expect(session.begin(partitionRun(id))).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'PARTITIONING_INVALID',
    });
    await session.rollback(FAILED);
    expect((await (await ledger()).find([id])).get(id)).toMatchObject({
      status: 'failed',
      code: 'PARTITIONING_INVALID',
    });
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a second run while the first one lives', async () => {
    const { begin } = await newPlace();
    const session = await begin();
    await expect(begin('run-2')).rejects.toMatchObject({ code: 'PIPELINE_BUSY' });
    await session.rollback(FAILED);
    await (await begin('run-2')).rollback(FAILED);
  });

  it('a file that somebody changed since, of that partition alone', async () => {
    const { run, begin, folder } = await newPlace();
    await run({ [FR]: [1], [IT]: [2] }, { mode: 'append' });
    await writeFile(join(folder, file(FR)), 'id,_partition\n5,x\n');
    const session = await begin('run-2');
    const below = await session.begin(partitionRun(FR, { runId: 'run-2' }));
    const request = {
      name: 'rows',
      mode: 'append',
      columns: [declared('id', 'bigint')],
      primaryKey: [],
    } as const;
    await expect(below.openTable(request)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    await below.rollback(FAILED);
    await loadPartition(session, IT, [{ id: 3 }], { mode: 'append', run: { runId: 'run-2' } });
    await session.finish(ended());
    expect(await readFile(join(folder, file(IT)), 'utf8')).toBe(`id,_partition\n2,${IT}\n3,${IT}\n`);
  });

  it('a commit of a run that was taken over', async () => {
    const { begin, root, folder } = await newPlace();
    const session = await begin();
    const below = await openPartition(session, FR, [{ id: 1 }]);
    const old = new Date(Date.now() - 31_000);
    for (const name of await readdir(join(root, '.host'))) await utimes(join(root, '.host', name), old, old);
    const taker = await begin('taker');
    await expect(below.commit(commitOf(1))).rejects.toMatchObject({ code: 'PIPELINE_FENCED' });
    await below.rollback(FAILED);
    await session.rollback(FAILED);
    await loadPartition(taker, FR, [{ id: 2 }], { run: { runId: 'taker' } });
    await taker.finish(ended());
    expect(await treeOf(folder)).toEqual({ [file(FR)]: `id,_partition\n2,${FR}\n` });
  });

  it('one whose folder cannot be made, while others go on', async () => {
    const { begin, folder } = await newPlace();
    await mkdir(join(folder, 'rows'), { recursive: true });
    await writeFile(join(folder, 'rows', 'day=2026-11-22'), 'a file');
    const session = await begin();
    await loadPartition(session, FR, [{ id: 1 }]);
    await expect(openPartition(session, '2026-11-22|FR', [])).rejects.toMatchObject({ name: 'TargetError' });
    await loadPartition(session, IT, [{ id: 2 }]);
    await session.finish(ended());
    expect(Object.keys(await treeOf(folder))).toEqual([file(FR), file(IT), 'rows/day=2026-11-22']);
  });
});
