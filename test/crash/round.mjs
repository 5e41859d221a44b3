import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DuckdbTarget } from '../../dist/targets/duckdb/duckdb-target.js';
import { Database } from './database.mjs';
import { runPipeline } from './pipeline.mjs';
import { SCENARIOS } from './scenarios.mjs';
import { STEPS } from './script.mjs';

const CHILD = fileURLToPath(new URL('run-pipeline.mjs', import.meta.url));
/** Longest time that a run may take before it counts as hanging, in milliseconds. */
const TIMEOUT_MS = 20_000;
/** Exit code of a run that SIGTERM stopped. */
const STOPPED = 143;
/** Longest time that it may take to stop, in milliseconds: one second, and what a busy machine adds to it. */
const STOP_WITHIN_MS = 3000;
const FILE = 'warehouse.duckdb';
const BOOKKEEPING = [
  '_host_batches',
  '_host_meta',
  '_host_partitions',
  '_host_rejected_rows',
  '_host_runs',
  '_host_state',
  '_host_state_history',
  '_host_tables',
];

/** Folders with databases to start from, made once for each kind. */
export class Starts {
  #folders = new Map();

  /** Copies a database with what was there before the run into a folder. */
  async copyTo(folder, scenario, salt) {
    const id = `${scenario} ${salt}`;
    if (!this.#folders.has(id)) this.#folders.set(id, make(scenario, salt));
    await cp(await this.#folders.get(id), folder, { recursive: true });
  }

  async remove() {
    for (const made of this.#folders.values()) await rm(await made, { recursive: true, force: true });
  }
}

async function make(scenario, salt) {
  const folder = await mkdtemp(join(tmpdir(), 'crash-start-'));
  const job = { scenario, ...SCENARIOS[scenario].before(salt), file: join(folder, FILE), run: 'before' };
  const { error } = await runPipeline(job);
  if (error) throw error;
  return folder;
}

/**
 * Kills a run, looks at what it left, runs again and looks at what is there then.
 *
 * @param round `{ scenario, salt, hasBefore, commitRows, killAt }`, or instead of killAt (a name of a place)
 *   `killAfterMs` (milliseconds after the process said what is `from`); `stopsGently`: by SIGTERM
 * @returns `wasKilled`; `milliseconds` that the run took from each thing that it said; `version` of the state that it left; `killed`, how it shows
 *   among the runs, undefined where it never got so far; `left`, the files that lay there
 * @throws Error that says what is wrong
 */
export async function playRound(round, starts) {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  try {
    if (round.hasBefore) await starts.copyTo(folder, round.scenario, round.salt);
    const killed = await killRun(join(folder, FILE), round);
    const left = await readdir(folder);
    const after = await runAgain(folder, round, killed.wasKilled);
    same('the files', await readdir(folder), [FILE]);
    return { ...killed, ...after, left };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function killRun(
  file,
  { scenario, salt, commitRows, killAt, killAfterMs, stopsGently, from = 'ready' },
) {
  const job = { file, run: 'killed', scenario, salt, commitRows };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(job)], {
    env: { PATH: process.env.PATH, ...(killAt ? { CONNECTOR_HOST_KILL_AT: killAt } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watchdog = setTimeout(() => child.kill('SIGQUIT'), TIMEOUT_MS);
  let stderr = '';
  let killedAt = 0;
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const saidAt = {};
  child.stdout.on('data', async (chunk) => {
    for (const said of String(chunk).trim().split('\n')) saidAt[said] = performance.now();
    if (killAfterMs === undefined || !String(chunk).includes(from)) return;
    await sleep(killAfterMs);
    killedAt = performance.now();
    child.kill(stopsGently ? 'SIGTERM' : 'SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, ending) => resolve(ending)));
  clearTimeout(watchdog);
  // A process that is about to exit listens to signals no more.
  const stopped = stopsGently === true && (child.exitCode === STOPPED || signal === 'SIGTERM');
  if (signal !== 'SIGKILL' && !stopped && child.exitCode !== 0) {
    throw new Error(`the run that should be killed ended with ${child.exitCode ?? signal}: ${stderr}`);
  }
  const now = performance.now();
  if (stopped && now - killedAt > STOP_WITHIN_MS)
    throw new Error(`it took ${Math.round(now - killedAt)} ms to stop`);
  const milliseconds = Object.fromEntries(Object.entries(saidAt).map(([said, at]) => [said, now - at]));
  return { wasKilled: signal === 'SIGKILL' || stopped, milliseconds };
}

async function runAgain(folder, round, wasKilled) {
  const { scenario: name, salt, commitRows } = round;
  const scenario = SCENARIOS[name];
  const steps = scenario.steps(salt);
  const file = join(folder, FILE);
  await leaveSpilledRows(file);
  const database = await Database.open(file);
  try {
    const found = { ...(await database.saved()), hasBefore: round.hasBefore };
    if (!wasKilled && scenario.checkpoints) same('the state of a run that ended', found.state?.step, STEPS);
    same('after the kill', await database.contents(), scenario.expected(steps, salt, found));
    const statuses = await runStatuses(file);
    const killed = statuses.killed;
    if (killed !== undefined && killed !== 'succeeded')
      same('the run that was killed', killed, round.stopsGently ? 'aborted' : 'lost');
    const { error } = await runPipeline({ file, run: 'next', scenario: name, salt, commitRows });
    if (error) throw error;
    const saved = { ...(await database.saved()), hasBefore: round.hasBefore };
    if (scenario.checkpoints) same('the state', saved.state, { step: STEPS, salt });
    else same('the commits', saved.version, found.version + 1);
    same('after the next run', await database.contents(), scenario.expected(steps, salt, saved));
    const tables = (await database.tableNames()).filter((table) => table.startsWith('_'));
    same('the tables of the host', tables, BOOKKEEPING);
    same('the runs', await runStatuses(file), {
      ...(round.hasBefore ? { before: 'succeeded' } : {}),
      ...(killed === undefined ? {} : { killed }),
      next: 'succeeded',
    });
    return { version: found.version, killed };
  } finally {
    database.close();
  }
}

/** As a run leaves them whose rows did not fit into memory; whether one does depends on the machine. */
async function leaveSpilledRows(file) {
  await mkdir(`${file}.tmp`, { recursive: true });
  await writeFile(join(`${file}.tmp`, 'duckdb_temp_storage_DEFAULT-0.tmp'), 'rows');
}

/** As `host runs` shows them. */
async function runStatuses(file) {
  const target = await DuckdbTarget.open(file);
  try {
    const runs = await (await target.pipelines()).runs(undefined, 10);
    return Object.fromEntries(runs.map(({ run, status }) => [run, status]));
  } finally {
    await target.close();
  }
}

function same(what, found, expected) {
  const [a, b] = [JSON.stringify(sorted(found)), JSON.stringify(sorted(expected))];
  if (a === b) return;
  throw new Error(`${what}: ${difference(found, expected)}`);
}

/** A table without rows is as good as none: the one that is inferred is made with its first row. */
function sorted(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => !Array.isArray(inner) || inner.length > 0);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function difference(found, expected) {
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return `${JSON.stringify(found)}, and not ${JSON.stringify(expected)}`;
  const parts = [];
  for (const name of new Set([...Object.keys(found), ...Object.keys(expected ?? {})])) {
    const [a, b] = [found[name], expected?.[name]];
    if (JSON.stringify(a) === JSON.stringify(b)) continue;
    if (!Array.isArray(a) && !Array.isArray(b))
      parts.push(`${name} is ${JSON.stringify(a)}, and not ${JSON.stringify(b)}`);
    else {
      const extra = (a ?? []).filter((line) => !(b ?? []).includes(line));
      const missing = (b ?? []).filter((line) => !(a ?? []).includes(line));
      parts.push(
        `${name} has ${(a ?? []).length} rows, and not ${(b ?? []).length}; too many: ${extra.slice(0, 3).join(' | ')}; missing: ${missing.slice(0, 3).join(' | ')}`,
      );
    }
  }
  return parts.join('; ');
}
