// The floor: a bare loop over the same generator, which touches every row. node straight.mjs pages|rows COUNT
import { performance } from 'node:perf_hooks';
import { generators } from './generators.mjs';

const [kind, count] = process.argv.slice(2);
const started = performance.now();
let [rows, sum] = [0, 0];
for (const emission of generators[kind](Number(count))) {
  for (const row of Array.isArray(emission) ? emission : [emission]) {
    rows += 1;
    sum += row.id;
  }
}
console.log(JSON.stringify({ rows, sum, seconds: (performance.now() - started) / 1000 }));
