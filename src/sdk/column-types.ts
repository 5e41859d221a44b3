/**
 * The type of a column, in the host's own words.
 *
 * | type | a value in a row |
 * |---|---|
 * | string | text |
 * | boolean | true, false |
 * | int | integer of 32 bits |
 * | bigint | integer of 64 bits: a number when it is safe, else a bigint |
 * | float, double | binary fraction of 32 or 64 bits |
 * | decimal(p,s) | exact fraction, as text; p digits in all (at most 38), s of them after the point |
 * | date | calendar date, `2026-11-21` |
 * | timestamp | date and time without zone, microseconds |
 * | timestamptz | an instant, microseconds |
 * | time | time of day, microseconds |
 * | binary | bytes: a Uint8Array, or base64 text |
 * | json | anything that JSON can say |
 */
export type ColumnType =
  | 'string'
  | 'boolean'
  | 'int'
  | 'bigint'
  | 'float'
  | 'double'
  | `decimal(${number},${number})`
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'binary'
  | 'json';

/** Names that mean one of the types above: Dataiku's, Fivetran's and common SQL names. Case does not matter. */
const ALIASES = {
  // Dataiku
  object: 'json',
  array: 'json',
  map: 'json',
  tinyint: 'int',
  smallint: 'int',
  dateonly: 'date',
  datetimenotz: 'timestamp',
  datetimewithtz: 'timestamptz',
  geopoint: 'string',
  geometry: 'string',
  // Fivetran
  short: 'int',
  long: 'bigint',
  naive_date: 'date',
  naive_datetime: 'timestamp',
  utc_datetime: 'timestamptz',
  naive_time: 'time',
  xml: 'string',
  // SQL
  text: 'string',
  varchar: 'string',
  bool: 'boolean',
  integer: 'int',
  real: 'float',
  numeric: 'decimal(38,9)',
  decimal: 'decimal(38,9)',
  blob: 'binary',
  bytea: 'binary',
} as const satisfies Record<string, ColumnType>;

const PLAIN_TYPES = new Set<string>([
  'string',
  'boolean',
  'int',
  'bigint',
  'float',
  'double',
  'date',
  'timestamp',
  'timestamptz',
  'time',
  'binary',
  'json',
] satisfies ColumnType[]);

/** An alias of a {@link ColumnType}; upper case works too. */
export type ColumnTypeAlias = keyof typeof ALIASES | Uppercase<keyof typeof ALIASES>;

/** What a connector may write as the type of a column. */
export type ColumnTypeName = ColumnType | ColumnTypeAlias | Uppercase<ColumnType>;

const DECIMAL = /^(?:decimal|numeric)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/;

/** Highest precision of a decimal, as DuckDB and most warehouses have it. */
const MAX_DECIMAL_DIGITS = 38;

/**
 * Reads the name of a column type, whatever its case, aliases included.
 *
 * @returns the host's own name of the type, or undefined where the text names none
 */
export function parseColumnType(name: string): ColumnType | undefined {
  const text = name.trim().toLowerCase();
  if (PLAIN_TYPES.has(text)) return text as ColumnType;
  if (Object.hasOwn(ALIASES, text)) return ALIASES[text as keyof typeof ALIASES];
  const decimal = DECIMAL.exec(text);
  if (!decimal) return undefined;
  const precision = Number(decimal[1]);
  const scale = Number(decimal[2] ?? 0);
  if (precision < 1 || precision > MAX_DECIMAL_DIGITS || scale > precision) return undefined;
  return `decimal(${precision},${scale})`;
}

/** Precision and scale of a decimal type; undefined for every other type. */
export function decimalDigits(type: ColumnType): { precision: number; scale: number } | undefined {
  const match = DECIMAL.exec(type);
  return match ? { precision: Number(match[1]), scale: Number(match[2] ?? 0) } : undefined;
}

/** Every name that {@link parseColumnType} reads, for messages and documentation; decimal stands for decimal(p,s). */
export const COLUMN_TYPE_NAMES: readonly string[] = [...PLAIN_TYPES, ...Object.keys(ALIASES)];
