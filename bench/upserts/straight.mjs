// What is written by hand: rows through the appender into a temporary table, then one transaction that deletes the keys
// and inserts the rows. node straight.mjs COUNT FILE
import { DuckDBInstance } from '@duckdb/node-api';
import { appendRows, CREATE_ROWS } from '../duckdb-append.mjs';
import { startWatch } from '../harness/stopwatch.mjs';
import { upsertPages } from './upserts.mjs';

const [count, file] = process.argv.slice(2);
const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();
const stop = startWatch();
await connection.run(`CREATE TEMPORARY TABLE stage ${CREATE_ROWS}`);
await appendRows(await connection.createAppender('stage', null, 'temp'), upsertPages(Number(count)));
await connection.run('BEGIN');
await connection.run('DELETE FROM rows USING stage WHERE rows.id = stage.id');
await connection.run('INSERT INTO rows SELECT * FROM stage');
await connection.run('COMMIT');
console.log(JSON.stringify(stop()));
connection.closeSync();
instance.closeSync();
