import type { ColumnType } from '../../sdk/column-types.js';
import { parseColumnType } from '../../sdk/column-types.js';

/** A name as an SQL identifier, whatever characters it has. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as an SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path that DuckDB takes for one file: the characters of its patterns stand for themselves in brackets. */
export function withoutPatterns(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}

const SQL_TYPES = {
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  time: 'TIME',
  binary: 'BLOB',
  json: 'JSON',
} as const satisfies Partial<Record<ColumnType, string>>;

/** DuckDB's name of a type. A column of which only nulls are known is text until more is known. */
export function sqlType(type: ColumnType | null): string {
  if (type === null) return SQL_TYPES.string;
  return type in SQL_TYPES ? SQL_TYPES[type as keyof typeof SQL_TYPES] : type.toUpperCase();
}

/** The column type that DuckDB's name of a type stands for; undefined where the host has none. */
export function columnTypeOf(name: string): ColumnType | undefined {
  const found = Object.entries(SQL_TYPES).find(([, sql]) => sql === name);
  return found ? (found[0] as ColumnType) : name.startsWith('DECIMAL') ? parseColumnType(name) : undefined;
}

/** The SQL for an instant as ISO text, UTC. */
export function isoText(column: string): string {
  return `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')`;
}

/** A condition: a column of text is one of these. A list of thousands of literals takes long to parse, JSON does not. */
export function isOneOf(column: string, texts: readonly string[]): string {
  return `${column} IN (SELECT unnest(from_json(CAST(${quoteText(JSON.stringify(texts))} AS JSON), '["VARCHAR"]')))`;
}
