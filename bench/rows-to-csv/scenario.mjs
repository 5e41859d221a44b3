import { alternate, median, ratio } from '../harness/compare.mjs';
import { here, hostRun, measure } from '../harness/measure.mjs';
import { Store, withFolder } from '../harness/store.mjs';

const ROWS = 1_000_000;
const REQUIRED = { atLeast: 0.9 };

/** Rows into a CSV file, beside the same stringifier without a host: the faster of its two ways. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withFolder(async (folder) => {
      const store = new Store(folder, '.csv');
      const host = (declared) => () =>
        rate(store, (file) => hostRun('bench-rows', { rows: ROWS, declared }, file));
      const straight = (script) => () =>
        rate(store, (file) => [here(import.meta.url, script), String(ROWS), file]);
      const results = await alternate(rounds, {
        inferred: host(false),
        pages: straight('straight-pages.mjs'),
        declared: host(true),
        stream: straight('straight-stream.mjs'),
      });
      const best = median(results.pages) > median(results.stream) ? 'pages' : 'stream';
      const line = (what, host, limit) =>
        ratio(`generator to CSV, 1 M rows, ${what}`, 'k rows/s', host, results[best], limit);
      return [
        line(`columns inferred, beside csv-stringify (${best})`, results.inferred, REQUIRED),
        line('columns declared and converted', results.declared),
        line('csv-stringify, sync by page', results.pages),
        line('csv-stringify, stream', results.stream),
      ];
    }),
};

/** Thousands of rows a second, by wall time with the start of the process. */
async function rate(store, args) {
  const { wall } = await store.fill(ROWS, (file) => measure(args(file)));
  return ROWS / wall / 1000;
}
