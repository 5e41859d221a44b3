// Upserts one by one, each with a checkpoint after it or with none: node engine.mjs with|without COUNT FILE
import { op } from '../../dist/index.js';
import { runIntoDuckdb } from '../harness/run-into-duckdb.mjs';
import { COLUMNS, makeRow } from '../rows.mjs';

const [kind, count, file] = process.argv.slice(2);
const hasCheckpoints = kind === 'with';

const result = await runIntoDuckdb(file, {
  schema: { tables: [{ name: 'rows', columns: COLUMNS, primaryKey: ['id'] }] },
  *emissions() {
    for (let i = 0; i < Number(count); i += 1) {
      yield op.upsert('rows', makeRow(i));
      if (hasCheckpoints) yield op.checkpoint({ cursor: i });
    }
  },
});
console.log(JSON.stringify(result));
