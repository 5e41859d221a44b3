// Makes a database with the usual rows: node make-database.mjs ROWS FILE
import { DuckDBInstance } from '@duckdb/node-api';

const [count, file] = process.argv.slice(2);
const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();
await connection.run(`CREATE TABLE rows AS SELECT
  i AS id, CAST(md5(CAST(i AS VARCHAR)) AS VARCHAR) AS uuid, 'user ' || i AS name, 'user' || i || '@example.com' AS email,
  CAST(i % 1000003 AS DECIMAL(18,2)) / 100 AS amount, i % 2 = 0 AS active,
  TIMESTAMP '2024-01-01' + to_seconds(i * 60) AS created_at, 'note ' || i || ' lorem ipsum dolor sit amet' AS note
  FROM range(${Number(count)}) r(i)`);
connection.closeSync();
instance.closeSync();
