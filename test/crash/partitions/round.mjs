import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { IDS, rowsOf, runPartitions } from './run.mjs';
import { contentsOf } from './stores.mjs';

const CHILD = fileURLToPath(new URL('run-partitions.mjs', import.meta.url));
/** Longest time that a run may take before it counts as hanging, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** How partitions are written. */
export const MODES = ['overwrite', 'append', 'incremental'];

/**
 * Kills a run with eight partitions in flight, looks at what it left, resumes it and looks at what is there then.
 *
 * @param round `{ kind: 'duckdb' | 'parquet' | 'postgres', mode, hasBefore, killAt }` or instead of killAt `killAfterMs`
 * @param place `{ to, schema }` of a PostgreSQL database
 * @returns `wasKilled`, and `complete`: how many partitions it left
 * @throws Error that says what is wrong
 */
export async function playRound(round, place) {
  const plugin = await mkdtemp(join(tmpdir(), 'crash-partitions-'));
  try {
    await makePlugin(plugin);
    const to = place?.to ?? (round.kind === 'duckdb' ? join(plugin, 'w.duckdb') : `${join(plugin, 'out')}/`);
    const job = { plugin, to, pgSchema: place?.schema, mode: round.mode, salt: 1, partition: 'all' };
    const salts = [1];
    if (round.hasBefore) {
      await succeed({ ...job, salt: 0, partition: IDS.slice(0, 20).join(';') });
      salts.unshift(0);
    }
    const wasKilled = await killRun(job, round);
    const complete = check(round, await contentsOf(to, place?.schema), false);
    // A run that was killed before it had chosen anything has nothing to go on with.
    const resumed = await runPartitions({ ...job, resume: true }).catch((error) => ({ error }));
    if (resumed.error?.code === 'CLI_USAGE') await succeed(job);
    else if (resumed.error) throw resumed.error;
    check(round, await contentsOf(to, place?.schema), true);
    return { wasKilled, complete };
  } finally {
    await rm(plugin, { recursive: true, force: true });
  }
}

async function succeed(job) {
  const { error } = await runPartitions(job);
  if (error) throw error;
}

async function makePlugin(plugin) {
  const folder = join(plugin, 'python-connectors', 'crash-parts');
  await mkdir(folder, { recursive: true });
  await writeFile(join(plugin, 'plugin.json'), '{"id": "crash"}');
  const manifest = { readable: true, partitioningMode: 'CODE_DEFINED_LISTABLE' };
  await writeFile(join(folder, 'connector.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'connector.mjs'), '');
}

async function killRun(job, { killAt, killAfterMs }) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(job)], {
    env: { PATH: process.env.PATH, ...(killAt ? { CONNECTOR_HOST_KILL_AT: killAt } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watchdog = setTimeout(() => child.kill('SIGQUIT'), TIMEOUT_MS);
  let stderr = '';
  let isRead = false;
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdout.on('data', async (chunk) => {
    if (killAfterMs === undefined || isRead || !String(chunk).includes('reading')) return;
    isRead = true;
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, ending) => resolve(ending)));
  clearTimeout(watchdog);
  if (signal !== 'SIGKILL' && child.exitCode !== 0)
    throw new Error(`the run that should be killed ended with ${child.exitCode ?? signal}: ${stderr}`);
  return signal === 'SIGKILL';
}

/**
 * Each partition has all rows of a run or of the one before, where it is replaced; where rows are added, those of the one
 * before and then none, all, or with a state the first of two pages.
 *
 * @returns how many partitions have what a run that was not killed leaves
 */
function check({ mode, hasBefore }, lines = [], isDone) {
  const found = new Map(IDS.map((id) => [id, []]));
  for (const text of lines) {
    const [id, ...row] = JSON.parse(text);
    found.get(id).push(JSON.stringify(row));
  }
  let complete = 0;
  for (const [index, id] of IDS.entries()) {
    const before = hasBefore && index < 20 ? textsOf(id, 0) : [];
    const after = textsOf(id, 1);
    const all = mode === 'overwrite' ? after : mode === 'append' ? [...before, ...after] : added(id, before);
    const allowed = isDone
      ? [all]
      : [before, all, ...(mode === 'incremental' ? [[...before, ...firstPage(id)]] : [])];
    const there = JSON.stringify([...found.get(id)].sort());
    if (!allowed.some((lines) => JSON.stringify([...lines].sort()) === there)) {
      throw new Error(
        `partition ${id} has ${found.get(id).length} rows, and not ${allowed.map(({ length }) => length)}`,
      );
    }
    if (there === JSON.stringify([...all].sort())) complete += 1;
  }
  return complete;
}

/** A partition that had a state of both pages has nothing new. */
function added(id, before) {
  return before.length > 0 ? before : textsOf(id, 1);
}

function firstPage(id) {
  const rows = rowsOf(id, 1);
  return rows.slice(0, Math.ceil(rows.length / 2)).map(textOf);
}

function textsOf(id, salt) {
  return rowsOf(id, salt).map(textOf);
}

function textOf({ id, salt, value, note = null }) {
  return JSON.stringify([id, String(salt), value, note]);
}
