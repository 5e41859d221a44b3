import { alternate, ratio } from '../harness/compare.mjs';
import { here, hostRun, measure } from '../harness/measure.mjs';
import { Store, withFolder } from '../harness/store.mjs';

const SMALL = 1_000_000;
const LARGE = 10_000_000;
const TARGETS = [
  { name: 'DuckDB', extension: '.duckdb', straight: ['straight-duckdb.mjs'] },
  {
    name: 'CSV',
    extension: '.csv',
    straight: ['../rows-to-csv/straight-pages.mjs', '../rows-to-csv/straight-stream.mjs'],
  },
];

/** Peak resident memory: beside the bare appender or stringifier, and whether it grows with the rows. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withFolder(async (folder) => {
      const lines = [];
      for (const target of TARGETS) lines.push(...(await measureTarget(target, folder, rounds)));
      return lines;
    }),
};

async function measureTarget({ name, extension, straight }, folder, rounds) {
  const [small, large] = [new Store(folder, `-small${extension}`), new Store(folder, `-large${extension}`)];
  const peak = (store, rows, args) => async () => (await store.fill(rows, (file) => measure(args(file)))).rss;
  const host = (rows) => (file) => hostRun('bench-rows', { rows }, file);
  const bare = Object.fromEntries(
    straight.map((script) => [
      script,
      peak(small, SMALL, (file) => [here(import.meta.url, script), String(SMALL), file]),
    ]),
  );
  const results = await alternate(rounds, { host: peak(small, SMALL, host(SMALL)), ...bare });
  const tenfold = await alternate(rounds, { host: peak(large, LARGE, host(LARGE)) });
  const against = (script, limit) =>
    ratio(
      `peak memory into ${name}, 1 M rows${limit ? '' : ` (${script})`}`,
      'MiB',
      results.host,
      results[script],
      limit,
    );
  return [
    ...straight.map((script) => against(script, { atMost: 1.15 })),
    ratio(`peak memory into ${name}, 10 M rows beside 1 M`, 'MiB', tenfold.host, results.host, {
      atMost: 1.1,
    }),
  ];
}
