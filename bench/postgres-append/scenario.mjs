import { absolute, alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';
import { ask, tableHash, withPostgres } from '../harness/postgres.mjs';
import { CREATE_ROWS } from '../postgres-rows.mjs';

const ROWS = 1_000_000;

/** Rows added to a table, beside a script that copies them; the server runs on the same cores. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withPostgres(async (url) => {
      let expected;
      const append = (script) => async () => {
        await ask(url, `DROP TABLE IF EXISTS rows; CREATE TABLE rows ${CREATE_ROWS}; CHECKPOINT`);
        const { out } = await measure([here(import.meta.url, script), String(ROWS), url]);
        const hash = await tableHash(url, 'rows');
        if ((expected ??= hash) !== hash) throw new Error(`${script} left ${hash}, not ${expected}`);
        const { seconds, cpu } = JSON.parse(out);
        return { cpu, rate: ROWS / seconds / 1000 };
      };
      const { host, straight } = await alternate(rounds, {
        host: append('engine.mjs'),
        straight: append('straight.mjs'),
      });
      const of = (results, key) => results.map((result) => result[key]);
      return [
        absolute('1 M rows to PostgreSQL, append', 'k rows/s', of(host, 'rate'), { atLeast: 150 }),
        ratio(
          '1 M rows to PostgreSQL, append, beside COPY',
          'k rows/s',
          of(host, 'rate'),
          of(straight, 'rate'),
          {
            atLeast: 0.85,
          },
        ),
        ratio('1 M rows to PostgreSQL, append, CPU of the client', 's', of(host, 'cpu'), of(straight, 'cpu')),
      ];
    }),
};
