import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emission } from '../../../src/sdk/connector.js';
import { AbortError } from '../../../src/sdk/errors.js';
import { op } from '../../../src/sdk/operations.js';
import { PostgresTarget } from '../../../src/targets/postgres/postgres-target.js';
import type { RowsRun } from '../../../src/testing/run-rows.js';
import { PostgresPlace } from '../../fixtures/postgres-place.js';
import { CuttingProxy, type Cut } from '../../helpers/cutting-proxy.js';
import { usePostgres } from '../../helpers/postgres-server.js';

const server = usePostgres();
const newPlace = async (): Promise<PostgresPlace> => new PostgresPlace(await server.newDatabase());

const EACH = { seconds: 0, rows: 0 };
const STEPS = 6;
const KILL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;

/** Kinds of runs: each has 6 steps of 3 rows with a checkpoint after each, and leaves n from 1 to 18. */
const KINDS = {
  append: { schema: { columns: [{ name: 'n', type: 'int' }], incremental: true }, emit: (rows) => rows },
  merge: {
    schema: { tables: [{ name: 'rows', primaryKey: ['n'] }] },
    emit: (rows) => op.upsert('rows', rows),
  },
  overwrite: { schema: { columns: [{ name: 'n', type: 'int' }] }, emit: (rows) => rows },
} as const satisfies Record<string, { schema: RowsRun['schema']; emit: (rows: { n: number }[]) => Emission }>;

function stepsOf(
  kind: keyof typeof KINDS,
  between: (step: number) => Promise<unknown>,
): Omit<RowsRun, 'target'> {
  const { schema, emit } = KINDS[kind];
  const seen = new Set<number>();
  return {
    schema,
    pipeline: 'p',
    options: { mode: kind === 'overwrite' ? 'overwrite' : undefined, retries: 3, commitEvery: EACH },
    rows: async function* ({ state }) {
      for (let step = Number(state['step'] ?? 0); step < STEPS; step += 1) {
        yield emit([1, 2, 3].map((n) => ({ n: step * 3 + n })));
        if (!seen.has(step)) {
          seen.add(step);
          // What was written so far is on its way.
          await sleep(20);
          await between(step);
        }
        yield op.checkpoint({ step: step + 1 });
      }
    },
  };
}

async function expectAll(place: PostgresPlace): Promise<void> {
  expect(await place.query('SELECT count(*), count(DISTINCT n), min(n), max(n) FROM rows')).toEqual([
    ['18', '18', '1', '18'],
  ]);
  expect(await place.query(`SELECT state FROM _host_state`)).toEqual([[`{"step":${STEPS}}`]]);
  expect(await place.query(`SELECT count(*) FROM pg_class WHERE relname LIKE '\\_host\\_shadow%'`)).toEqual([
    ['0'],
  ]);
}

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('a run that loses its connection: %s', (kind) => {
  it('in mid-run is read on from the last commit', async () => {
    const place = await newPlace();
    const { error, report } = await place.run(stepsOf(kind, async (step) => step === 3 && place.query(KILL)));
    expect(error).toBeUndefined();
    expect(report.warnings).toEqual([
      expect.stringMatching(/^the target had a passing fault, and the source was read on/),
    ]);
    await expectAll(place);
  });

  it.each<[Cut, string]>([
    ['before-answer', 'after the commit took place, goes on'],
    ['before-request', 'before the commit took place, reads on'],
  ])('during COMMIT, %s: %s', async (cut) => {
    const place = await newPlace();
    const proxy = await CuttingProxy.to(place.url);
    try {
      const throughProxy = new PostgresPlace(proxy.urlOf(place.url));
      const last = kind === 'overwrite' ? STEPS - 1 : 2;
      const { error, report } = await throughProxy.run(
        stepsOf(kind, async (step) => step === last && proxy.cutAt('COMMIT', cut)),
      );
      expect(error).toBeUndefined();
      expect(proxy.cuts).toBe(1);
      expect(report.warnings).toHaveLength(cut === 'before-answer' ? 0 : 1);
      await expectAll(place);
    } finally {
      await proxy.close();
    }
  });
});

describe('a server that restarts', () => {
  it('in mid-run is waited for', async () => {
    const place = await newPlace();
    const { error, report } = await place.run(
      stepsOf('append', async (step) => step === 3 && server.restart()),
    );
    expect(error).toBeUndefined();
    expect(report.warnings).toHaveLength(1);
    await expectAll(place);
  });
});

