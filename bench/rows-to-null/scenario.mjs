import { absolute, alternate, ratio } from '../harness/compare.mjs';
import { here, measure } from '../harness/measure.mjs';

const ROWS = 10_000_000;
const CASES = [
  { kind: 'pages', what: 'generator to null target, pages of 1000', atLeast: 4 },
  { kind: 'rows', what: 'generator to null target, single rows', atLeast: 2 },
];

/** What the loop costs: rows go to a target that only counts them. */
export const scenario = {
  rounds: 5,
  async run(rounds) {
    const lines = [];
    for (const { kind, what, atLeast } of CASES) {
      const run = (script) => () => millionsPerSecond([here(import.meta.url, script), kind, String(ROWS)]);
      const { host, straight } = await alternate(rounds, {
        host: run('engine.mjs'),
        straight: run('straight.mjs'),
      });
      lines.push(absolute(what, 'M rows/s', host, { atLeast }));
      lines.push(ratio(`${what}, beside a bare loop`, 'M rows/s', host, straight));
    }
    return lines;
  },
};

async function millionsPerSecond(args) {
  const { rows, seconds } = JSON.parse((await measure(args)).out);
  if (rows !== ROWS) throw new Error(`${rows} rows came, not ${ROWS}`);
  return rows / seconds / 1e6;
}
