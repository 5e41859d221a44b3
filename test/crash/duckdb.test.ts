import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { KILL_POINTS } from '../../src/targets/kill-point.js';
import { EVERY_CRASH, sampled } from '../fixtures/sampled.js';
import { startSoak, type Soak, type SoakResult } from './soak-results.js';

/** Rounds that are killed after a random part of their time. */
const RANDOM_ROUNDS = EVERY_CRASH ? 40 : 7;
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

let soak: Soak;
beforeAll(() => {
  soak = startSoak(join(__dirname, 'soak.mjs'), [
    '--ci',
    '--places',
    PLACES.join(),
    '--rounds',
    String(RANDOM_ROUNDS),
    '--seed',
    String(SEED),
  ]);
});
afterAll(() => soak.stop());

describe('a run into DuckDB that is killed', () => {
  it.each(PLACES)(
    'at %s leaves a commit, and the next run does the rest',
    async (place) => {
      expect(await soak.resultOf(place)).toEqual({ name: place, wasKilled: true });
    },
    WAIT_MS,
  );

  it(
    `at random times leaves a commit, and the next run does the rest: ${RANDOM_ROUNDS} times over all modes`,
    async () => {
      const random: SoakResult[] = [];
      for (const name of RANDOM) random.push(await soak.resultOf(name));
      expect(random.filter(({ problem }) => problem !== undefined)).toEqual([]);
      expect(random.filter(({ wasKilled }) => wasKilled).length).toBeGreaterThan(KILLED);
    },
    WAIT_MS,
  );
});
