import { alternate, ratio } from '../harness/compare.mjs';
import { here, hostRun, measure } from '../harness/measure.mjs';
import { withPageServer } from '../harness/page-server.mjs';
import { Store, withFolder } from '../harness/store.mjs';

const ROWS = 1_000_000;
const LIMIT = { atMost: 1 };

/** A REST API read whole into a database, beside a script that does only that. */
export const scenario = {
  rounds: 5,
  run: (rounds) =>
    withPageServer({ rows: ROWS }, (url) =>
      withFolder(async (folder) => {
        const store = new Store(folder, '.duckdb');
        const straight = here(import.meta.url, 'straight.mjs');
        const results = await alternate(rounds, {
          host: () => store.fill(ROWS, (file) => measure(hostRun('bench-rest', { base_url: url }, file))),
          straight: () => store.fill(ROWS, (file) => measure([straight, url, String(ROWS), file])),
        });
        const line = (what, unit, key, limit) =>
          ratio(`REST to DuckDB, 1 M rows, ${what}`, unit, ...pairs(results, key), limit);
        return [
          line('wall', 's', 'wall', LIMIT),
          line('CPU', 's', 'cpu', LIMIT),
          line('peak memory', 'MiB', 'rss'),
        ];
      }),
    ),
};

function pairs({ host, straight }, key) {
  return [host.map((result) => result[key]), straight.map((result) => result[key])];
}
