// Rows of a database by csv-stringify, a page at a time, one write in flight: node straight-csv.mjs DATABASE FILE
import { open } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { stringify } from 'csv-stringify/sync';

const [database, path] = process.argv.slice(2);
const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
const result = await connection.stream('FROM rows');
const names = result.columnNames();
const file = await open(path, 'w');
let writing = file.write(stringify([names]));
for (;;) {
  const chunk = await result.fetchChunk();
  if (!chunk || chunk.rowCount === 0) break;
  const rows = chunk
    .getRows()
    .map((row) => row.map((value) => (typeof value === 'object' ? String(value) : value)));
  const text = stringify(rows, { cast: { boolean: String } });
  await writing;
  writing = file.write(text);
}
await writing;
await file.close();
