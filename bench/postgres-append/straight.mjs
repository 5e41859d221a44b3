// What is written by hand: COPY into the table. node straight.mjs COUNT URL
import pg from 'pg';
import { startWatch } from '../harness/stopwatch.mjs';
import { copyRows } from '../postgres-rows.mjs';
import { makePage } from '../rows.mjs';

const PAGE = 1000;
const [count, url] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
const stop = startWatch();
await copyRows(client, 'rows', pages());
console.log(JSON.stringify(stop()));
await client.end();

function* pages() {
  for (let offset = 0; offset < Number(count); offset += PAGE) yield makePage(offset, PAGE);
}
