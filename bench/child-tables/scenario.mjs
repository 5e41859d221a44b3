import { alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { Store, withFolder } from '../harness/store.mjs';

const ORDERS = 50_000;

/** Orders with items into two tables, beside a script that knows their columns. */
export const scenario = {
  rounds: 5,
  run: (rounds) =>
    withFolder(async (folder) => {
      const store = new Store(folder, '.duckdb', here(import.meta.url, 'check-tables.mjs'));
      const write =
        (script, ...args) =>
        async () =>
          store.fill(ORDERS, async (file) => {
            const { out } = await measure([here(import.meta.url, script), ...args, String(ORDERS), file]);
            return JSON.parse(out);
          });
      const results = await alternate(rounds, {
        declared: write('engine.mjs', 'declared'),
        straight: write('straight.mjs'),
        inferred: write('engine.mjs', 'inferred'),
      });
      const line = (what, kind, key, limit) =>
        ratio(
          `50,000 rows with 4 children each into two tables, ${what}`,
          's',
          results[kind].map((result) => result[key]),
          results.straight.map((result) => result[key]),
          limit,
        );
      return [
        line('columns declared where they can be, wall', 'declared', 'seconds', { atMost: 1.15 }),
        line('columns inferred, wall', 'inferred', 'seconds', { atMost: 1.15 }),
        line('columns declared, CPU', 'declared', 'cpu'),
        line('columns inferred, CPU', 'inferred', 'cpu'),
      ];
    }),
};
