// Orders with their items by --nested child-tables: node engine.mjs declared|inferred COUNT FILE
import { runIntoDuckdb } from '../harness/run-into-duckdb.mjs';
import { ORDER_COLUMNS, orderPages } from './orders.mjs';

const [kind, count, file] = process.argv.slice(2);

const result = await runIntoDuckdb(file, {
  schema: { primaryKey: ['id'], ...(kind === 'declared' ? { columns: ORDER_COLUMNS } : {}) },
  emissions: () => orderPages(Number(count)),
  options: { mode: 'overwrite', shape: { nested: 'child-tables' } },
});
console.log(JSON.stringify(result));
