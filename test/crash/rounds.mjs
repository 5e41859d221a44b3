import { KILL_POINTS } from '../../dist/targets/kill-point.js';
import { Random } from './random.mjs';
import { SCENARIOS } from './scenarios.mjs';

/** Where a place is not on the way of every sync: a run that comes by. */
const ELSEWHERE = {
  'duckdb.after-shadow-rows': { scenario: 'overwrite' },
  'duckdb.before-shadow-applied': { scenario: 'refresh' },
  'duckdb.after-shadow-applied': { scenario: 'refresh' },
  'duckdb.before-loader-commit': { scenario: 'overwrite' },
  'duckdb.after-loader-commit': { scenario: 'overwrite' },
  'duckdb.before-drop': { scenario: 'refresh', times: 2 },
  'duckdb.after-drop': { scenario: 'refresh', times: 2 },
  'duckdb.after-rename': { scenario: 'refresh', times: 2 },
  'duckdb.before-state': { scenario: 'incremental-append', times: 2 },
  'duckdb.after-state': { scenario: 'sync-soft', times: 2 },
  'duckdb.before-commit': { scenario: 'append' },
  'duckdb.after-commit': { scenario: 'append' },
  'duckdb.before-made': { hasBefore: false },
  'duckdb.after-made': { hasBefore: false },
  'duckdb.after-open': { hasBefore: false },
  'duckdb.after-bookkeeping': { hasBefore: false },
  'duckdb.in-claim': { hasBefore: false },
  'duckdb.after-claim': { hasBefore: false },
};

/** From when on the time of a kill is counted: mostly from when the pipeline is claimed. */
const FROM = ['ready', 'reading', 'reading', 'reading'];
/** Share of the runs that get a signal which lets them clean up. */
const STOPPED_SHARE = 0.15;

/** Places that a run to a database comes by. */
export const PLACES = KILL_POINTS.filter((name) => /^(sync|duckdb)\./.test(name));

/** One round for each place. */
export function namedRounds() {
  return PLACES.map((place) => {
    const { scenario = 'sync', hasBefore = true, times = 1 } = ELSEWHERE[place] ?? {};
    return { name: place, scenario, salt: 1, hasBefore, commitRows: 0, killAt: `${place}:${times}` };
  });
}

/**
 * Rounds that are killed at random: after a part of the time that a run takes, or where `places` is true at random
 * places as well.
 */
export function randomRounds(seed, count, { places = false } = {}) {
  const random = new Random(seed);
  const names = Object.keys(SCENARIOS);
  return Array.from({ length: count }, (_, i) => {
    const scenario = names[i % names.length];
    const round = {
      name: `random ${i + 1}`,
      scenario,
      // Few, since a database to start from is made for each.
      salt: 1 + 2 * random.below(places ? 10 : 1),
      hasBefore: random.chance(0.7),
      // Each checkpoint is a commit, some are, or the last one only.
      commitRows: random.pick([0, 0, 60, 1e9]),
    };
    if (places && random.chance(0.4))
      return { ...round, killAt: `${random.pick(PLACES)}:${1 + random.below(random.pick([1, 4, 12]))}` };
    return {
      ...round,
      killAtShare: random.next(),
      from: random.pick(FROM),
      stopsGently: random.chance(STOPPED_SHARE),
    };
  });
}
