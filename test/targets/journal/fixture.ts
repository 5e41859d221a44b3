import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../../../src/targets/files/file-error.js';
import type { KillPoint } from '../../../src/targets/kill-point.js';
import type { WriteMode } from '../../../src/targets/target.js';
import { play } from '../../fixtures/journal-run.mjs';

const PLAYER = resolve('test/fixtures/play-in-process.mjs');
const SCRIPT = resolve('test/fixtures/journal-run.mjs');
const MAX_POLLS = 3000;

/** One run of journal-run.mjs. */
export interface ChildRun {
  readonly mode: WriteMode;
  readonly run: string;
  /** Ids of the rows of each batch. */
  readonly batches: readonly (readonly number[])[];
  readonly useWriter?: boolean;
  /** Where the process is killed, or stopped; `name:n` for the n-th time. */
  readonly killAt?: string;
  readonly stopAt?: string;
}

/** How a process ended: by itself, or killed. */
export interface ChildEnd {
  readonly status: 'succeeded' | 'failed' | 'killed';
  readonly code?: string;
  readonly message?: string;
}

/** A started run. */
export interface StartedChild {
  readonly pid: number;
  readonly ended: Promise<ChildEnd>;
  /** Resolves when it stands still at its `stopAt`; false: it ended before. */
  stopped(): Promise<boolean>;
  continue(): void;
}

/** A folder with a CSV file and the journals of its pipeline. */
export class JournalPlace {
  readonly file: string;
  readonly journals: string;

  constructor(readonly folder: string) {
    this.file = join(folder, 'orders.csv');
    this.journals = join(folder, '.host', 'state');
  }

  start({ killAt, stopAt, ...run }: ChildRun): StartedChild {
    return startScript(SCRIPT, this.#plan(run), { killAt, stopAt });
  }

  /** To its end; in this process where nothing kills it, which spares the start of another. */
  async run(run: Omit<ChildRun, 'stopAt'>): Promise<ChildEnd> {
    return run.killAt === undefined ? play(this.#plan(run)) : this.start(run).ended;
  }

  /** Ids in the file, in their order. */
  async ids(): Promise<number[]> {
    const text = await readFile(this.file, 'utf8');
    return text
      .split('\n')
      .filter((line) => /^\d+$/.test(line))
      .map(Number);
  }

  /** As if no holder had given a sign of life for longer than it may be silent. */
  async ageHeartbeats(): Promise<void> {
    const old = new Date(Date.now() - 31_000);
    for (const name of await readdir(this.journals)) await utimes(join(this.journals, name), old, old);
  }

  /** Everything that lies there: beside the file, and beside the journals. */
  async entries(): Promise<{ beside: string[]; journals: number; others: string[] }> {
    const names = await readdir(this.journals);
    return {
      beside: (await readdir(this.folder)).filter((name) => name !== '.host').sort(),
      journals: names.filter((name) => name.endsWith('.journal')).length,
      others: names.filter((name) => !name.endsWith('.journal')),
    };
  }

  #plan({ mode, run, batches, useWriter }: ChildRun): object {
    return { mode, run, batches, useWriter, folder: this.journals, file: this.file };
  }
}

/** Has a process of its own play a run of a fixture. */
export function startScript(
  fixture: string,
  plan: object,
  {
    killAt = '',
    stopAt = '',
  }: { readonly killAt?: string | undefined; readonly stopAt?: string | undefined },
): StartedChild {
  const child = spawn(process.execPath, [PLAYER, fixture, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CONNECTOR_HOST_KILL_AT: killAt, CONNECTOR_HOST_STOP_AT: stopAt },
  });
  const pid = child.pid as number;
  let output = '';
  let isOver = false;
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = once(child, 'close').then((): ChildEnd => {
    isOver = true;
    return output === '' ? { status: 'killed' } : (JSON.parse(output) as ChildEnd);
  });
  const stopped = async (): Promise<boolean> => {
    for (let polls = 0; polls < MAX_POLLS && !isOver; polls += 1) {
      if (await isStopped(pid)) return true;
      await wait(5);
    }
    return false;
  };
  return { pid, ended, stopped, continue: () => void process.kill(pid, 'SIGCONT') };
}

/** What lies there when nothing is left over. */
export const TIDY = { beside: ['orders.csv'], journals: 1, others: [] };

/** Those of the points whose names begin so. */
export function pointsOf(points: readonly KillPoint[], ...prefixes: string[]): KillPoint[] {
  return points.filter((point) => prefixes.some((prefix) => point.startsWith(prefix)));
}

async function isStopped(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch((error: unknown) => {
    // It ended in this moment.
    if (['ENOENT', 'ESRCH'].includes(codeOf(error) ?? '')) return '';
    throw error;
  });
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
}
