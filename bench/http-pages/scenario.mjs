import { alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { withPageServer } from '../harness/page-server.mjs';

const ROWS = 1_000_000;
const SUM_OF_IDS = (ROWS * (ROWS - 1)) / 2;

/** What `context.http` and `paginate` cost: pages are fetched, parsed and counted, beside node:http and JSON.parse. */
export const scenario = {
  rounds: 5,
  run: (rounds) =>
    withPageServer({ rows: ROWS }, async (url) => {
      const read = (script) => () => readAll([here(import.meta.url, script), url]);
      const { kit, bare } = await alternate(rounds, { kit: read('kit.mjs'), bare: read('bare.mjs') });
      const line = (what, unit, key, limit) =>
        ratio(what, unit, valuesOf(kit, key), valuesOf(bare, key), limit);
      return [
        line('fetch and parse, 1 M rows, CPU', 's', 'cpu', { atMost: 1.1 }),
        line('fetch and parse, 1 M rows, wall', 's', 'wall'),
        line('fetch and parse, 1 M rows, CPU of the whole process', 's', 'processCpu'),
        line('fetch and parse, 1 M rows, peak memory', 'MiB', 'rss'),
      ];
    }),
};

async function readAll(args) {
  const { out, cpu: processCpu, rss } = await measure(args);
  const { rows, sum, wall, cpu } = JSON.parse(out);
  if (rows !== ROWS || sum !== SUM_OF_IDS)
    throw new Error(`${args[0]} read ${rows} rows, or others than served`);
  return { wall, cpu, processCpu, rss };
}

function valuesOf(results, key) {
  return results.map((result) => result[key]);
}
