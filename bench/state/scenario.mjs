import { absolute, alternate, median } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { Store, withFolder } from '../harness/store.mjs';

const CURSORS = 100_000;

/** A state of many cursors, of which each checkpoint changes one. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withFolder(async (folder) => {
      const store = new Store(folder, '.duckdb', here(import.meta.url, 'check-state.mjs'));
      const { host } = await alternate(rounds, {
        host: () =>
          store.fill(CURSORS, async (file) =>
            JSON.parse((await measure([here(import.meta.url, 'engine.mjs'), file])).out),
          ),
      });
      return [
        absolute(
          '100,000 cursors, one changed with each row by merge patch',
          'k rows/s',
          host.map(({ rate }) => rate),
          { atLeast: 50 },
        ),
        absolute(
          'commit of a state of 100,000 cursors, the median of ten',
          's',
          host.map(({ commits }) => median(commits)),
          { atMost: 0.2 },
        ),
      ];
    }),
};
