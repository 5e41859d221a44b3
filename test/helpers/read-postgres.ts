import { Client } from 'pg';
import { parse } from 'lossless-json';
import type { StoredRow } from 'connector-host/testing';
import { textOf } from '../../src/targets/values/text-of.js';
import { exactNumber } from './exact-number.js';

/** The text of a column in the form that the target suite compares, whatever PostgreSQL's own cast would print. */
const TEXT: Record<string, (name: string) => string> = {
  boolean: (name) => `${name}::text`,
  'timestamp without time zone': (name) => withFraction(name),
  'timestamp with time zone': (name) => `${withFraction(`(${name} AT TIME ZONE 'UTC')`)} || 'Z'`,
  bytea: (name) => `translate(encode(${name}, 'base64'), E'\\n', '')`,
};

function withFraction(name: string): string {
  return `to_char(${name}, 'YYYY-MM-DD"T"HH24:MI:SS') || CASE WHEN extract(microsecond FROM ${name})::int % 1000000 = 0 THEN ''
    WHEN extract(microsecond FROM ${name})::int % 1000 = 0 THEN to_char(${name}, '.MS') ELSE to_char(${name}, '.US') END`;
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Reads a table as another connection sees it, in the order of its rows; undefined where there is none. */
export async function readPostgres(
  url: string,
  table: string,
  schema = 'public',
): Promise<StoredRow[] | undefined> {
  const client = new Client({ connectionString: url, types: { getTypeParser: () => String } });
  await client.connect();
  try {
    const { rows: columns } = await client.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
       WHERE relnamespace = $1::regnamespace AND relname = $2 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [schema, table],
    );
    if (columns.length === 0) return undefined;
    const list = columns.map(
      ({ name, type }) => `${TEXT[type]?.(quote(name)) ?? quote(name)} AS ${quote(name)}`,
    );
    const { rows } = await client.query<Record<string, string | null>>(
      `SELECT ${list.join(', ')} FROM ${quote(schema)}.${quote(table)} ORDER BY ctid`,
    );
    return rows.map((row) =>
      Object.fromEntries(
        columns.map(({ name, type }) => {
          const value = row[name];
          if (value === null || value === undefined) return [name, null];
          if (type === 'jsonb') return [name, textOf(parse(value, null, exactNumber)) ?? null];
          return [name, /^(?:double|real)/.test(type) ? String(Number(value)) : value];
        }),
      ),
    );
  } finally {
    await client.end();
  }
}
