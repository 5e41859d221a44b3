// DuckDB's own COPY, which knows no rows: node copy.mjs DATABASE FILE
import { DuckDBInstance } from '@duckdb/node-api';

const [database, file] = process.argv.slice(2);
const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
const format = file.endsWith('.csv') ? '(FORMAT csv, HEADER)' : '(FORMAT parquet, COMPRESSION zstd)';
await connection.run(`COPY rows TO '${file}' ${format}`);
