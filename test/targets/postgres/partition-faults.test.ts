import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError } from '../../../src/sdk/errors.js';
import { op } from '../../../src/sdk/operations.js';
import type { Row } from '../../../src/sdk/schema.js';
import { PostgresTarget } from '../../../src/targets/postgres/postgres-target.js';
import { runPartitions, type PartitionOutcomes, type PartitionsRun } from '../../fixtures/partition-runs.js';
import { PostgresPlace } from '../../fixtures/postgres-place.js';
import { CuttingProxy, type Cut } from '../../helpers/cutting-proxy.js';
import { ask, usePostgres } from '../../helpers/postgres-server.js';

const server = usePostgres();
const newPlace = async (): Promise<PostgresPlace> => new PostgresPlace(await server.newDatabase());

const KILL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const KEYED = {
  columns: [
    { name: 'id', type: 'bigint' },
    { name: 'name', type: 'string' },
  ],
  primaryKey: ['id'],
} as const;
/** More than a partition may hold in memory, so that they wait in a stage of their own. */
const MANY = Array.from({ length: 3000 }, (_, id) => ({ id, name: 'x' }));
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];

async function run(
  { url, options }: PostgresPlace,
  partitions: Omit<PartitionsRun, 'target'>,
): Promise<PartitionOutcomes> {
  const target = await PostgresTarget.open(url, options);
  try {
    return await runPartitions({ target, ...partitions });
  } finally {
    await target.close();
  }
}

const codes = (outcomes: PartitionOutcomes): Record<string, string> =>
  Object.fromEntries([...outcomes].flatMap(([id, { error }]) => (error ? [[id, error.code]] : [])));

const counts = (place: PostgresPlace): Promise<(string | null)[][]> =>
  place.query('SELECT _partition, count(*), count(DISTINCT id) FROM rows GROUP BY 1 ORDER BY 1');
const ledger = (place: PostgresPlace): Promise<(string | null)[][]> =>
  place.query('SELECT partition, status, code FROM _host_partitions ORDER BY 1');

const whole = (ids = IDS): string[][] => ids.map((id) => [id, '3000', '3000']);

/** Waits until a query gives a row. */
async function until(place: PostgresPlace, query: string): Promise<void> {
  while ((await place.query(query)).length === 0) await sleep(5);
}

/** Yields many rows, in the middle of which one partition does something once. */
function disturbed(at: string, step: () => Promise<unknown>): PartitionsRun['rows'] {
  let isDone = false;
  return async function* (id) {
    yield MANY;
    if (id !== at || isDone) return;
    isDone = true;
    await step();
  };
}

describe('a connection that is lost', () => {
  it('while rows of partitions are on their way: they are read again', async () => {
    const place = await newPlace();
    const outcomes = await run(place, {
      partitions: IDS,
      concurrency: 3,
      options: { retries: 3 },
      rows: disturbed('b', () => place.query(KILL)),
    });
    expect(codes(outcomes)).toEqual({});
    expect(await counts(place)).toEqual(whole());
  });

  it('fails those that are on their way where nothing is read again, and leaves nothing of them', async () => {
    const place = await newPlace();
    const outcomes = await run(place, {
      partitions: IDS,
      concurrency: 1,
      rows: disturbed('c', async () => {
        await until(place, `SELECT FROM pg_class WHERE relname = '_host_stage_3'`);
        await until(place, `SELECT FROM _host_partitions WHERE partition = 'b'`);
        await place.query(KILL);
      }),
    });
    expect(codes(outcomes)).toMatchObject({ c: 'TARGET_UNAVAILABLE' });
    expect(outcomes.get('c')?.error?.name).toBe('TransientError');
    // Another one may have begun before the end of the connection was heard of.
    const failed = Object.keys(codes(outcomes));
    expect(await counts(place)).toEqual(whole(IDS.filter((id) => !failed.includes(id))));
    expect(await ledger(place)).toEqual(
      IDS.map((id) => (failed.includes(id) ? [id, 'failed', 'TARGET_UNAVAILABLE'] : [id, 'completed', null])),
    );
    expect(codes(await run(place, { partitions: failed, rows: () => [MANY] }))).toEqual({});
    expect(await counts(place)).toEqual(whole());
  });

  it.each<[Cut, string]>([
    ['before-answer', 'after the commit took place, goes on'],
    ['before-request', 'before the commit took place, reads again'],
  ])('during COMMIT, %s: %s', async (cut) => {
    const place = await newPlace();
    const proxy = await CuttingProxy.to(place.url);
    try {
      const reads: string[] = [];
      const outcomes = await run(new PostgresPlace(proxy.urlOf(place.url)), {
        partitions: IDS,
        concurrency: 1,
        options: { retries: 3 },
        rows: (id) => {
          if (id === 'd' && !reads.includes('d')) proxy.cutAt('COMMIT', cut);
          reads.push(id);
          return [MANY];
        },
      });
      expect(codes(outcomes)).toEqual({});
      expect(proxy.cuts).toBe(1);
      expect(await counts(place)).toEqual(whole());
      expect(await ledger(place)).toEqual(IDS.map((id) => [id, 'completed', null]));
      if (cut === 'before-request') expect(reads.length).toBeGreaterThan(IDS.length);
    } finally {
      await proxy.close();
    }
  });

  it('with a server that restarts is had again', async () => {
    const place = await newPlace();
    const rows = disturbed('b', () => server.restart());
    expect(
      codes(await run(place, { partitions: IDS, concurrency: 2, options: { retries: 3 }, rows })),
    ).toEqual({});
    expect(await counts(place)).toEqual(whole());
    expect(await place.query('SELECT status FROM _host_runs')).toEqual([['succeeded']]);
  });
});

