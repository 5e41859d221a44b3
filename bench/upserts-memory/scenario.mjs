import { alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { Store, withFolder } from '../harness/store.mjs';

const SMALL = 1_000_000;
const LARGE = 10_000_000;

/** Peak resident memory of one long run of upserts, beside a short one. */
export const scenario = {
  rounds: 1,
  run: (rounds) =>
    withFolder(async (folder) => {
      const peak = (kind, upserts, rows) => {
        const store = new Store(folder, `-${kind}-${upserts}.duckdb`);
        const args = (file) => [here(import.meta.url, 'engine.mjs'), kind, String(upserts), file];
        return async () => (await store.fill(rows, (file) => measure(args(file)))).rss;
      };
      const results = await alternate(rounds, {
        same: peak('same', SMALL, SMALL),
        sameLarge: peak('same', LARGE, SMALL),
        growing: peak('growing', SMALL, SMALL / 2),
        growingLarge: peak('growing', LARGE, LARGE / 2),
      });
      return [
        ratio(
          'peak memory, 10 M upserts of 1 M keys beside 1 M upserts',
          'MiB',
          results.sameLarge,
          results.same,
          { atMost: 1.1 },
        ),
        ratio(
          'peak memory, 10 M upserts beside 1 M, half of them new, into a table that grows to 5 M rows',
          'MiB',
          results.growingLarge,
          results.growing,
          { atMost: 1.1 },
        ),
      ];
    }),
};
