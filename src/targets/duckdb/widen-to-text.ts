import {
  DuckDBScalarFunction,
  type DuckDBConnection,
  BIGINT,
  DOUBLE,
  VARCHAR,
  type DuckDBType,
} from '@duckdb/node-api';
import type { ColumnType } from '../../sdk/column-types.js';
import { parseJson } from '../../sdk/parse-json.js';
import { textOf } from '../values/text-of.js';
import { quoteName } from './sql.js';

const DOUBLE_TEXT = '_host_double_text';
const JSON_TEXT = '_host_json_text';
const INSTANT_TEXT = '_host_instant_text';

/**
 * Makes the SQL functions that turn stored values into the text that the same values would have got at once. DuckDB's
 * own CAST prints 1.0 and 1e-07 where JavaScript prints 1 and 1e-7, keeps the order of keys in JSON, and writes years
 * beyond 9999 or before 1 in another way.
 */
export function registerTextFunctions(connection: DuckDBConnection): void {
  connection.registerScalarFunction(textFunction(DOUBLE_TEXT, DOUBLE, textOf));
  connection.registerScalarFunction(
    textFunction(JSON_TEXT, VARCHAR, (json) => textOf(parseJson(json as string))),
  );
  connection.registerScalarFunction(
    textFunction(INSTANT_TEXT, BIGINT, (milliseconds) => textOf(new Date(Number(milliseconds)))),
  );
}

/** The SQL expression that turns a stored column into a wider type. */
export function widenedExpression(
  name: string,
  from: ColumnType | null,
  to: ColumnType,
  sqlTypeOfTo: string,
): string {
  const column = quoteName(name);
  if (from === null) return `CAST(NULL AS ${sqlTypeOfTo})`;
  if (to !== 'string') return `CAST(${column} AS ${sqlTypeOfTo})`;
  switch (from) {
    case 'double':
      return `${DOUBLE_TEXT}(${column})`;
    case 'json':
      return `${JSON_TEXT}(CAST(${column} AS VARCHAR))`;
    case 'binary':
      return `to_base64(${column})`;
    case 'timestamptz':
      // Inferred from Date objects, so in milliseconds.
      return `${INSTANT_TEXT}(epoch_ms(${column}))`;
    default:
      return `CAST(${column} AS VARCHAR)`;
  }
}

function textFunction(
  name: string,
  type: DuckDBType,
  toText: (value: unknown) => string | undefined,
): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [type],
    returnType: VARCHAR,
    mainFunction: (_info, input, output) => {
      const values = input.getColumnVector(0);
      for (let i = 0; i < input.rowCount; i += 1) {
        const value = values.getItem(i);
        output.setItem(i, value === null ? null : (toText(value) ?? null));
      }
      output.flush();
    },
  });
}
