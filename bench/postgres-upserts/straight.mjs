// What is written by hand: COPY into a temporary table, then one transaction that deletes the keys and inserts the rows.
// node straight.mjs COUNT URL
import pg from 'pg';
import { startWatch } from '../harness/stopwatch.mjs';
import { copyRows, CREATE_ROWS } from '../postgres-rows.mjs';
import { upsertPages } from '../upserts/upserts.mjs';

const [count, url] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
const stop = startWatch();
await client.query(`CREATE TEMPORARY TABLE stage ${CREATE_ROWS}`);
await copyRows(client, 'stage', upsertPages(Number(count)));
await client.query('ANALYZE stage');
await client.query('BEGIN');
await client.query('DELETE FROM rows USING stage WHERE rows.id = stage.id');
await client.query('INSERT INTO rows SELECT * FROM stage');
await client.query('COMMIT');
console.log(JSON.stringify(stop()));
await client.end();
