import type { DuckDBConnection } from '@duckdb/node-api';
import { Bookkeeping, RESERVED_PREFIX } from '../../targets/duckdb/bookkeeping.js';
import { quoteName } from '../../targets/duckdb/sql.js';
import { unknownTable } from '../unknown-table.js';

/** A table or view that is read. */
export interface FoundTable {
  /** Its name as SQL. */
  readonly sql: string;
  readonly primaryKey: readonly string[];
  readonly isView: boolean;
}

/**
 * Finds the table that a name means, whatever its case: one of the current schema, else `schema.table`.
 *
 * @param label the database, as the user wrote it
 * @param wanted undefined: nobody named one
 * @throws ConfigError SOURCE_TABLE_UNKNOWN, with the tables that there are
 */
export async function findTable(
  connection: DuckDBConnection,
  label: string,
  wanted: string | undefined,
  didYouMean: (name: string, candidates: readonly string[]) => string,
): Promise<FoundTable> {
  const found = await connection.runAndReadAll(
    `SELECT schema_name, table_name, schema_name = current_schema() AS is_here, is_view
     FROM (SELECT database_name, schema_name, table_name, internal, false AS is_view FROM duckdb_tables()
           UNION ALL SELECT database_name, schema_name, view_name, internal, true FROM duckdb_views())
     WHERE database_name = current_database() AND NOT internal ORDER BY is_here DESC, 1, 2`,
  );
  const tables = found.getRows().map(([schema, table, isHere, isView]) => ({
    schema: schema as string,
    table: table as string,
    isView: isView === true,
    name: isHere === true ? (table as string) : `${schema as string}.${table as string}`,
  }));
  const named = tables.find(({ name }) => name.toLowerCase() === wanted?.toLowerCase());
  const table =
    named ??
    tables.find(({ schema, table: own }) => `${schema}.${own}`.toLowerCase() === wanted?.toLowerCase());
  if (!table) {
    const names = tables.map(({ name }) => name).filter((name) => !name.startsWith(RESERVED_PREFIX));
    throw unknownTable(label, wanted, names, didYouMean);
  }
  return {
    sql: `${quoteName(table.schema)}.${quoteName(table.table)}`,
    primaryKey: await keyOf(connection, label, table),
    isView: table.isView,
  };
}

/** The key by which the host loaded the table, else the one that it was made with. */
async function keyOf(
  connection: DuckDBConnection,
  label: string,
  { schema, table, name }: { readonly schema: string; readonly table: string; readonly name: string },
): Promise<readonly string[]> {
  const bookkeeping = new Bookkeeping(connection, label);
  // What the host loads lies in the current schema.
  if (name === table && (await bookkeeping.hasTables())) {
    const known = await bookkeeping.find(table);
    if (known && known.primaryKey.length > 0) return known.primaryKey;
  }
  const found = await connection.runAndReadAll(
    `SELECT unnest(constraint_column_names) FROM duckdb_constraints()
     WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2
       AND constraint_type = 'PRIMARY KEY'`,
    [schema, table],
  );
  return found.getRows().map(([column]) => column as string);
}
