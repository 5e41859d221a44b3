// Rows of a database as rows into another one, and from there into Parquet, since no row gets into Parquet otherwise:
// node straight-parquet.mjs DATABASE FILE
import { DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';

const [database, path] = process.argv.slice(2);
const from = await (await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' })).connect();
const into = await (await DuckDBInstance.create(':memory:')).connect();
const result = await from.stream('FROM rows');
const [names, types] = [result.columnNames(), result.columnTypes()];
await into.run(`CREATE TABLE rows (${names.map((name, i) => `"${name}" ${types[i]}`).join(', ')})`);
const appender = await into.createAppender('rows');
for (;;) {
  const chunk = await result.fetchChunk();
  if (!chunk || chunk.rowCount === 0) break;
  const copy = DuckDBDataChunk.create(types, chunk.rowCount);
  copy.setRows(chunk.getRows());
  appender.appendDataChunk(copy);
}
appender.closeSync();
await into.run(`COPY rows TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
