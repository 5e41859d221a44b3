// Runs the benchmarks on the built package and prints their results as a table; ends with 1 when a required number is
// missed. Usage: node bench/run.mjs [SCENARIO...] [--rounds N]
import { parseArgs } from 'node:util';
import { markdown } from './harness/markdown.mjs';

const SCENARIOS = [
  'rows-to-null',
  'http-pages',
  'prefetch',
  'rest-to-duckdb',
  'rows-to-csv',
  'rest-write',
  'export',
  'memory',
  'upserts',
  'checkpoints',
  'child-tables',
  'state',
  'upserts-memory',
  'mirror',
  'postgres-append',
  'postgres-upserts',
  'partitions',
  'start-up',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' } },
});
const unknown = positionals.find((name) => !SCENARIOS.includes(name));
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
if (unknown !== undefined || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
  console.error(`usage: node bench/run.mjs [${SCENARIOS.join('|')}...] [--rounds N]`);
  process.exit(2);
}

const lines = [];
for (const name of positionals.length > 0 ? positionals : SCENARIOS) {
  const { scenario } = await import(`./${name}/scenario.mjs`);
  console.error(`${name}: ${rounds ?? scenario.rounds} rounds`);
  lines.push(...(await scenario.run(rounds ?? scenario.rounds)));
}
console.log(markdown(lines));

const missed = lines.filter(({ ok }) => !ok);
for (const { measure, required } of missed) console.error(`missed: ${measure} (required: ${required})`);
process.exit(missed.length > 0 ? 1 : 0);
