// Prints number and hash of the rows of both tables, by the names and types of their columns:
//   node check-tables.mjs FILE
import { DuckDBInstance } from '@duckdb/node-api';

const HASHED = {
  rows: 'id, CAST(placed_at AS TIMESTAMP), total, customer_id, customer_name, customer_city',
  rows__items: '_parent_id, _index, sku, quantity, price, label',
};

const instance = await DuckDBInstance.create(process.argv[2], { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
for (const [table, columns] of Object.entries(HASHED)) {
  const reader = await connection.runAndReadAll(
    `SELECT count(*), bit_xor(hash(${columns})), sum(hash(${columns})::HUGEINT) FROM ${table}`,
  );
  console.log(reader.getRowsJson()[0].join(' '));
}
connection.closeSync();
instance.closeSync();