describe('one bad partition', () => {
  it('that breaks a constraint of the table fails alone', async () => {
    const place = await newPlace();
    const ids = Array.from({ length: 40 }, (_, i) => `p${String(i).padStart(2, '0')}`);
    await run(place, { partitions: ids.slice(0, 1), schema: KEYED, rows: () => [{ id: 1, name: 'x' }] });
    await place.query('ALTER TABLE rows ADD CHECK (id <> 13)');
    const outcomes = await run(place, {
      partitions: ids,
      concurrency: 16,
      schema: KEYED,
      rows: (id) => [{ id: Number(id.slice(1)), name: 'y' }],
    });
    expect(codes(outcomes)).toEqual({ p13: 'TARGET_FAILED' });
    expect((await ledger(place)).filter(([, status]) => status !== 'completed')).toEqual([
      ['p13', 'failed', 'TARGET_FAILED'],
    ]);
    expect(await place.query('SELECT count(*), sum(id) FROM rows')).toEqual([['39', '767']]);
  });

  it.each([
    ['few', []],
    ['many', MANY],
  ])('with text that has a NUL fails alone, with %s rows', async (_, others: readonly Row[]) => {
    const place = await newPlace();
    const outcomes = await run(place, {
      partitions: IDS,
      rows: (id) => [others, { id: 9000, name: id === 'c' ? 'nul \0' : 'y' }].flat(),
    });
    expect(codes(outcomes)).toEqual({ c: 'ROW_INVALID' });
    expect((await counts(place)).map(([id]) => id)).toEqual(['a', 'b', 'd', 'e', 'f']);
  });

  it('with a value that only the server refuses fails alone, while rows of others are in the same connection', async () => {
    const place = await newPlace();
    // More digits than a number in jsonb may have.
    const huge = 10n ** 140_000n;
    const outcomes = await run(place, {
      partitions: IDS,
      concurrency: 6,
      schema: {
        columns: [
          { name: 'id', type: 'bigint' },
          { name: 'j', type: 'json' },
        ],
      },
      rows: async function* (id) {
        for (let at = 0; at < 3000; at += 600) {
          yield MANY.slice(at, at + 600).map((row, i) => ({
            id: row.id,
            j: { n: id === 'd' && at === 2400 && i === 599 ? huge : 1 },
          }));
          await sleep(1);
        }
      },
    });
    expect(codes(outcomes)).toEqual({ d: 'ROW_INVALID' });
    expect(outcomes.get('d')?.error?.details.row).toBe(3000);
    expect(await counts(place)).toEqual(whole(IDS.filter((id) => id !== 'd')));
  });

  it('with an id that cannot be stored fails the run, and the others are there', async () => {
    const place = await newPlace();
    await expect(run(place, { partitions: ['a', 'b\0', 'c'], rows: () => [MANY] })).rejects.toMatchObject({
      name: 'TargetError',
    });
    expect(await counts(place)).toEqual(whole(['a', 'c']));
    expect(await ledger(place)).toEqual([
      ['a', 'completed', null],
      ['c', 'completed', null],
    ]);
  });

  it('does not come of a transaction that another one was in the way of', async () => {
    const place = await newPlace();
    await run(place, { partitions: ['a'], rows: () => [{ id: 1, name: 'old' }] });
    await place.query(`CREATE SEQUENCE tries; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN IF nextval(''tries'') <= 2 THEN RAISE SQLSTATE ''40001''; END IF; RETURN NEW; END';
      CREATE TRIGGER refuse BEFORE INSERT ON rows FOR EACH ROW EXECUTE FUNCTION refuse()`);
    expect(codes(await run(place, { partitions: IDS, rows: () => [MANY] }))).toEqual({});
    expect(await counts(place)).toEqual(whole());
  });

  it('does not come of a lock that somebody holds: all of a group fail at once, to be tried again', async () => {
    const place = new PostgresPlace(await server.newDatabase(), { wait: { lockTimeoutMs: 200 } });
    await run(place, { partitions: ['a'], rows: () => [{ id: 1, name: 'old' }] });
    let holding: Promise<unknown> | undefined;
    const outcomes = await run(place, {
      partitions: IDS,
      concurrency: IDS.length,
      rows: async function* (id) {
        yield { id: 1, name: 'new' };
        // Who writes rows is in the way, who reads them is not.
        if (id === 'a')
          holding = place.query('BEGIN; LOCK TABLE rows IN SHARE MODE; SELECT pg_sleep(1); COMMIT');
        await sleep(150);
      },
    });
    expect(codes(outcomes)).toEqual(Object.fromEntries(IDS.map((id) => [id, 'TARGET_BUSY'])));
    await holding;
    expect(await place.query('SELECT name FROM rows')).toEqual([['old']]);
  });
});

