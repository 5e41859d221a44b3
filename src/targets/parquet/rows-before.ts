import type { DuckDBConnection } from '@duckdb/node-api';
import { ConfigError } from '../../sdk/errors.js';
import { columnTypeOf, quoteName, quoteText, withoutPatterns } from '../duckdb/sql.js';
import type { TableColumn, TableRequest } from '../target.js';

/** Types that columns without a declaration may have, and that may widen. */
const INFERRED = ['boolean', 'bigint', 'double', 'string', 'json'];

/** A file as DuckDB reads it: whatever folder it lies in, it has its own columns and no others. */
export function fileRows(path: string): string {
  return `read_parquet(${quoteText(withoutPatterns(path))}, hive_partitioning = false)`;
}

/**
 * The columns of a file that gets more rows, in its order; those that the request declares are held to that.
 *
 * @throws ConfigError SCHEMA_CONFLICT for a type that the host does not write
 */
export async function columnsOfFile(
  connection: DuckDBConnection,
  path: string,
  { columns }: TableRequest,
): Promise<readonly TableColumn[]> {
  const found = await connection.runAndReadAll(`DESCRIBE FROM ${fileRows(path)}`);
  const declared = new Map(columns.map((column) => [column.name, column]));
  return (found.getRows() as [string, string][]).map(([name, sql]): TableColumn => {
    const own = declared.get(name);
    const type = columnTypeOf(sql);
    // A file does not say of text that it is JSON.
    if (own && (type === own.type || (type === 'string' && own.type === 'json'))) return own;
    if (type !== undefined)
      return { name, type, declared: !INFERRED.includes(type), nullable: own?.nullable ?? true };
    throw new ConfigError(`column "${name}" of "${path}" is ${sql}, which the host cannot write`, {
      code: 'SCHEMA_CONFLICT',
      action: 'Load the partition again with --mode overwrite.',
      details: { file: path, column: name },
    });
  });
}

/** Copies the rows of a file into a table of its columns. */
export async function copyRowsBefore(
  connection: DuckDBConnection,
  path: string,
  table: string,
): Promise<void> {
  await connection.run(`INSERT INTO ${quoteName(table)} FROM ${fileRows(path)}`);
}
