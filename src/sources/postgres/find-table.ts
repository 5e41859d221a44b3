import type { PostgresConnection } from '../../targets/postgres/postgres-connection.js';
import { RESERVED_PREFIX } from '../../targets/postgres/bookkeeping.js';
import { quoteName, storedName } from '../../targets/postgres/sql.js';
import type { OpenSourceOptions } from '../source.js';
import { unknownTable } from '../unknown-table.js';

/** A table or view that is read. */
export interface FoundTable {
  /** Its name as SQL. */
  readonly sql: string;
  readonly primaryKey: readonly string[];
}

interface Candidate {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** What it is called without a schema where it is found so, else with it. */
  readonly name: string;
}

/** Tables, partitioned ones, views, materialized ones, and tables of other servers. */
const READABLE = `('r', 'p', 'v', 'm', 'f')`;

/**
 * Finds the table that a name means: one of the schema that was asked for, or else of the search path; or `schema.table`.
 * Its letters count as they are; where no table has exactly that name, the one that differs from it in case only.
 *
 * @param label the database, without credentials
 * @throws ConfigError SOURCE_TABLE_UNKNOWN, with the tables that there are
 */
export async function findTable(
  connection: PostgresConnection,
  label: string,
  { fromTable: wanted, schema, didYouMean }: OpenSourceOptions,
): Promise<FoundTable> {
  const candidates = await readableTables(connection, schema);
  const found = wanted === undefined ? undefined : named(candidates, wanted);
  if (!found) {
    const names = candidates
      .filter(({ table }) => !table.startsWith(RESERVED_PREFIX))
      .map(({ name }) => name);
    throw unknownTable(label, wanted, names, didYouMean);
  }
  return {
    sql: `${quoteName(found.schema)}.${quoteName(found.table)}`,
    primaryKey: (await hostKey(connection, found)) ?? (await ownKey(connection, found)),
  };
}

async function readableTables(
  connection: PostgresConnection,
  schema: string | undefined,
): Promise<Candidate[]> {
  const rows = await connection.query(
    `SELECT c.oid, nspname, relname,
       CASE WHEN $1::text IS NULL THEN pg_table_is_visible(c.oid) ELSE nspname = $1 END AS is_here
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ${READABLE} AND nspname <> 'information_schema' AND NOT starts_with(nspname, 'pg_')
     ORDER BY is_here DESC, nspname COLLATE "C", relname COLLATE "C"`,
    [schema ?? null],
  );
  return (rows as [number, string, string, boolean][]).map(([oid, nspname, table, isHere]) => ({
    oid,
    schema: nspname,
    table,
    name: isHere ? table : `${nspname}.${table}`,
  }));
}

function named(candidates: readonly Candidate[], wanted: string): Candidate | undefined {
  const names = (candidate: Candidate): string[] => [
    candidate.name,
    `${candidate.schema}.${candidate.table}`,
  ];
  const exact = candidates.find((candidate) => names(candidate).includes(wanted));
  if (exact) return exact;
  const alike = candidates.filter((candidate) =>
    names(candidate).some((name) => name.toLowerCase() === wanted.toLowerCase()),
  );
  return alike.length === 1 ? alike[0] : undefined;
}

/** The key by which the host loaded the table; undefined: it did not, or nobody may see it. */
async function hostKey(
  connection: PostgresConnection,
  { schema, table }: Candidate,
): Promise<string[] | undefined> {
  const tables = `${quoteName(schema)}.${RESERVED_PREFIX}tables`;
  const [may] = await connection.query(`SELECT has_table_privilege(to_regclass($1), 'SELECT')`, [tables]);
  if (may?.[0] !== true) return undefined;
  const [row] = await connection.query(`SELECT primary_key FROM ${tables} WHERE table_name = $1`, [table]);
  const key = row ? (JSON.parse(row[0] as string) as string[]).map(storedName) : [];
  return key.length === 0 ? undefined : key;
}

async function ownKey(connection: PostgresConnection, { oid }: Candidate): Promise<string[]> {
  const rows = await connection.query(
    `SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey[0:indnkeyatts - 1])
     WHERE indrelid = $1::oid AND indisprimary
     ORDER BY array_position(indkey::int2[], attnum)`,
    [String(oid)],
  );
  return rows.map(([name]) => name as string);
}
