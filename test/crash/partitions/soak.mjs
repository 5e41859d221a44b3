/**
 * Kills runs of partitions, again and again, resumes them and looks at what they leave. As a command it prints a line of
 * JSON for each round: `--places a,b` one for each named place and database, `--rounds N` of each kind at random times.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Random } from '../random.mjs';
import { MODES, playRound } from './round.mjs';

const SERVER = fileURLToPath(new URL('../../helpers/run-postgres.mjs', import.meta.url));
/** Longest time until a run is killed, in milliseconds from its first row; undisturbed ones take about as long. */
const WITHIN_MS = 160;
export const KINDS = ['duckdb', 'postgres', 'parquet'];

/** A PostgreSQL server, with a schema for each round. */
export class Server {
  #child;
  #url;
  #schemas = 0;

  async next() {
    this.#url ??= this.#start();
    const to = await this.#url;
    const schema = `round_${(this.#schemas += 1)}`;
    const client = new pg.Client({ connectionString: to });
    await client.connect();
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.end();
    return { to, schema };
  }

  async stop() {
    if (!this.#child) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }

  async #start() {
    this.#child = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [url] = await once(createInterface(this.#child.stdout), 'line');
    return url;
  }
}

/** @returns `{ wasKilled }`, or `{ problem }` */
export async function play(round, server) {
  try {
    const { wasKilled } = await playRound(round, round.kind === 'postgres' ? await server.next() : undefined);
    return { wasKilled };
  } catch (error) {
    return { problem: `${JSON.stringify(round)}: ${error.message}` };
  }
}

/** Rounds at random times, of one kind. */
export function randomRounds(kind, count, seed) {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => ({
    kind,
    mode: MODES[i % MODES.length],
    hasBefore: random.chance(0.5),
    killAfterMs: random.below(WITHIN_MS),
  }));
}

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '8' },
      seed: { type: 'string', default: '7' },
      places: { type: 'string', default: '' },
      /** Plays each place in every mode. */
      every: { type: 'boolean', default: false },
    },
  });
  const server = new Server();
  const say = (name, result) => console.log(JSON.stringify({ name, ...result }));
  try {
    for (const name of values.places.split(',').filter(Boolean)) {
      const [place, kind] = name.split(' ');
      for (const mode of values.every ? MODES : ['overwrite']) {
        const result = await play({ kind, mode, hasBefore: true, killAt: `${place}:1` }, server);
        if (mode === 'overwrite' || result.problem) say(name, result);
      }
    }
    for (const kind of KINDS) {
      const rounds = randomRounds(kind, Number(values.rounds), Number(values.seed));
      for (const [i, round] of rounds.entries()) say(`${kind} ${i + 1}`, await play(round, server));
    }
  } finally {
    await server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
