import { describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KILL_POINTS } from '../../src/targets/kill-point.js';
import { PostgresTarget } from '../../src/targets/postgres/postgres-target.js';
import { EVERY_CRASH, sampled } from '../fixtures/sampled.js';
import { ask, usePostgres } from '../helpers/postgres-server.js';
import { rowLine } from './model.mjs';
import { runPipeline } from './pipeline.mjs';
import { SCENARIOS, type Scenario } from './scenarios.mjs';

const server = usePostgres();
const SALT = 1;
const BOOKKEEPING = [
  'batches',
  'meta',
  'partitions',
  'rejected_rows',
  'runs',
  'state',
  'state_history',
  'tables',
].map((name) => `_host_${name}`);

type Contents = Record<string, readonly string[]>;
const scenarioOf = (name: string): Scenario => SCENARIOS[name] as Scenario;

/** Where a place is not on the way of every sync: a run that comes by. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'postgres.after-direct-rows': 'append',
  'postgres.before-shadow-applied': 'refresh',
  'postgres.after-shadow-applied': 'refresh',
  'postgres.before-drop': 'overwrite',
  'postgres.after-drop': 'overwrite',
  'postgres.after-swap': 'refresh',
  'postgres.before-state': 'incremental-append',
  'postgres.before-commit': 'sync-soft',
  'postgres.after-commit': 'append',
};
const PLACES = KILL_POINTS.filter((name) => name.startsWith('postgres.'));
/** In everyday runs every third place; else each with every kind of run. */
const ROUNDS = EVERY_CRASH
  ? PLACES.flatMap((place) =>
      Object.keys(SCENARIOS).flatMap((name) => [1, 3].map((times) => ({ place, name, times }))),
    )
  : sampled(PLACES, 1, 3).map((place) => ({ place, name: ELSEWHERE[place] ?? 'sync', times: 1 }));

/** One schema of the server. */
class Round {
  readonly #schema: string;

  constructor(
    schema: string,
    readonly scenario: string,
  ) {
    this.#schema = schema;
  }

