// Upserts by the engine: node engine.mjs COUNT URL
import { op } from '../../dist/index.js';
import { runIntoPostgres } from '../harness/run-into-postgres.mjs';
import { COLUMNS } from '../rows.mjs';
import { upsertPages } from '../upserts/upserts.mjs';

const [count, url] = process.argv.slice(2);

const result = await runIntoPostgres(url, {
  schema: { tables: [{ name: 'rows', columns: COLUMNS, primaryKey: ['id'] }] },
  *emissions() {
    for (const page of upsertPages(Number(count))) yield op.upsert('rows', page);
    yield op.checkpoint({ upserts: Number(count) });
  },
});
console.log(JSON.stringify(result));
