import { DuckDBInstance } from '@duckdb/node-api';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** What a target holds, as a reader sees it: a line of text for each row, sorted. */
const COLUMNS = `CAST(id AS VARCHAR), CAST(salt AS VARCHAR), CAST(value AS VARCHAR), note, _partition`;

/** @returns undefined where there is no table */
export async function contentsOf(to, schema) {
  if (to.startsWith('postgres')) return fromPostgres(to, schema);
  return to.endsWith('/') ? fromFolder(to) : fromDatabase(to);
}

async function fromPostgres(url, schema) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SET search_path = "${schema}"`);
    const columns = await client.query(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = 'parts'`,
      [schema],
    );
    if (columns.rowCount === 0) return undefined;
    const hasNote = columns.rows.some(({ column_name: name }) => name === 'note');
    const { rows } = await client.query(
      `SELECT id::text, salt::text, value::text, ${hasNote ? 'note' : 'NULL AS note'}, _partition FROM parts`,
    );
    return rows.map((row) => line(Object.values(row))).sort();
  } finally {
    await client.end();
  }
}

async function fromDatabase(file) {
  if (!existsSync(file)) return undefined;
  return query(await DuckDBInstance.fromCache(file), 'parts');
}

/** DuckDB takes the values of the dimensions from the names of the folders. */
async function fromFolder(folder) {
  if (!existsSync(join(folder, 'parts'))) return undefined;
  const files = `read_parquet('${join(folder, 'parts')}/**/*.parquet', hive_partitioning = true, union_by_name = true)`;
  return query(await DuckDBInstance.create(':memory:'), files);
}

async function query(instance, from) {
  const connection = await instance.connect();
  try {
    const rows = await connection.runAndReadAll(`SELECT ${COLUMNS} FROM ${from}`);
    return rows.getRows().map(line).sort();
  } catch (error) {
    if (/does not exist|No files found/.test(error.message)) return undefined;
    // No partition with the column has come yet.
    if (/"note" not found/.test(error.message)) return await queryWithoutNote(connection, from);
    throw error;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function queryWithoutNote(connection, from) {
  const rows = await connection.runAndReadAll(`SELECT ${COLUMNS.replace('note', 'NULL')} FROM ${from}`);
  return rows.getRows().map(line).sort();
}

/** 3 and 3.0 are one number. */
function line(values) {
  const [id, salt, value, note, partition] = values;
  return JSON.stringify([partition, Number(id), salt, Number(value), note]);
}
