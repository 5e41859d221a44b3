import { createHash } from 'node:crypto';
import { parseColumnType, type ColumnType } from '../../sdk/column-types.js';

/** Longest name that PostgreSQL keeps, in bytes of UTF-8; it cuts what is longer without a word. */
const MAX_NAME_BYTES = 63;
/** Bytes of a longer name that are kept; `_` and 8 hexadecimal digits follow. */
const KEPT_BYTES = 54;
/** A shorter name fits, whatever its characters are. */
const SURELY_FITS = Math.floor(MAX_NAME_BYTES / 3);

/** The name that PostgreSQL gets for a name of the source: the same, unless it is too long. */
export function storedName(name: string): string {
  if (name.length <= SURELY_FITS || Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  let kept = '';
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > KEPT_BYTES) break;
    kept += character;
  }
  return `${kept}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** A name as an SQL identifier, whatever characters it has and however long it is. */
export function quoteName(name: string): string {
  return `"${storedName(name).replaceAll('"', '""')}"`;
}

/** A temporary table of the connection as an SQL identifier. */
export function quoteTemporary(name: string): string {
  return `pg_temp.${quoteName(name)}`;
}

/** Text as an SQL literal. */
export function quoteText(text: string): string {
  return text.includes('\\')
    ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}

const SQL_TYPES = {
  string: 'text',
  boolean: 'boolean',
  int: 'integer',
  bigint: 'bigint',
  float: 'real',
  double: 'double precision',
  date: 'date',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  binary: 'bytea',
  json: 'jsonb',
} as const satisfies Partial<Record<ColumnType, string>>;

/** PostgreSQL's name of a type. A column of which only nulls are known is text until more is known. */
export function sqlType(type: ColumnType | null): string {
  if (type === null) return SQL_TYPES.string;
  return type in SQL_TYPES ? SQL_TYPES[type as keyof typeof SQL_TYPES] : type.replace('decimal', 'numeric');
}

/** Types that the host does not make itself, and can write all the same. */
const OTHER_TYPES: readonly (readonly [RegExp, ColumnType])[] = [
  [/^(?:character varying|character|bpchar|name)(?:\(\d+\))?$/, 'string'],
  [/^smallint$/, 'int'],
  [/^json$/, 'json'],
  [/^timestamp(?:\(\d\))? without time zone$/, 'timestamp'],
  [/^timestamp(?:\(\d\))? with time zone$/, 'timestamptz'],
  [/^time(?:\(\d\))? without time zone$/, 'time'],
];

/** The column type that PostgreSQL's name of a type (`format_type`) stands for; undefined where the host has none. */
export function columnTypeOf(name: string): ColumnType | undefined {
  const found = Object.entries(SQL_TYPES).find(([, sql]) => sql === name);
  if (found) return found[0] as ColumnType;
  const decimal = /^numeric\(\d+,\d+\)$/.test(name) ? parseColumnType(name) : undefined;
  return decimal ?? OTHER_TYPES.find(([pattern]) => pattern.test(name))?.[1];
}

/** A condition: a column of text is one of these, of which there may be thousands. */
export function isOneOf(column: string, texts: readonly string[]): string {
  const elements = texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`);
  return `${column} = ANY(${quoteText(`{${elements.join(',')}}`)}::text[])`;
}
