import { alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { withPageServer } from '../harness/page-server.mjs';

const ROWS = 40_000;
const SUM_OF_IDS = (ROWS * (ROWS - 1)) / 2;
const LIMIT = { atLeast: 1.8 };
const CASES = [
  { consume: 40, what: '40 pages after 50 ms each, 40 ms to consume one' },
  { consume: 0, what: '40 pages after 50 ms each, nothing to consume' },
];

/** What fetching pages ahead saves where the API is slow to answer. */
export const scenario = {
  rounds: 5,
  run: (rounds) =>
    withPageServer({ rows: ROWS, latency: 50 }, async (url) => {
      const lines = [];
      for (const { consume, what } of CASES) {
        const { on, off } = await alternate(rounds, {
          on: () => pagesPerSecond(url, true, consume),
          off: () => pagesPerSecond(url, false, consume),
        });
        lines.push(ratio(`${what}, beside prefetch off`, 'pages/s', on, off, LIMIT));
      }
      return lines;
    }),
};

async function pagesPerSecond(url, prefetch, consume) {
  const script = here(import.meta.url, 'read.mjs');
  const { out } = await measure([script, url, String(prefetch), String(consume)]);
  const { rows, sum, seconds } = JSON.parse(out);
  if (rows !== ROWS || sum !== SUM_OF_IDS) throw new Error(`${rows} rows were read, or others than served`);
  return rows / 1000 / seconds;
}
