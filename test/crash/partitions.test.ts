import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { KILL_POINTS } from '../../src/targets/kill-point.js';
import { EVERY_CRASH, sampled } from '../fixtures/sampled.js';
import { startSoak, type Soak } from './soak-results.js';

/** Rounds of each kind that are killed at random times. */
const ROUNDS = EVERY_CRASH ? 40 : 7;
/** So many of them are killed at least; the others have ended before their time came. */
const KILLED = EVERY_CRASH ? 15 : 2;
/** Longest time for all rounds before one, in milliseconds. */
const WAIT_MS = 600_000;

/** Where a run of partitions into a database comes by. */
const PLACES = sampled(
  KILL_POINTS.filter((name) => name.startsWith('partitions.')).flatMap((place) => [
    `${place} duckdb`,
    `${place} postgres`,
  ]),
  1,
  5,
);

let soak: Soak;
beforeAll(() => {
  const every = EVERY_CRASH ? ['--every'] : [];
  soak = startSoak(join(__dirname, 'partitions', 'soak.mjs'), [
    '--places',
    PLACES.join(),
    '--rounds',
    String(ROUNDS),
    ...every,
  ]);
});
afterAll(() => soak.stop());

describe('a run of partitions that is killed with eight in flight', () => {
  it.each(PLACES)(
    'at %s is resumed to what an undisturbed one leaves',
    async (place) => {
      expect(await soak.resultOf(place)).toEqual({ name: place, wasKilled: true });
    },
    WAIT_MS,
  );

  it.each(['duckdb', 'postgres', 'parquet'])(
    `at random times into %s is resumed to what an undisturbed one leaves: ${ROUNDS} times over all modes`,
    async (kind) => {
      const results = [];
      for (let i = 1; i <= ROUNDS; i += 1) results.push(await soak.resultOf(`${kind} ${i}`));
      expect(results.filter(({ problem }) => problem !== undefined)).toEqual([]);
      expect(results.filter(({ wasKilled }) => wasKilled).length).toBeGreaterThanOrEqual(KILLED);
    },
    WAIT_MS,
  );
});