describe('two runs at once', () => {
  it.each(['overwrite', 'merge'] as const)(
    'of two pipelines into one new table, with columns of their own: %s',
    async (mode) => {
      const place = await newPlace();
      const ids = Array.from({ length: 30 }, (_, i) => `p${String(i).padStart(2, '0')}`);
      const load = (pipeline: string): Promise<PartitionOutcomes> =>
        run(place, {
          pipeline,
          partitions: ids,
          concurrency: 4,
          schema: { primaryKey: ['id'] },
          options: { mode, retries: 3 },
          rows: async function* (id) {
            await sleep(Math.random() * 3);
            const key = Number(id.slice(1)) * 10;
            yield [1, 2].map((n) => ({ id: key + n, by: pipeline, [`of_${pipeline}`]: n, [id]: n }));
          },
        });
      for (let round = 0; round < 2; round += 1) {
        const [one, two] = await Promise.all([load('one'), load('two')]);
        expect([codes(one), codes(two)]).toEqual([{}, {}]);
        // Of each partition the rows of the last one are there, and no others.
        expect(
          await place.query(
            'SELECT _partition, count(*), count(DISTINCT by), count(DISTINCT id) FROM rows GROUP BY 1 ORDER BY 1',
          ),
        ).toEqual(ids.map((id) => [id, '2', '1', '2']));
      }
    },
  );

  it('rows of a partition that another pipeline loaded meanwhile are replaced, also where this run made the table', async () => {
    const place = await newPlace();
    const outcomes = await run(place, {
      partitions: ['a', 'b', 'c'],
      concurrency: 1,
      rows: async function* (id) {
        if (id === 'b') {
          await until(place, `SELECT FROM _host_partitions WHERE partition = 'a'`);
          await run(place, {
            pipeline: 'other',
            partitions: ['b', 'c'],
            rows: () => [{ id: 1, name: 'other' }],
          });
        }
        yield [{ id: 2, name: id }];
      },
    });
    expect(codes(outcomes)).toEqual({});
    expect(await place.query('SELECT id, name FROM rows ORDER BY 2')).toEqual([
      ['2', 'a'],
      ['2', 'b'],
      ['2', 'c'],
    ]);
  });

  it('a run that was taken over commits nothing more, and says so', async () => {
    const place = await newPlace();
    let second: Promise<PartitionOutcomes> | undefined;
    // Not even its failures can be noted.
    const zombie = run(place, {
      partitions: IDS,
      concurrency: 1,
      options: { retries: 1 },
      rows: disturbed('c', async () => {
        // A commit would be a sign of life.
        await until(place, `SELECT FROM _host_partitions WHERE partition = 'b'`);
        // As of another machine, and silent for long.
        await place.query(
          `UPDATE _host_runs SET machine = 'elsewhere', heartbeat_at = now() - interval '31 s'`,
        );
        second = run(place, { partitions: ['d'], rows: () => [{ id: 1, name: 'new' }] });
        await second;
      }),
    });
    await expect(zombie).rejects.toMatchObject({ code: 'PIPELINE_FENCED' });
    expect(codes((await second) as PartitionOutcomes)).toEqual({});
    expect(await place.query(`SELECT id, name FROM rows WHERE _partition = 'd'`)).toEqual([['1', 'new']]);
    expect((await counts(place)).map(([id]) => id)).toEqual(['a', 'b', 'd']);
    expect((await ledger(place)).map(([id]) => id)).toEqual(['a', 'b', 'd']);
  });
});

