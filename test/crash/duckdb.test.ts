import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KILL_POINTS } from '../../src/targets/kill-point.js';
import { EVERY_CRASH, sampled } from '../fixtures/sampled.js';

/** Rounds that are killed after a random part of their time. */
const RANDOM_ROUNDS = EVERY_CRASH ? 40 : 10;
/** So many of them are killed at least; the others have ended before their time came. */
const KILLED = EVERY_CRASH ? 20 : 2;
const SEED = 1;
/** Longest time for all rounds before one, in milliseconds. */
const WAIT_MS = 180_000;

/** In everyday runs every third place. */
const PLACES = sampled(
  KILL_POINTS.filter((name) => /^(sync|duckdb)\./.test(name)),
  0,
  3,
);
const RANDOM = Array.from({ length: RANDOM_ROUNDS }, (_, i) => `random ${i + 1}`);

interface Result {
  readonly name: string;
  readonly wasKilled?: boolean;
  readonly problem?: string;
}

/** How the rounds ended, which one process plays while the tests wait for it. */
const results = new Map<string, Result>();
let soak: ChildProcess | undefined;
let stderr = '';
/** Called when there is news of it. */
let wake: () => void = () => undefined;

beforeAll(() => {
  const args = [
    join(__dirname, 'soak.mjs'),
    '--ci',
    '--places',
    PLACES.join(),
    '--rounds',
    String(RANDOM_ROUNDS),
    '--seed',
    String(SEED),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  createInterface(child.stdout).on('line', (line) => {
    const result = JSON.parse(line) as Result;
    results.set(result.name, result);
    wake();
  });
  child.on('close', () => wake());
  soak = child;
});

afterAll(() => void soak?.kill());

async function resultOf(name: string): Promise<Result> {
  for (;;) {
    const result = results.get(name);
    if (result) return result;
    if (!soak || soak.exitCode !== null || soak.signalCode !== null)
      throw new Error(`no round "${name}": ${stderr}`);
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

describe('a run into DuckDB that is killed', () => {
  it.each(PLACES)(
    'at %s leaves a commit, and the next run does the rest',
    async (place) => {
      expect(await resultOf(place)).toEqual({ name: place, wasKilled: true });
    },
    WAIT_MS,
  );

  it(
    `at random times leaves a commit, and the next run does the rest: ${RANDOM_ROUNDS} times over all modes`,
    async () => {
      const random: Result[] = [];
      for (const name of RANDOM) random.push(await resultOf(name));
      expect(random.filter(({ problem }) => problem !== undefined)).toEqual([]);
      expect(random.filter(({ wasKilled }) => wasKilled).length).toBeGreaterThan(KILLED);
    },
    WAIT_MS,
  );
});
