import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { op, type Emission } from '../../../src/index.js';
import type { SyncOutcome } from '../../../src/sync/sync.js';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { Pipelines } from '../../../src/targets/duckdb/pipelines.js';
import type { Commit, RunRecord, TargetRun, TargetSession, WriteMode } from '../../../src/targets/target.js';
import { runRows } from '../../../src/testing/run-rows.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { inferred } from '../files/fixture.js';

const newFolder = tempFolders();

const RECORD: RunRecord = {
  status: 'succeeded',
  code: null,
  message: null,
  rowsRead: 1,
  rowsWritten: 1,
  rowsDeleted: 0,
  commits: 1,
};

const run = (runId: string, pipeline = 'orders'): TargetRun => ({
  runId,
  pipeline,
  signal: new AbortController().signal,
});

const commit = (who: string, isFinal = true): Commit => ({
  isFinal,
  state: JSON.stringify({ who }),
  fingerprint: null,
  format: 1,
  ...(isFinal ? { record: RECORD } : {}),
});

/** Opens the table and stages one row. */
async function write(session: TargetSession, mode: WriteMode, id: string): Promise<void> {
  const columns = [inferred('id')];
  const request = { name: 'orders', mode, columns, primaryKey: ['id'], hasOperations: mode === 'merge' };
  const table = await session.openTable(request);
  await table.write({ rows: [{ id }], firstRow: 1 });
}

/** Runs a statement in the instance that the targets of this process share. */
async function sql(file: string, statement: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.fromCache(file);
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(statement)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const age = (file: string, seconds: number): Promise<unknown> =>
  sql(
    file,
    `UPDATE _host_runs SET heartbeat_at = now() - INTERVAL ${seconds} SECOND WHERE status = 'running'`,
  );

describe('a run whose pipeline was taken over', () => {
  it.each(['overwrite', 'append', 'merge'] as const)('leaves no trace: %s', async (mode) => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const zombie = await target.begin(run('zombie'));
    await write(zombie, mode, 'of the zombie');
    await age(place.file, 31);
    const next = await target.begin(run('next'));
    await write(next, mode, 'of the next');
    await next.commit(commit('next', false));
    await expect(zombie.commit(commit('zombie'))).rejects.toMatchObject({
      name: 'TargetError',
      code: 'PIPELINE_FENCED',
    });
    await zombie.rollback({ ...RECORD, status: 'failed', code: 'PIPELINE_FENCED' });
    await next.commit(commit('next'));
    await next.finish?.(RECORD);
    await target.close();
    expect(await place.query('SELECT id FROM orders')).toEqual([['of the next']]);
    expect(await place.query('SELECT state, version, epoch FROM _host_state')).toEqual([
      ['{"who":"next"}', '2', '2'],
    ]);
    expect(await place.query('SELECT state FROM _host_state_history')).toEqual([]);
    expect(await place.query('SELECT run, status, code FROM _host_runs ORDER BY run')).toEqual([
      ['next', 'succeeded', null],
      ['zombie', 'failed', 'PIPELINE_FENCED'],
    ]);
    expect(
      await place.query(`SELECT table_name FROM duckdb_tables() WHERE table_name NOT IN
        ('_host_batches', '_host_meta', '_host_partitions', '_host_rejected_rows', '_host_runs', '_host_state', '_host_state_history', '_host_tables')`),
    ).toEqual([['orders']]);
  });

  it('leaves no trace either where it commits after the next one has ended', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const zombie = await target.begin(run('zombie'));
    await write(zombie, 'append', 'committed before');
    await zombie.commit(commit('zombie', false));
    await write(zombie, 'append', 'of the zombie');
    await age(place.file, 31);
    const next = await target.begin(run('next'));
    expect(next.saved?.state).toBe('{"who":"zombie"}');
    await next.rollback({ ...RECORD, status: 'failed' });
    await expect(zombie.commit(commit('zombie'))).rejects.toMatchObject({ code: 'PIPELINE_FENCED' });
    await zombie.rollback({ ...RECORD, status: 'failed' });
    await target.close();
    expect(await place.query('SELECT id FROM orders')).toEqual([['committed before']]);
    expect(await place.query('SELECT version FROM _host_state')).toEqual([['1']]);
  });
});

describe('a run whose pipeline is held', () => {
  it('is refused up to a heartbeat of 30 s, and while it stands it changes nothing', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const first = await target.begin(run('first'));
    await write(first, 'append', '1');
    for (const seconds of [0, 28]) {
      await age(place.file, seconds);
      await expect(target.begin(run('second'))).rejects.toMatchObject({
        name: 'TransientError',
        code: 'PIPELINE_BUSY',
        exitCode: 75,
      });
    }
    await first.commit(commit('first'));
    await first.finish?.(RECORD);
    await target.close();
    expect(await place.query('SELECT run, status FROM _host_runs')).toEqual([['first', 'succeeded']]);
    expect(await place.query('SELECT id FROM orders')).toEqual([['1']]);
  });

  it('does not count the time that both had to wait for the commit of a third', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const first = await target.begin(run('first'));
    await age(place.file, 40);
    const instance = await DuckDBInstance.fromCache(place.file);
    const connection = await instance.connect();
    const late = new Pipelines(connection, place.file);
    const askedAt = new Date(Date.now() - 15_000);
    await expect(late.claim('orders', 'second', askedAt)).rejects.toMatchObject({ code: 'PIPELINE_BUSY' });
    expect((await late.claim('orders', 'second')).claim.epoch).toBe(2);
    late.release('second');
    connection.closeSync();
    instance.closeSync();
    await first.rollback({ ...RECORD, status: 'failed' });
    await target.close();
  });
});