  /** Runs in this process, to its end. */
  async run(run: string, more: object = {}): Promise<void> {
    const { error } = await runPipeline({ ...this.#job(run), ...more });
    if (error) throw error;
  }

  start(run: string, env: Record<string, string>): ChildProcess {
    return spawn(process.execPath, [join(__dirname, 'run-pipeline.mjs'), JSON.stringify(this.#job(run))], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #job(run: string): object {
    return { url: server.url, schema: this.#schema, run, scenario: this.scenario, salt: SALT };
  }

  /** @returns the signal that ended it, or its exit code with what it said */
  async end(child: ChildProcess): Promise<string> {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return signal ?? (code === 0 ? 'done' : text);
  }

  async query(sql: string): Promise<(string | null)[][]> {
    return ask(server.url, `SET search_path = "${this.#schema}"; ${sql}`);
  }

  /** Waits until the server is done with what a run that was killed had asked for. */
  async settle(): Promise<void> {
    const busy = `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'connector-host %' AND state <> 'idle'`;
    while ((await ask(server.url, busy)).length > 0) await sleep(20);
  }

  async contents(): Promise<Contents> {
    const contents: Contents = {};
    const rows = await this.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = '${this.#schema}' ORDER BY 1`,
    );
    for (const [name] of rows.filter(([table]) => table?.startsWith('_host_') !== true)) {
      const found = await this.query(`SELECT to_jsonb(t) FROM "${name}" t`);
      const lines = found.map(([json]) => rowLine(JSON.parse(json ?? '') as object)).sort();
      // A table without rows is as good as none.
      if (lines.length > 0) contents[name as string] = lines;
    }
    return contents;
  }

  async saved(): Promise<{ state: { step?: number } | null; version: number }> {
    const there = await this.query(`SELECT to_regclass('_host_state')`);
    if (there[0]?.[0] === null) return { state: null, version: 0 };
    const [row] = await this.query('SELECT state, version FROM _host_state');
    if (!row) return { state: null, version: 0 };
    return {
      state: row[0] == null ? null : (JSON.parse(row[0]) as { step: number }),
      version: Number(row[1]),
    };
  }

  async statuses(): Promise<Record<string, string>> {
    const target = await PostgresTarget.open(server.url, { schema: this.#schema });
    const runs = await (await target.pipelines()).runs(undefined, 10);
    await target.close();
    return Object.fromEntries(runs.map(({ run, status }) => [run, status]));
  }

  async expectContents(): Promise<void> {
    const { steps, expected } = scenarioOf(this.scenario);
    const found = { ...(await this.saved()), hasBefore: true };
    const wanted = Object.entries(expected(steps(SALT), SALT, found)).filter(([, lines]) => lines.length > 0);
    expect(await this.contents()).toEqual(Object.fromEntries(wanted));
  }

  /** A stopped process of this machine counts as running for as long as its last heartbeat says. */
  async ageHeartbeatOf(run: string): Promise<void> {
    await this.query(`CREATE FUNCTION aged() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN NEW.heartbeat_at := now() - interval ''31 s''; RETURN NEW; END';
      CREATE TRIGGER aged BEFORE INSERT ON _host_runs FOR EACH ROW WHEN (NEW.run = '${run}') EXECUTE FUNCTION aged()`);
  }

  async prepare(): Promise<void> {
    const before = scenarioOf(this.scenario).before(SALT);
    await this.run('before', before);
  }
}

let rounds = 0;

async function newRound(scenario: string): Promise<Round> {
  const round = new Round(`round_${(rounds += 1)}`, scenario);
  await round.prepare();
  return round;
}

describe('a run into PostgreSQL that is killed', () => {
  it.each(ROUNDS)(
    'at $place ($name, $times) leaves a commit, and the next run does the rest',
    async ({ place, name, times }) => {
      const round = await newRound(name);
      const ending = await round.end(round.start('killed', { CONNECTOR_HOST_KILL_AT: `${place}:${times}` }));
      // Not every kind of run comes by everywhere.
      if (!EVERY_CRASH) expect(ending).toBe('SIGKILL');
      await round.settle();
      await round.expectContents();
      await round.run('next');
      await round.expectContents();
      const { checkpoints, steps } = scenarioOf(name);
      if (checkpoints) expect((await round.saved()).state?.step).toBe(steps(SALT).length);
      const hosts =
        await round.query(`SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(current_schema())
      AND relkind = 'r' AND starts_with(relname, '_host_') ORDER BY 1`);
      expect(hosts.flat()).toEqual(BOOKKEEPING);
      const { killed, ...others } = await round.statuses();
      expect(others).toEqual({ before: 'succeeded', next: 'succeeded' });
      expect(killed === undefined || killed === 'lost' || killed === 'succeeded').toBe(true);
    },
  );
});

describe('a run into PostgreSQL that stands still until another took over', () => {
  const points = [
    'postgres.after-claim',
    'postgres.after-stage',
    'postgres.before-state',
    'postgres.before-commit',
  ];
  it.each(points.flatMap((at) => [{ at, name: 'sync' }, ...(EVERY_CRASH ? [{ at, name: 'refresh' }] : [])]))(
    'at $at ($name) commits nothing more when it wakes up',
    async ({ at, name }) => {
      const round = await newRound(name);
      await round.ageHeartbeatOf('zombie');
      const zombie = round.start('zombie', { CONNECTOR_HOST_STOP_AT: at });
      const ended = round.end(zombie);
      await untilStopped(zombie);
      await round.run('next');
      await round.expectContents();
      const before = await round.saved();
      zombie.kill('SIGCONT');
      expect(await ended).toContain('PIPELINE_FENCED');
      expect(await round.saved()).toEqual(before);
      await round.expectContents();
      const { zombie: status, next } = await round.statuses();
      expect([status, next]).toEqual(['failed', 'succeeded']);
    },
  );
});

async function untilStopped({ pid }: ChildProcess): Promise<void> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return;
    await sleep(20);
  }
}
