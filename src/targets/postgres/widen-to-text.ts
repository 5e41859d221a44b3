import type { ColumnType } from '../../sdk/column-types.js';
import { quoteName, sqlType } from './sql.js';

/**
 * The functions that turn stored values into the text that the same values would have got at once, for as long as the
 * connection lives. PostgreSQL's own casts print 1e-07 where JavaScript prints 1e-7, sort the keys of JSON by length,
 * and write instants in another way.
 */
export const TEXT_FUNCTIONS: readonly string[] = [
  // JavaScript writes digits from 1e-6 up to 1e21, and an exponent without leading zeros elsewhere.
  `CREATE OR REPLACE FUNCTION pg_temp._host_double_text(value double precision) RETURNS text LANGUAGE sql IMMUTABLE AS $$
     SELECT CASE
       WHEN value IN ('NaN', 'Infinity', '-Infinity') THEN value::text
       WHEN value = 0 THEN '0'
       WHEN abs(value) >= 1e-6 AND abs(value) < 1e21 THEN trim_scale(value::text::numeric)::text
       ELSE regexp_replace(value::text, 'e([+-])0+', 'e\\1')
     END $$`,
  `CREATE OR REPLACE FUNCTION pg_temp._host_json_text(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
     BEGIN
       RETURN CASE jsonb_typeof(value)
         WHEN 'object' THEN '{' || coalesce((
           SELECT string_agg(to_json(key)::text || ':' || pg_temp._host_json_text(item), ',' ORDER BY key COLLATE "C")
           FROM jsonb_each(value) AS each(key, item)), '') || '}'
         WHEN 'array' THEN '[' || coalesce((
           SELECT string_agg(pg_temp._host_json_text(item), ',' ORDER BY n)
           FROM jsonb_array_elements(value) WITH ORDINALITY AS each(item, n)), '') || ']'
         WHEN 'number' THEN CASE WHEN value::text LIKE '%.%'
           THEN pg_temp._host_double_text((value::text)::double precision) ELSE value::text END
         ELSE value::text
       END;
     END $$`,
  // A text, a boolean or a number stands for itself, without quotes.
  `CREATE OR REPLACE FUNCTION pg_temp._host_value_text(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
     SELECT CASE WHEN jsonb_typeof(value) = 'string' THEN value #>> '{}' ELSE pg_temp._host_json_text(value) END $$`,
  `CREATE OR REPLACE FUNCTION pg_temp._host_instant_text(value timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
     SELECT CASE WHEN NOT isfinite(value) THEN value::text ELSE
       CASE WHEN year BETWEEN 0 AND 9999 THEN lpad(year::text, 4, '0')
         ELSE CASE WHEN year < 0 THEN '-' ELSE '+' END || lpad(abs(year)::text, 6, '0') END
       || to_char(value AT TIME ZONE 'UTC', '-MM-DD"T"HH24:MI:SS.MS"Z"') END
     FROM (SELECT CASE WHEN isfinite(value) THEN
             extract(year FROM value AT TIME ZONE 'UTC')::int
             + CASE WHEN extract(year FROM value AT TIME ZONE 'UTC') < 0 THEN 1 ELSE 0 END END AS year) AS its $$`,
];

/** The SQL expression that turns a stored column into a wider type. */
export function widenedExpression(name: string, from: ColumnType | null, to: ColumnType): string {
  const column = quoteName(name);
  // Nothing but nulls.
  if (from === null) return `CAST(NULL AS ${sqlType(to)})`;
  if (to !== 'string') return `CAST(${column} AS ${sqlType(to)})`;
  switch (from) {
    case 'double':
      return `pg_temp._host_double_text(${column})`;
    case 'json':
      return `pg_temp._host_value_text(${column})`;
    case 'binary':
      return `translate(encode(${column}, 'base64'), E'\\n', '')`;
    case 'timestamptz':
      // Inferred from Date objects, so in milliseconds.
      return `pg_temp._host_instant_text(${column})`;
    default:
      return `CAST(${column} AS text)`;
  }
}
