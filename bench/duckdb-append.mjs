import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTimestampValue,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';

const CHUNK_ROWS = 2048;
const TYPES = [BIGINT, VARCHAR, VARCHAR, VARCHAR, DOUBLE, BOOLEAN, TIMESTAMP, VARCHAR];

/** Columns of the benchmark's table, for CREATE TABLE. */
export const CREATE_ROWS = `(id BIGINT, uuid VARCHAR, name VARCHAR, email VARCHAR, amount DOUBLE, active BOOLEAN,
  created_at TIMESTAMP, note VARCHAR)`;

/** The straight-line way of rows into a new DuckDB file: chunks of columns through the public API, one transaction. */
export async function appendPages(file, pages) {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE rows ${CREATE_ROWS}`);
  await connection.run('BEGIN');
  await appendRows(await connection.createAppender('rows'), pages);
  await connection.run('COMMIT');
  connection.closeSync();
  instance.closeSync();
}

/** Hands pages to an appender of such a table, and closes it. */
export async function appendRows(appender, pages) {
  let columns = emptyColumns();
  const append = () => {
    const chunk = DuckDBDataChunk.create(TYPES, columns[0].length);
    chunk.setColumns(columns);
    appender.appendDataChunk(chunk);
    columns = emptyColumns();
  };
  for await (const page of pages) {
    for (const row of page) {
      columns[0].push(BigInt(row.id));
      columns[1].push(row.uuid);
      columns[2].push(row.name);
      columns[3].push(row.email);
      columns[4].push(row.amount);
      columns[5].push(row.active);
      columns[6].push(new DuckDBTimestampValue(BigInt(Date.parse(row.created_at)) * 1000n));
      columns[7].push(row.note);
      if (columns[0].length === CHUNK_ROWS) append();
    }
  }
  if (columns[0].length > 0) append();
  appender.flushSync();
  appender.closeSync();
}

function emptyColumns() {
  return TYPES.map(() => []);
}
