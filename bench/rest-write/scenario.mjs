/* global fetch */
import { alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { withServer } from '../harness/with-server.mjs';

const BATCH = 100;
const LATENCY = 5;
const IN_FLIGHT = 8;
const SMALL = Number(process.env.BENCH_ROWS ?? 200_000);
const LARGE = 5 * SMALL;

/** Rows to an endpoint that takes 5 ms for a batch of 100, 8 under way at a time, beside a bare loop of axios. */
export const scenario = {
  rounds: 5,
  run: (rounds) =>
    withServer(here(import.meta.url, 'sink-server.mjs'), [LATENCY], async (url) => {
      const run = (script, rows) => async () => {
        const result = await measure(
          [here(import.meta.url, script), url, rows, BATCH, IN_FLIGHT].map(String),
        );
        const came = Number(await (await fetch(`${url}/count`)).text());
        if (came !== rows) throw new Error(`${script}: ${came} of ${rows} rows came`);
        return { ...result, speed: rows / result.wall / 1000 };
      };
      const results = await alternate(rounds, {
        host: run('writer.mjs', SMALL),
        straight: run('straight.mjs', SMALL),
      });
      const tenfold = await alternate(Math.min(rounds, 3), { host: run('writer.mjs', LARGE) });
      const what = `rows to an endpoint, ${IN_FLIGHT} batches of ${BATCH} in flight`;
      const values = (key) => [
        results.host.map((each) => each[key]),
        results.straight.map((each) => each[key]),
      ];
      return [
        ratio(what, 'k rows/s', ...values('speed'), { atLeast: 0.95 }),
        ratio(`${what}, CPU`, 's', ...values('cpu')),
        ratio(
          `${what}, peak memory, five times the rows`,
          'MiB',
          tenfold.host.map(({ rss }) => rss),
          results.host.slice(0, tenfold.host.length).map(({ rss }) => rss),
          { atMost: 1.15 },
        ),
      ];
    }),
};
