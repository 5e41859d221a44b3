import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absolute, alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { Store, withFolder } from '../harness/store.mjs';
import { EXISTING } from './upserts.mjs';

const UPSERTS = 1_000_000;

/** Upserts by key into a table that is full already, beside a script with the same statements. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withFolder(async (folder) => {
      const store = new Store(folder, '.duckdb');
      const full = join(folder, 'full.duckdb');
      await measure([here(import.meta.url, '../memory/straight-duckdb.mjs'), String(EXISTING), full]);
      const upsert = (script) => () =>
        store.fill(EXISTING + UPSERTS / 2, async (file) => {
          await copyFile(full, file);
          const { out } = await measure([here(import.meta.url, script), String(UPSERTS), file]);
          const { seconds, cpu } = JSON.parse(out);
          return { cpu, rate: UPSERTS / seconds / 1000 };
        });
      const { host, straight } = await alternate(rounds, {
        host: upsert('engine.mjs'),
        straight: upsert('straight.mjs'),
      });
      const of = (results, key) => results.map((result) => result[key]);
      return [
        absolute('1 M upserts by key into 1 M rows, half of them new', 'k rows/s', of(host, 'rate'), {
          atLeast: 250,
        }),
        ratio(
          '1 M upserts by key, beside appender, DELETE USING and INSERT',
          'k rows/s',
          of(host, 'rate'),
          of(straight, 'rate'),
          { atLeast: 0.9 },
        ),
        ratio('1 M upserts by key, CPU', 's', of(host, 'cpu'), of(straight, 'cpu')),
      ];
    }),
};
