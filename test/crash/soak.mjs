/**
 * Kills runs at random, again and again, and looks at what they leave: `npm run crash -- --rounds 1000 --seed 7`. Ends
 * with 1 when a round failed, and prints how to play it again.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import {
  KINDS,
  play as playPartitions,
  randomRounds as partitionRounds,
  Server,
} from './partitions/soak.mjs';
import { playRound, Starts } from './round.mjs';
import { namedRounds, randomRounds } from './rounds.mjs';

/** As many as cores are there for sure; more would not be faster. */
const AT_A_TIME = 2;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Plays one round of the seed only. */
    only: { type: 'string' },
    /** One round for each named place first, then random times only; prints a line of JSON for each round. */
    ci: { type: 'boolean', default: false },
    /** Of the named places, those to play, with commas in between; else all. */
    places: { type: 'string' },
  },
});
const count = Number(values.rounds);
const random = randomRounds(Number(values.seed), count, { places: !values.ci });
const places = values.places?.split(',');
const named = namedRounds().filter(({ name }) => places?.includes(name) ?? true);
const rounds = values.ci ? [...named, ...random] : random;
const wanted =
  values.only === undefined ? rounds : rounds.filter(({ name }) => name === `random ${values.only}`);

const starts = new Starts();
/** Milliseconds that an undisturbed run of each kind takes, as far as is known. */
const durations = new Map();
const counts = { rounds: 0, killed: 0, claimed: 0, committed: 0, failed: 0 };
const startedAt = performance.now();

async function playNext() {
  for (let round = wanted.shift(); round; round = wanted.shift()) {
    const result = await play(round);
    if (values.ci) console.log(JSON.stringify(result));
    else if (result.problem) {
      console.log(
        `${result.name} of seed ${values.seed} failed: ${JSON.stringify(round)}: ${result.problem}`,
      );
    } else if (counts.rounds % 50 === 0) report();
  }
}

async function play({ killAtShare, ...round }) {
  try {
    if (killAtShare !== undefined) {
      durations.set(round.scenario, durations.get(round.scenario) ?? (await measure(round)));
      round.killAfterMs = killAtShare * durations.get(round.scenario)[round.from];
    }
    const { wasKilled, killed, version, milliseconds } = await playRound(round, starts);
    // The machine may be busier, or less so, than it was.
    if (!wasKilled && killAtShare !== undefined) durations.set(round.scenario, milliseconds);
    counts.killed += wasKilled ? 1 : 0;
    counts.claimed += wasKilled && killed !== undefined ? 1 : 0;
    counts.committed += wasKilled && version > (round.hasBefore ? 1 : 0) ? 1 : 0;
    return { name: round.name, wasKilled };
  } catch (error) {
    counts.failed += 1;
    return { name: round.name, problem: error.message };
  } finally {
    counts.rounds += 1;
  }
}

/** A run that nobody kills must leave the same, too. */
async function measure(round) {
  return (await playRound({ ...round, name: 'measure' }, starts)).milliseconds;
}

function report() {
  const { rounds: played, killed, claimed, committed, failed } = counts;
  console.log(
    `${played} rounds of seed ${values.seed} in ${Math.round((performance.now() - startedAt) / 1000)} s: ${killed} runs killed, ` +
      `${claimed} of them after the claim of their pipeline; ${committed} with more than the start committed; ${failed} failed`,
  );
}

try {
  await Promise.all(Array.from({ length: AT_A_TIME }, playNext));
} finally {
  await starts.remove();
}
if (!values.ci) report();
if (!values.ci && values.only === undefined) await killPartitions();
if (counts.failed > 0) process.exitCode = 1;

/** Half as many rounds of partitions, over all kinds of targets. */
async function killPartitions() {
  const server = new Server();
  const counted = { rounds: 0, killed: 0, failed: 0 };
  try {
    for (const kind of KINDS) {
      for (const round of partitionRounds(kind, Math.ceil(count / 2 / KINDS.length), Number(values.seed))) {
        const { wasKilled = false, problem } = await playPartitions(round, server);
        counted.rounds += 1;
        counted.killed += wasKilled ? 1 : 0;
        counted.failed += problem ? 1 : 0;
        if (problem) console.log(`partitions of seed ${values.seed} failed: ${problem}`);
      }
    }
  } finally {
    await server.stop();
  }
  console.log(
    `${counted.rounds} rounds of partitions: ${counted.killed} runs killed; ${counted.failed} failed`,
  );
  if (counted.failed > 0) process.exitCode = 1;
}
