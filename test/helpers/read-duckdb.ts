import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'lossless-json';
import { existsSync, realpathSync } from 'node:fs';
import type { StoredRow } from 'connector-host/testing';
import { exactNumber } from './exact-number.js';
import { textOf } from '../../src/targets/values/text-of.js';

/** The text of a column in the form that the target suite compares, whatever DuckDB's own CAST would print. */
const TEXT: Record<string, (name: string) => string> = {
  DATE: (name) => `strftime(${name}, '%Y-%m-%d')`,
  TIMESTAMP: (name) => withFraction(name),
  'TIMESTAMP WITH TIME ZONE': (name) => `${withFraction(`(${name} AT TIME ZONE 'UTC')`)} || 'Z'`,
  TIME: (name) => `CAST(${name} AS VARCHAR)`,
  BLOB: (name) => `to_base64(${name})`,
};

function withFraction(name: string): string {
  return `strftime(${name}, '%Y-%m-%dT%H:%M:%S') || CASE WHEN date_part('microsecond', ${name}) % 1000000 = 0 THEN ''
    WHEN date_part('microsecond', ${name}) % 1000 = 0 THEN strftime(${name}, '.%g') ELSE strftime(${name}, '.%f') END`;
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Reads a table as another connection sees it, in the order of its rows; undefined where there is none. */
export async function readDuckdb(file: string, table: string): Promise<StoredRow[] | undefined> {
  if (!existsSync(file)) return undefined;
  const connection = await (await DuckDBInstance.fromCache(realpathSync(file))).connect();
  try {
    const columns = (
      await connection.runAndReadAll(
        'SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 ORDER BY column_index',
        [table],
      )
    ).getRows() as [string, string][];
    if (columns.length === 0) return undefined;
    const list = columns.map(
      ([name, type]) => `${TEXT[type]?.(quote(name)) ?? quote(name)} AS ${quote(name)}`,
    );
    const result = await connection.runAndReadAll(
      `SELECT ${list.join(', ')} FROM ${quote(table)} ORDER BY rowid`,
    );
    return result.getRows().map((values) =>
      Object.fromEntries(
        columns.map(([name, type], index) => {
          const value = values[index];
          if (value === null || value === undefined) return [name, null];
          if (type === 'JSON') return [name, textOf(parse(value as string, null, exactNumber)) ?? null];
          // Decimals are objects with their own text.
          return [name, typeof value === 'object' ? String(value) : (textOf(value) ?? null)];
        }),
      ),
    );
  } finally {
    connection.closeSync();
  }
}