describe('two runs at once', () => {
  it('of one pipeline: the second is refused', async () => {
    const place = await newPlace();
    let second: unknown;
    const { error } = await place.run(
      stepsOf('merge', async (step) => {
        if (step === 1) second = (await place.run(stepsOf('merge', () => Promise.resolve()))).error?.code;
      }),
    );
    expect([error, second]).toEqual([undefined, 'PIPELINE_BUSY']);
    const target = await PostgresTarget.open(place.url);
    const store = await target.pipelines();
    expect((await store.runs(undefined, 10)).map(({ status }) => status)).toEqual(['succeeded']);
    await target.close();
    await expectAll(place);
  });

  it('of many at the same moment, exactly one claims the pipeline', async () => {
    const place = await newPlace();
    const target = await PostgresTarget.open(place.url);
    const { signal } = new AbortController();
    const begun = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) => target.begin({ runId: `run ${i}`, pipeline: 'p', signal })),
    );
    const sessions = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(sessions).toHaveLength(1);
    for (const each of begun)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'PIPELINE_BUSY' });
    await sessions[0]?.rollback();
    await target.close();
  });

  it('of two pipelines, into one table and into two', async () => {
    const place = await newPlace();
    const merge = (pipeline: string, table: string): Promise<unknown> =>
      place.run({
        pipeline,
        schema: { tables: [{ name: table, primaryKey: ['k'] }] },
        options: { mode: undefined, commitEvery: EACH, retries: 5 },
        rows: function* () {
          for (let step = 0; step < 10; step += 1) {
            // In opposite orders, which would deadlock where nobody minds.
            const keys = Array.from({ length: 200 }, (_, k) => (pipeline === 'a' ? k : 199 - k));
            yield op.upsert(
              table,
              keys.map((k) => ({ k, by: pipeline })),
            );
            yield op.checkpoint({ step });
          }
        },
      });
    await place.query('CREATE TABLE one (k bigint, by text); CREATE TABLE two (k bigint, by text)');
    const outcomes = await Promise.all([merge('a', 'one'), merge('b', 'one'), merge('c', 'two')]);
    expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ error: undefined })));
    expect(await place.query('SELECT count(*), count(DISTINCT k) FROM one')).toEqual([['200', '200']]);
    expect(await place.query('SELECT count(*), count(DISTINCT k) FROM two')).toEqual([['200', '200']]);
  });

  it('into one new table: both get in', async () => {
    const place = await newPlace();
    const append = (pipeline: string): Promise<{ error?: unknown }> =>
      place.run({ pipeline, mode: 'append', options: { retries: 3 }, rows: [{ by: pipeline }] });
    for (const { error } of await Promise.all([append('a'), append('b')])) expect(error).toBeUndefined();
    expect(await place.query('SELECT by FROM rows ORDER BY 1')).toEqual([['a'], ['b']]);
  });

  it('a run whose table another one widened meanwhile reads on with the new columns', async () => {
    const place = await newPlace();
    const { schema } = KINDS.append;
    await place.run({ pipeline: 'other', schema, rows: [{ n: 0 }], options: { mode: undefined } });
    const run = stepsOf('append', async (step) => {
      if (step !== 2) return;
      await place.query('ALTER TABLE rows ADD COLUMN more text');
    });
    const { error } = await place.run(run);
    expect(error).toBeUndefined();
    expect(await place.query('SELECT count(*) FROM rows')).toEqual([['19']]);
  });
});

describe('a run that was taken over', () => {
  it('commits nothing more, and holds no lock', async () => {
    const place = await newPlace();
    let error: unknown;
    const zombie = await place.run(
      stepsOf('append', async (step) => {
        if (step !== 2) return;
        // As of another machine, and silent for long.
        await place.query(
          `UPDATE _host_runs SET machine = 'elsewhere', heartbeat_at = now() - interval '31 s'`,
        );
        error = (await place.run({ ...stepsOf('append', () => Promise.resolve()) })).error;
      }),
    );
    expect([error, zombie.error?.code]).toEqual([undefined, 'PIPELINE_FENCED']);
    await expectAll(place);
    expect(await place.query('SELECT status, count(*) FROM _host_runs GROUP BY 1 ORDER BY 1')).toEqual([
      ['failed', '1'],
      ['succeeded', '1'],
    ]);
  });

  it('is not taken over while its heart beats, though its process is of another machine', async () => {
    const place = await newPlace();
    const { error } = await place.run(
      stepsOf('append', async (step) => {
        if (step !== 2) return;
        await place.query(
          `UPDATE _host_runs SET machine = 'elsewhere', heartbeat_at = now() - interval '25 s'`,
        );
        expect((await place.run(stepsOf('append', () => Promise.resolve()))).error?.code).toBe(
          'PIPELINE_BUSY',
        );
      }),
    );
    expect(error).toBeUndefined();
  });
});

describe('a run that is stopped', () => {
  it('in the middle of a statement leaves within a second, with its end noted', async () => {
    const place = await newPlace();
    await place.query(`CREATE TABLE rows (k bigint PRIMARY KEY);
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NEW; END';
      CREATE TRIGGER slow BEFORE INSERT ON rows FOR EACH ROW EXECUTE FUNCTION slow()`);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new AbortError('SIGINT')), 500);
    const startedAt = performance.now();
    const { error } = await place.run({
      signal: stop.signal,
      schema: { tables: [{ name: 'rows', primaryKey: ['k'] }] },
      options: { mode: undefined },
      rows: [op.upsert('rows', { k: 1 })],
    });
    expect(error?.code).toBe('ABORTED');
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(await place.query('SELECT status FROM _host_runs')).toEqual([['aborted']]);
    expect(
      await place.query(
        `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'connector-host %' AND datname = current_database()`,
      ),
    ).toEqual([['0']]);
  });

  it('that waits for a lock longer than --lock-timeout says so', async () => {
    const place = new PostgresPlace(await server.newDatabase(), { wait: { lockTimeoutMs: 200 } });
    await place.run({ rows: [{ a: 1 }] });
    const holding = place.query('BEGIN; LOCK TABLE rows; SELECT pg_sleep(1.5); COMMIT');
    await sleep(100);
    const { error } = await place.run({ mode: 'append', rows: [{ a: 2 }] });
    expect([error?.name, error?.code]).toEqual(['TransientError', 'TARGET_BUSY']);
    await holding;
  });
});
