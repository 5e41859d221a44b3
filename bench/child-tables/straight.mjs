// The two tables as they are written by hand, each by its appender, in one transaction: node straight.mjs COUNT FILE
import {
  BIGINT,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTimestampValue,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { startWatch } from '../harness/stopwatch.mjs';
import { orderPages } from './orders.mjs';

const CHUNK_ROWS = 2048;
const [count, file] = process.argv.slice(2);

class Loader {
  #appender;
  #types;
  #columns;

  constructor(appender, types) {
    this.#appender = appender;
    this.#types = types;
    this.#columns = types.map(() => []);
  }

  add(...values) {
    const columns = this.#columns;
    for (let i = 0; i < values.length; i += 1) columns[i].push(values[i]);
    if (columns[0].length === CHUNK_ROWS) this.#append();
  }

  close() {
    if (this.#columns[0].length > 0) this.#append();
    this.#appender.flushSync();
    this.#appender.closeSync();
  }

  #append() {
    const chunk = DuckDBDataChunk.create(this.#types, this.#columns[0].length);
    chunk.setColumns(this.#columns);
    this.#appender.appendDataChunk(chunk);
    this.#columns = this.#types.map(() => []);
  }
}

const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();
const stop = startWatch();
await connection.run('BEGIN');
await connection.run(`CREATE TABLE rows (id BIGINT, placed_at TIMESTAMP, total DOUBLE, customer_id BIGINT,
  customer_name VARCHAR, customer_city VARCHAR)`);
await connection.run(`CREATE TABLE rows__items (_parent_id BIGINT, _index BIGINT, sku VARCHAR, quantity BIGINT,
  price DOUBLE, label VARCHAR)`);
const orders = new Loader(await connection.createAppender('rows'), [
  BIGINT,
  TIMESTAMP,
  DOUBLE,
  BIGINT,
  VARCHAR,
  VARCHAR,
]);
const items = new Loader(await connection.createAppender('rows__items'), [
  BIGINT,
  BIGINT,
  VARCHAR,
  BIGINT,
  DOUBLE,
  VARCHAR,
]);
for (const page of orderPages(Number(count))) {
  for (const order of page) {
    const { customer } = order;
    const id = BigInt(order.id);
    const placedAt = new DuckDBTimestampValue(BigInt(Date.parse(order.placed_at)) * 1000n);
    orders.add(id, placedAt, order.total, BigInt(customer.id), customer.name, customer.city);
    for (const [index, { sku, quantity, price, label }] of order.items.entries()) {
      items.add(id, BigInt(index), sku, BigInt(quantity), price, label);
    }
  }
}
orders.close();
items.close();
await connection.run('COMMIT');
console.log(JSON.stringify(stop()));
connection.closeSync();
instance.closeSync();
