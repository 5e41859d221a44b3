import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredRow } from 'connector-host/testing';
import { readDuckdb } from '../../helpers/read-duckdb.js';

/** Rows of Parquet files, in the order of their names, as the target suite compares them. */
export async function storedParquet(files: readonly string[]): Promise<readonly StoredRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'connector-host-'));
  const database = join(folder, 'read.duckdb');
  try {
    await queryParquet(
      files,
      (from) => `CREATE TABLE t AS SELECT * EXCLUDE (file_row_number) FROM ${from}`,
      database,
    );
    return (await readDuckdb(database, 't')) ?? [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param sql of what stands behind FROM */
export async function queryParquet(
  files: readonly string[],
  sql: (from: string) => string,
  database = ':memory:',
): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  try {
    const names = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
    const result = await connection.runAndReadAll(
      sql(
        `read_parquet([${names}], union_by_name = true, file_row_number = true, hive_partitioning = false)`,
      ),
    );
    return result.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
