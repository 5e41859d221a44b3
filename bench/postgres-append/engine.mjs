// Rows by the engine, added to a table that is there: node engine.mjs COUNT URL
import { runIntoPostgres } from '../harness/run-into-postgres.mjs';
import { COLUMNS, makePage } from '../rows.mjs';

const PAGE = 1000;
const [count, url] = process.argv.slice(2);

const result = await runIntoPostgres(url, {
  schema: { columns: COLUMNS },
  options: { mode: 'append' },
  *emissions() {
    for (let offset = 0; offset < Number(count); offset += PAGE) yield makePage(offset, PAGE);
  },
});
console.log(JSON.stringify(result));
