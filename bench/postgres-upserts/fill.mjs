// Fills the table that upserts find: node fill.mjs COUNT URL
import pg from 'pg';
import { copyRows } from '../postgres-rows.mjs';
import { makePage } from '../rows.mjs';

const PAGE = 1000;
const [count, url] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
await copyRows(client, 'full_rows', pages());
await client.end();

function* pages() {
  for (let offset = 0; offset < Number(count); offset += PAGE) yield makePage(offset, PAGE);
}
