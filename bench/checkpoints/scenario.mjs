import { alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { Store, withFolder } from '../harness/store.mjs';

const ROWS = 1_000_000;

/** What a checkpoint after each row costs: the same upserts with and without. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withFolder(async (folder) => {
      const store = new Store(folder, '.duckdb');
      const engine = here(import.meta.url, 'engine.mjs');
      const upsert = (kind) => () =>
        store.fill(ROWS, async (file) => {
          const { seconds, cpu } = JSON.parse((await measure([engine, kind, String(ROWS), file])).out);
          return { rate: ROWS / seconds / 1000, cpu };
        });
      const results = await alternate(rounds, { with: upsert('with'), without: upsert('without') });
      const line = (what, unit, key, limit) =>
        ratio(
          `1 M upserts with a checkpoint after each, beside none, ${what}`,
          unit,
          results.with.map((result) => result[key]),
          results.without.map((result) => result[key]),
          limit,
        );
      return [line('speed', 'k rows/s', 'rate', { atLeast: 0.8 }), line('CPU', 's', 'cpu')];
    }),
};
