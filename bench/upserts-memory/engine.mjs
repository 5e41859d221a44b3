// Upserts with a checkpoint every 10,000 rows: node engine.mjs same|growing COUNT FILE
// `same`: the keys of one million rows come again and again; `growing`: every other row is new.
import { op } from '../../dist/index.js';
import { runIntoDuckdb } from '../harness/run-into-duckdb.mjs';
import { COLUMNS, makeRow } from '../rows.mjs';

const PAGE = 1000;
const CHECKPOINT_EVERY = 10_000;
const KEYS = 1_000_000;
const [kind, count, file] = process.argv.slice(2);
const keyOf = kind === 'same' ? (i) => i % KEYS : (i) => (i % 2 === 0 ? i : Math.floor(i / 4) * 2);

await runIntoDuckdb(file, {
  schema: { tables: [{ name: 'rows', columns: COLUMNS, primaryKey: ['id'] }] },
  *emissions() {
    for (let offset = 0; offset < Number(count); offset += PAGE) {
      const page = [];
      for (let i = offset; i < offset + PAGE; i += 1) page.push(makeRow(keyOf(i)));
      yield op.upsert('rows', page);
      if ((offset + PAGE) % CHECKPOINT_EVERY === 0) yield op.checkpoint({ cursor: offset });
    }
  },
});
