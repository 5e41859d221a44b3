import { absolute, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { withFolder } from '../harness/store.mjs';

const ROWS = 1_000_000;
const SMALL = 250_000;
/** One row in so many is another one. */
const EVERY = 100;

/** A mirror of which one row in a hundred changed, beside a smaller one. */
export const scenario = {
  rounds: 1,
  run: async (rounds) => {
    const results = { large: [], small: [] };
    for (let round = 0; round < rounds; round += 1) {
      results.large.push(await changed(ROWS));
      results.small.push(await changed(SMALL));
    }
    const of = (key) => results.large.map((result) => result[key]);
    return [
      absolute('mirror of 1 M rows, 1 % changed: comparison', 's', of('diff'), { atMost: 3 }),
      absolute('the same: comparison, CPU', 's', of('diffCpu')),
      absolute('the same: rows sent', 'rows', of('sent'), { atMost: ROWS / EVERY }),
      absolute('the same: reading and staging', 's', of('read')),
      ratio(
        'the same: peak memory, beside 250,000 rows',
        'MiB',
        of('rss'),
        results.small.map(({ rss }) => rss),
      ),
    ];
  },
};

async function changed(rows) {
  return withFolder(async (folder) => {
    const run = (every) =>
      measure([here(import.meta.url, 'engine.mjs'), String(rows), String(every), folder]);
    await run(0);
    const { out, rss } = await run(EVERY);
    return { ...JSON.parse(out), rss };
  });
}
