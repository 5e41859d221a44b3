// Reads pages while each is consumed for some time: node read.mjs BASE_URL true|false MILLISECONDS
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { paginate } from '../../dist/index.js';
import { readContext } from '../harness/read-context.mjs';

const [baseURL, prefetch, milliseconds] = process.argv.slice(2);
const context = readContext();
const read = (options) =>
  paginate(context, {
    url: `${baseURL}/rows`,
    rows: 'data',
    paging: { type: 'offset', size: 1000 },
    prefetch: prefetch === 'true',
    ...options,
  });

// What is loaded by the first request is no matter of waiting for pages.
for await (const page of read({ limit: 1 })) if (page.length === 0) throw new Error('there are no rows');

const started = performance.now();
let [rows, sum] = [0, 0];
for await (const page of read({})) {
  rows += page.length;
  for (const row of page) sum += row.id;
  if (milliseconds !== '0') await setTimeout(Number(milliseconds));
}
console.log(JSON.stringify({ rows, sum, seconds: (performance.now() - started) / 1000 }));
process.exit(0);
