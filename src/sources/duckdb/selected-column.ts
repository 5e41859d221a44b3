import { DuckDBTypeId, type DuckDBType } from '@duckdb/node-api';
import type { ColumnType } from '../../sdk/column-types.js';
import { parseJson } from '../../sdk/parse-json.js';
import { rowValue, type Field } from '../../targets/duckdb/read-rows.js';
import { quoteName } from '../../targets/duckdb/sql.js';

/** One column that is read: what it is called, of which type it is for the host, and how its values are got. */
export interface SelectedColumn extends Field {
  readonly type: ColumnType;
  /** What stands in the SELECT. */
  readonly sql: string;
  /** DuckDB's own name of its type, for a cast. */
  readonly sqlType: string;
}

type Plan = readonly [type: ColumnType, cast?: (name: string) => string];

const as =
  (type: string) =>
  (name: string): string =>
    `CAST(${name} AS ${type})`;
const asText = as('VARCHAR');
const asMicros = as('TIMESTAMP');
const asJson = (name: string): string => `CAST(to_json(${name}) AS VARCHAR)`;

/** The types that the host has a type for; all others are read as DuckDB's text of them. */
const PLANS: Readonly<Partial<Record<DuckDBTypeId, Plan>>> = {
  [DuckDBTypeId.BOOLEAN]: ['boolean'],
  [DuckDBTypeId.TINYINT]: ['int'],
  [DuckDBTypeId.SMALLINT]: ['int'],
  [DuckDBTypeId.INTEGER]: ['int'],
  [DuckDBTypeId.UTINYINT]: ['int'],
  [DuckDBTypeId.USMALLINT]: ['int'],
  [DuckDBTypeId.UINTEGER]: ['bigint'],
  [DuckDBTypeId.BIGINT]: ['bigint'],
  [DuckDBTypeId.UBIGINT]: ['decimal(20,0)'],
  // Values of 39 digits are refused one by one: sums of integers are of this type, and hardly ever so large.
  [DuckDBTypeId.HUGEINT]: ['decimal(38,0)'],
  [DuckDBTypeId.UHUGEINT]: ['decimal(38,0)'],
  [DuckDBTypeId.FLOAT]: ['float'],
  [DuckDBTypeId.DOUBLE]: ['double'],
  [DuckDBTypeId.VARCHAR]: ['string'],
  [DuckDBTypeId.BLOB]: ['binary'],
  [DuckDBTypeId.DATE]: ['date'],
  [DuckDBTypeId.TIME]: ['time'],
  [DuckDBTypeId.TIMESTAMP]: ['timestamp'],
  [DuckDBTypeId.TIMESTAMP_S]: ['timestamp', asMicros],
  [DuckDBTypeId.TIMESTAMP_MS]: ['timestamp', asMicros],
  [DuckDBTypeId.TIMESTAMP_NS]: ['timestamp', asMicros],
  [DuckDBTypeId.TIMESTAMP_TZ]: ['timestamptz'],
  [DuckDBTypeId.LIST]: ['json', asJson],
  [DuckDBTypeId.ARRAY]: ['json', asJson],
  [DuckDBTypeId.STRUCT]: ['json', asJson],
  [DuckDBTypeId.MAP]: ['json', asJson],
  [DuckDBTypeId.UNION]: ['json', asJson],
};

/** A text, or one of the words for numbers that JSON has none for. */
const TEXT_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|nan|Infinity|inf)\b/g;

/** How a column of a SELECT is read. */
export function selectedColumn(name: string, type: DuckDBType): SelectedColumn {
  const quoted = quoteName(name);
  const [ours, cast] = planOf(type);
  return {
    name,
    type: ours,
    sql: cast ? cast(quoted) : quoted,
    sqlType: type.toString(),
    read: ours === 'json' ? (value) => readJson(value as string) : rowValue(ours),
  };
}

function planOf(type: DuckDBType): Plan {
  if (type.alias === 'JSON') return ['json'];
  if (type.typeId === DuckDBTypeId.DECIMAL) {
    const { width, scale } = type;
    return [`decimal(${width},${scale})`];
  }
  return PLANS[type.typeId] ?? ['string', asText];
}

/** NaN and the infinities are null, as in JSON lines. */
function readJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SyntaxError') throw error;
    return parseJson(text.replace(TEXT_OR_NO_NUMBER, (word) => (word.startsWith('"') ? word : 'null')));
  }
}
