// Prints how many rows there are, how many cursors the saved state has, and how many of those are the last ones:
//   node check-state.mjs FILE
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(process.argv[2], { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
const [[rows]] = (await connection.runAndReadAll('SELECT count(*) FROM rows')).getRowsJson();
const [[state]] = (await connection.runAndReadAll('SELECT state FROM _host_state')).getRowsJson();
const cursors = Object.values(JSON.parse(state));
console.log(rows, cursors.length, cursors.filter((cursor) => cursor.startsWith('2024-01-03')).length);
connection.closeSync();
instance.closeSync();
