// Upserts by the engine: node engine.mjs COUNT FILE
import { op } from '../../dist/index.js';
import { runIntoDuckdb } from '../harness/run-into-duckdb.mjs';
import { COLUMNS } from '../rows.mjs';
import { upsertPages } from './upserts.mjs';

const [count, file] = process.argv.slice(2);

const result = await runIntoDuckdb(file, {
  schema: { tables: [{ name: 'rows', columns: COLUMNS, primaryKey: ['id'] }] },
  *emissions() {
    for (const page of upsertPages(Number(count))) yield op.upsert('rows', page);
    yield op.checkpoint({ upserts: Number(count) });
  },
});
console.log(JSON.stringify(result));
