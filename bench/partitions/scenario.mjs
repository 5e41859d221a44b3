import { performance } from 'node:perf_hooks';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { absolute, alternate, ratio } from '../harness/compare.mjs';
import { here, HOST, hostRun, measure } from '../harness/measure.mjs';
import { withPageServer } from '../harness/page-server.mjs';
import { withFolder } from '../harness/store.mjs';

const PLUGIN = here(import.meta.url, '../plugin');
/** Partitions of an API, 20 pages each, and milliseconds before each answer. */
const API = { parts: 64, rows: 400, page: 20, latency: 50 };
const CPU = { parts: 50, rows: 20_000 };
const MANY = 1_000_000;
const FEWER = 200_000;

/** What cutting a dataset into partitions costs, and what reading several at once saves. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withFolder(async (folder) => [
      ...(await overApi(folder, rounds)),
      ...(await besideOneRead(folder, rounds)),
      ...(await millions(folder)),
    ]),
};

function overApi(folder, rounds) {
  return withPageServer(
    { rows: API.parts * API.rows, latency: API.latency, page: API.page },
    async (base_url) => {
      const run = async (concurrency) => {
        const file = join(folder, 'api.duckdb');
        const { parts, rows, page } = API;
        const values = { parts, rows, page, base_url };
        const { out } = await measure([
          ...hostRun('bench-parts', values, file),
          '--concurrency',
          String(concurrency),
          '--json',
        ]);
        await check(file, API);
        return JSON.parse(out).seconds;
      };
      const { eight, one } = await alternate(rounds, { eight: () => run(8), one: () => run(1) });
      return [
        ratio(
          '64 partitions of an API, 20 pages of 50 ms each: 8 at once beside 1',
          '1/s',
          eight.map((seconds) => 1 / seconds),
          one.map((seconds) => 1 / seconds),
          { atLeast: 7.5 },
        ),
      ];
    },
  );
}

async function besideOneRead(folder, rounds) {
  const rows = CPU.parts * CPU.rows;
  const { parts, whole } = await alternate(rounds, {
    parts: async () => {
      const file = join(folder, 'parts.duckdb');
      const usage = await measure(hostRun('bench-parts', CPU, file));
      await check(file, CPU);
      return usage;
    },
    whole: async () => {
      const file = join(folder, 'whole.duckdb');
      const usage = await measure(hostRun('bench-rows', { rows }, file));
      await check(file, { parts: 1, rows, column: 'id < 0' });
      return usage;
    },
  });
  const what = '1 M rows in 50 partitions beside one read of them';
  return ['cpu', 'wall'].map((of) =>
    ratio(
      `${what}: ${of}`,
      's',
      parts.map((usage) => usage[of]),
      whole.map((usage) => usage[of]),
      { atMost: 1.05 },
    ),
  );
}

async function millions(folder) {
  const load = async (parts) => {
    const file = join(folder, `${parts}.duckdb`);
    const usage = await measure([...hostRun('bench-parts', { parts, rows: 1 }, file), '--concurrency', '8']);
    await check(file, { parts, rows: 1 }, false);
    return { ...usage, file };
  };
  const fewer = await load(FEWER);
  const many = await load(MANY);
  const startedAt = performance.now();
  await measure([
    HOST,
    'partitions',
    'bench-parts',
    '--plugin',
    PLUGIN,
    '--set',
    `parts=${MANY}`,
    '--set',
    'rows=1',
    '--to',
    many.file,
    '--table',
    'rows',
    '--partition',
    'missing',
    '--json',
  ]);
  const missing = (performance.now() - startedAt) / 1000;
  return [
    absolute('1,000,000 partitions of one row into DuckDB', 'partitions/s', [MANY / many.wall], {
      atLeast: 2000,
    }),
    ratio('memory of 1,000,000 partitions beside 200,000', 'MiB', [many.rss], [fewer.rss], { atMost: 1.15 }),
    absolute('`missing` among 1,000,000 partitions that are there', 's', [missing], { atMost: 3 }),
  ];
}

/** Counts what is in the store, by partition. */
async function check(file, { parts, rows, column = '_partition' }, removes = true) {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  const found = await connection.runAndReadAll(
    `SELECT count(*)::INT, min(n)::INT, max(n)::INT FROM (SELECT count(*) AS n FROM rows GROUP BY ${column})`,
  );
  connection.closeSync();
  instance.closeSync();
  if (removes) await rm(file);
  const [counts] = found.getRows();
  if (String(counts) !== String([parts, rows, rows]))
    throw new Error(`${counts} and not ${[parts, rows, rows]} in ${file}`);
}