describe('runs that are stopped while they start', () => {
  it('do not look as if they went on', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const stop = new AbortController();
    const session = target.begin({ ...run('first'), signal: stop.signal });
    stop.abort(new Error('stopped'));
    await target.close();
    await expect(session).rejects.toThrow('stopped');
    expect(await place.query('SELECT run, status FROM _host_runs')).toEqual([['first', 'aborted']]);
  });
});

/** What a pipeline emits: so many steps, each a few rows and a checkpoint, with pauses in which others come by. */
function steps(who: string, shape: (step: number) => object): () => AsyncIterable<Emission> {
  return async function* () {
    for (let step = 1; step <= 8; step += 1) {
      const rows = [0, 1, 2].map((n) => ({ id: `${who} ${step}.${n}`, who, ...shape(step) }));
      yield op.upsert('orders', rows);
      await sleep(Math.random() * 4);
      yield op.checkpoint({ step });
    }
  };
}

/** Runs several pipelines beside each other in one process. */
async function beside(
  place: DuckdbPlace,
  primaryKey: readonly string[],
  shape: (who: string) => (step: number) => object,
  tableOf: (who: string) => string = () => 'orders',
): Promise<Record<string, SyncOutcome>> {
  const target = await DuckdbTarget.open(place.file);
  const outcomes = await Promise.all(
    ['a', 'b', 'c'].map(async (who) => {
      const rows = async function* (): AsyncIterable<Emission> {
        for await (const emission of steps(who, shape(who))()) {
          yield 'table' in (emission as object) ? { ...(emission as object), table: tableOf(who) } : emission;
        }
      };
      const outcome = await runRows({
        target,
        pipeline: who,
        rows,
        schema: { tables: [{ name: tableOf(who), ...(primaryKey.length > 0 ? { primaryKey } : {}) }] },
        options: { mode: undefined, commitEvery: { seconds: 0, rows: 0 } },
      });
      return [who, outcome] as const;
    }),
  );
  await target.close();
  return Object.fromEntries(outcomes);
}

/** What a pipeline has in the table is what its state says, whether it succeeded or not. */
async function expectNothingLost(
  place: DuckdbPlace,
  outcomes: Record<string, SyncOutcome>,
  tableOf: (who: string) => string = () => 'orders',
): Promise<void> {
  for (const [who, { error }] of Object.entries(outcomes)) {
    const [[state = null] = []] = await place.query(
      `SELECT state FROM _host_state WHERE pipeline = '${who}'`,
    );
    const { step } = state === null ? { step: 0 } : (JSON.parse(state as string) as { step: number });
    const rows = await place.query(`SELECT id FROM ${tableOf(who)} WHERE who = '${who}' ORDER BY id`);
    const ids = Array.from({ length: step }, (_, i) => [0, 1, 2].map((n) => [`${who} ${i + 1}.${n}`])).flat();
    expect(rows).toEqual(ids);
    if (error === undefined) expect(step).toBe(8);
  }
}

describe('pipelines beside each other in one process', () => {
  const errors = (outcomes: Record<string, SyncOutcome>): unknown[] =>
    Object.values(outcomes).flatMap(({ error }) => (error ? [error.message] : []));

  it('write tables of their own', async () => {
    const place = new DuckdbPlace(await newFolder());
    const tableOf = (who: string): string => `orders_${who}`;
    const outcomes = await beside(place, ['id'], (who) => (step) => ({ [`${who}${step}`]: step }), tableOf);
    expect(errors(outcomes)).toEqual([]);
    await expectNothingLost(place, outcomes, tableOf);
  });

  it.each([
    ['with a key', ['id']],
    ['without a key', []],
  ])('add rows to one table %s that is there', async (_name, key) => {
    const place = new DuckdbPlace(await newFolder());
    await place.run({ table: 'orders', rows: [{ id: 'old', who: 'nobody' }], schema: { primaryKey: key } });
    const outcomes = await beside(place, key, () => () => ({}));
    expect(errors(outcomes)).toEqual([]);
    await expectNothingLost(place, outcomes);
    expect(await place.query('SELECT count(*) FROM orders')).toEqual([['73']]);
  });

  it.each([
    ['make one table', () => () => ({})],
    ['add the same column to one table', () => (step: number) => (step < 4 ? {} : { more: step })],
    [
      'add columns of their own to one table',
      (who: string) => (step: number) => (step < 4 ? {} : { [who]: step }),
    ],
    ['widen one column', () => (step: number) => ({ n: step < 4 ? step : step + 0.5 })],
    [
      'widen one column in different ways',
      (who: string) => (step: number) => ({ n: step < 4 ? step : who === 'a' ? 'text' : step + 0.5 }),
    ],
  ])('lose nothing in silence where they %s', async (name, shape) => {
    const place = new DuckdbPlace(await newFolder());
    const old = [{ id: 'old', who: 'nobody', n: 1 }];
    if (!name.startsWith('make'))
      await place.run({ table: 'orders', rows: old, schema: { primaryKey: ['id'] } });
    const outcomes = await beside(place, ['id'], shape);
    await expectNothingLost(place, outcomes);
    const failed = Object.values(outcomes).flatMap(({ error }) => (error ? [error] : []));
    // The first one to change the table had no reason to fail.
    expect(failed.length).toBeLessThan(3);
    for (const error of failed)
      expect(error).toMatchObject({ name: 'TransientError', code: 'TARGET_BUSY', exitCode: 75 });
  });
});
