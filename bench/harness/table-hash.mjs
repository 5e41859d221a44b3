// Prints the number of rows and a hash of all their values, whatever their order: node table-hash.mjs FILE
// A CSV file is read with the columns' types, so that two ways to write the same value count as the same:
// csv-stringify by itself writes true as 1 and false as nothing.
import { DuckDBInstance } from '@duckdb/node-api';
import { COLUMN_TYPES } from '../rows.mjs';

const [file] = process.argv.slice(2);
const isCsv = file.endsWith('.csv');
const values = Object.keys(COLUMN_TYPES)
  .map((name) => (name === 'active' ? 'coalesce(active, false)' : name))
  .join(', ');
const types = Object.entries(COLUMN_TYPES).map(
  ([name, type]) => `${name}: '${type.replace('string', 'varchar')}'`,
);
const source = isCsv ? `read_csv('${file}', header = true, columns = {${types.join(', ')}})` : 'rows';
const instance = await DuckDBInstance.create(
  isCsv ? ':memory:' : file,
  isCsv ? {} : { access_mode: 'READ_ONLY' },
);
const connection = await instance.connect();
const reader = await connection.runAndReadAll(
  `SELECT count(*), bit_xor(hash(${values})), sum(hash(${values})::HUGEINT) FROM ${source}`,
);
console.log(reader.getRowsJson()[0].join(' '));
connection.closeSync();
instance.closeSync();
