// Looks into a database without installing anything: npm run query -- "SQL" [file, default warehouse.duckdb]
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

/** Runs one query read-only and prints its rows as a table. */
export async function query(sql, file) {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  console.table((await connection.runAndReadAll(sql)).getRowObjectsJson());
  connection.closeSync();
  instance.closeSync();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [sql = 'SHOW TABLES', file = 'warehouse.duckdb'] = process.argv.slice(2);
  try {
    await query(sql, file);
  } catch (error) {
    // What DuckDB says after an empty line is the query, with a mark below it.
    const [sentence] = String(error.message).split('\n\n');
    console.error(`error: ${sentence.replaceAll('\n', ' ')}`);
    process.exitCode = 1;
  }
}