describe('a run that is stopped', () => {
  it('in the middle of a statement leaves within a second, with its end noted', async () => {
    const place = await newPlace();
    await run(place, { partitions: ['a'], rows: () => [{ id: 1, name: 'old' }] });
    await place.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NEW; END';
      CREATE TRIGGER slow BEFORE INSERT ON rows FOR EACH ROW EXECUTE FUNCTION slow()`);
    const stop = new AbortController();
    let stoppedAt = 0;
    setTimeout(() => {
      stoppedAt = performance.now();
      stop.abort(new AbortError('SIGINT'));
    }, 700);
    await run(place, { partitions: IDS, signal: stop.signal, rows: () => [{ id: 1, name: 'new' }] });
    expect(performance.now() - stoppedAt).toBeLessThan(2000);
    expect(await place.query('SELECT status FROM _host_runs ORDER BY number')).toEqual([
      ['succeeded'],
      ['aborted'],
    ]);
    expect(await counts(place)).toEqual([['a', '1', '1']]);
    expect(
      await place.query(
        `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'connector-host %' AND datname = current_database()`,
      ),
    ).toEqual([['0']]);
  });
});

describe('the ledger', () => {
  it('lists by the bytes of ids, whatever the collation of the database is', async () => {
    await ask(server.url, `CREATE DATABASE icu TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`);
    const place = new PostgresPlace(server.url.replace(/[^/]*$/, 'icu'));
    const ids = ['a', 'B', 'ä', 'Z', 'b', '|', "it's", 'back\\slash'];
    await run(place, { partitions: ids, rows: (id) => [{ id: 1, name: id }, op.checkpoint({ id })] });
    const target = await PostgresTarget.open(place.url);
    const found = await target.partitionLedger('test.rows');
    const listed: string[] = [];
    for await (const page of found.list('completed')) listed.push(...page.map(({ partition }) => partition));
    expect(listed).toEqual([...ids].sort());
    expect((await place.query('SELECT _partition FROM rows')).flat().sort()).toEqual([...ids].sort());
    expect([...(await found.find(ids)).keys()].sort()).toEqual([...ids].sort());
    await target.close();
  });

  it('is listed on one connection, which is closed wherever the list is left', async () => {
    const place = await newPlace();
    await run(place, { partitions: ['a'], rows: () => [{ id: 1 }] });
    await place.query(
      `INSERT INTO _host_partitions (pipeline, partition, status, batch, run, row_count, ended_at)
       SELECT 'test.rows', g::text, 'failed', 'b', 'r', 0, '' FROM generate_series(10001, 30001) g`,
    );
    const target = await PostgresTarget.open(place.url);
    const found = await target.partitionLedger('test.rows');
    // Those that look at tables may take a moment to leave.
    const open = async (): Promise<unknown> => {
      const [[count] = []] = await place.query(
        `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'connector-host' AND datname = current_database()`,
      );
      return count;
    };
    const until = async (count: string): Promise<void> => {
      for (let tries = 0; tries < 50 && (await open()) !== count; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await open()).toBe(count);
    };
    await until('0');
    const pids = new Set<unknown>();
    const sizes: number[] = [];
    for await (const page of found.list('failed')) {
      await until('1');
      const [[pid] = []] = await place.query(
        `SELECT pid FROM pg_stat_activity WHERE application_name = 'connector-host' AND datname = current_database()`,
      );
      pids.add(pid);
      sizes.push(page.length);
    }
    expect([pids.size, ...sizes]).toEqual([1, 10_000, 10_000, 1]);
    await until('0');
    for await (const page of found.list()) {
      expect(page[0]?.partition).toBe('10001');
      await until('1');
      break;
    }
    await until('0');
    await target.close();
  });

  it('of a database that no host wrote to is empty, and nothing is written', async () => {
    const place = await newPlace();
    const target = await PostgresTarget.open(place.url);
    const found = await target.partitionLedger('test.rows');
    expect([await found.batch(), (await found.find(['a'])).size, (await found.states(['a'])).size]).toEqual([
      null,
      0,
      0,
    ]);
    expect((await found.completed()).has('a')).toBe(false);
    await target.close();
    expect(await place.query(`SELECT count(*) FROM pg_class WHERE relname LIKE '\\_host%'`)).toEqual([['0']]);
  });
});
