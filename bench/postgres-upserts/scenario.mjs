import { absolute, alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { ask, tableHash, withPostgres } from '../harness/postgres.mjs';
import { CREATE_ROWS } from '../postgres-rows.mjs';
import { EXISTING } from '../upserts/upserts.mjs';

const UPSERTS = 1_000_000;

/** Upserts by key into a table that is full already and has an index on the key, beside a script with the same statements. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withPostgres(async (url) => {
      await ask(url, `CREATE TABLE full_rows ${CREATE_ROWS}`);
      await measure([here(import.meta.url, 'fill.mjs'), String(EXISTING), url]);
      let expected;
      const upsert = (script) => async () => {
        await ask(
          url,
          `DROP TABLE IF EXISTS rows; CREATE TABLE rows AS SELECT * FROM full_rows;
           CREATE INDEX rows_host_key ON rows (id); DROP TABLE IF EXISTS _host_tables, _host_meta, _host_state,
           _host_state_history, _host_runs, _host_rejected_rows; ANALYZE rows; CHECKPOINT`,
        );
        const { out } = await measure([here(import.meta.url, script), String(UPSERTS), url]);
        const hash = await tableHash(url, 'rows');
        if ((expected ??= hash) !== hash) throw new Error(`${script} left ${hash}, not ${expected}`);
        const { seconds, cpu } = JSON.parse(out);
        return { cpu, rate: UPSERTS / seconds / 1000 };
      };
      const { host, straight } = await alternate(rounds, {
        host: upsert('engine.mjs'),
        straight: upsert('straight.mjs'),
      });
      const of = (results, key) => results.map((result) => result[key]);
      return [
        absolute('1 M upserts by key into 1 M rows of PostgreSQL', 'k rows/s', of(host, 'rate'), {
          atLeast: 80,
        }),
        ratio(
          '1 M upserts by key, beside COPY, DELETE USING and INSERT',
          'k rows/s',
          of(host, 'rate'),
          of(straight, 'rate'),
        ),
      ];
    }),
};
