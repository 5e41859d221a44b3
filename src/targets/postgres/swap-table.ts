import { killPoint } from '../kill-point.js';
import type { TableColumn } from '../target.js';
import { commentSql } from './ddl.js';
import type { PostgresConnection } from './postgres-connection.js';
import { keyIndexName } from './key-index.js';
import { bringActions, type ShadowKind } from './shadow-table.js';
import { quoteName } from './sql.js';

/** What {@link swapTable} puts where. */
export interface Swap {
  readonly connection: PostgresConnection;
  /** The table that is replaced; there may be none. */
  readonly name: string;
  /** The table with the new rows; where there is no column, it was not made. */
  readonly shadow: string;
  readonly kind: ShadowKind;
  readonly columns: readonly TableColumn[];
}

/**
 * Whether a table can be dropped for another one that takes its name: nothing outside of it names it, and it has nothing
 * that `LIKE ... INCLUDING ALL` and {@link swapTable} leave behind.
 */
async function canBeSwapped(connection: PostgresConnection, table: string): Promise<boolean> {
  const [row] = await connection.query(
    `SELECT relkind = 'r' AND relpersistence = 'p' AND NOT relispartition AND NOT relrowsecurity AND NOT relhasrules
       AND relreplident = 'd' AND reltablespace = 0 AND reloftype = 0 AND pg_has_role(relowner, 'USAGE')
       AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = t.oid OR inhparent = t.oid)
       AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = t.oid AND NOT tgisinternal)
       AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND (conrelid = t.oid OR confrelid = t.oid))
       AND NOT EXISTS (SELECT FROM pg_publication_rel WHERE prrelid = t.oid)
       AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = t.oid
         AND NOT (classid = 'pg_constraint'::regclass
              AND EXISTS (SELECT FROM pg_constraint WHERE oid = objid AND conrelid = t.oid))
         AND (deptype NOT IN ('a', 'i') OR (classid = 'pg_class'::regclass
              AND EXISTS (SELECT FROM pg_class WHERE oid = objid AND relkind = 'S'))))
       AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_type'::regclass AND deptype NOT IN ('a', 'i')
         AND refobjid IN (SELECT oid FROM pg_type WHERE oid = t.reltype OR typelem = t.reltype))
     FROM pg_class t WHERE oid = to_regclass($1)`,
    [quoteName(table)],
  );
  return row?.[0] === true;
}

/** How the rows of a run get into the place of a table. */
export async function shadowKind(connection: PostgresConnection, table: string): Promise<ShadowKind> {
  const [there] = await connection.query(`SELECT to_regclass($1) IS NOT NULL`, [quoteName(table)]);
  if (there?.[0] !== true) return 'new';
  return (await canBeSwapped(connection, table)) ? 'like' : 'refill';
}

/**
 * Puts the rows of a shadow in the place of those of a table, inside the running transaction. Whoever reads the table
 * waits for the transaction, and is waited for.
 */
export async function swapTable(swap: Swap): Promise<void> {
  const { connection, name, kind, columns } = swap;
  const table = quoteName(name);
  const [there] = await connection.query(`SELECT to_regclass($1) IS NOT NULL`, [table]);
  const isThere = there?.[0] === true;
  if (columns.length === 0) {
    // No row came and no column is declared: the old table has nothing to keep but its columns.
    if (isThere) await connection.run(`DELETE FROM ${table}`);
    return;
  }
  if (isThere) await connection.run(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  if (!isThere) await nameTable(swap);
  else if (kind === 'like' && (await canBeSwapped(connection, name))) await replaceTable(swap);
  else await refillTable(swap);
  killPoint('postgres.after-swap');
  for (const statement of commentSql(name, columns)) await connection.run(statement);
}

async function nameTable({ connection, name, shadow }: Swap): Promise<void> {
  await connection.run(`ALTER TABLE ${quoteName(shadow)} RENAME TO ${quoteName(name)}`);
  const index = quoteName(keyIndexName(shadow));
  await connection.run(`ALTER INDEX IF EXISTS ${index} RENAME TO ${quoteName(keyIndexName(name))}`);
}

async function replaceTable({ connection, name, shadow }: Swap): Promise<void> {
  const names = await indexesOf(connection, name);
  for (const statement of await belongings(connection, name, shadow)) await connection.run(statement);
  killPoint('postgres.before-drop');
  await connection.run(`DROP TABLE ${quoteName(name)}`);
  killPoint('postgres.after-drop');
  await connection.run(`ALTER TABLE ${quoteName(shadow)} RENAME TO ${quoteName(name)}`);
  for (const { name: index, definition } of await indexesOf(connection, name)) {
    const old = names.findIndex((each) => each.definition === definition);
    const [found] = old === -1 ? [] : names.splice(old, 1);
    if (found) await connection.run(`ALTER INDEX ${quoteName(index)} RENAME TO ${quoteName(found.name)}`);
  }
}

async function refillTable({ connection, name, shadow, columns }: Swap): Promise<void> {
  const [table, names] = [quoteName(name), columns.map((column) => quoteName(column.name)).join(', ')];
  // What depends on the table may need the columns that no longer come.
  const actions = await bringActions(connection, name, columns, false);
  // Once rows are deleted, a deferred foreign key lets nobody alter the table; other types have nothing to convert then.
  const [before, after] = [
    actions.filter((each) => each.startsWith('ADD')),
    actions.filter((each) => !each.startsWith('ADD')),
  ];
  if (before.length > 0) await connection.run(`ALTER TABLE ${table} ${before.join(', ')}`);
  await connection.run(`DELETE FROM ${table}`);
  killPoint('postgres.after-drop');
  if (after.length > 0) await connection.run(`ALTER TABLE ${table} ${after.join(', ')}`);
  await connection.run(
    `INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM ${quoteName(shadow)}`,
  );
  await connection.run(`DROP TABLE ${quoteName(shadow)}`);
}

/** The statements that give a table what another one has besides its columns: owner, grants, settings, comment. */
async function belongings(connection: PostgresConnection, from: string, to: string): Promise<string[]> {
  const target = quoteName(to);
  const rows = await connection.query(
    `WITH f AS (SELECT * FROM pg_class WHERE oid = $1::regclass), t AS (SELECT * FROM pg_class WHERE oid = $2::regclass),
       granted AS (
         SELECT grantee, format('%s ON TABLE %s', privilege_type, $2) AS what, is_grantable
         FROM f, aclexplode(relacl) WHERE grantee <> relowner
         UNION ALL
         SELECT grantee, format('%s (%I) ON TABLE %s', privilege_type, attname, $2), is_grantable
         FROM f JOIN pg_attribute a ON a.attrelid = f.oid AND NOT attisdropped, aclexplode(attacl)
         WHERE attname IN (SELECT attname FROM pg_attribute WHERE attrelid = $2::regclass)
       )
     SELECT format('REVOKE ALL ON TABLE %s FROM %s', $2, ${grantee()}) FROM t, aclexplode(relacl) WHERE grantee <> relowner
     UNION ALL
     SELECT format('GRANT %s TO %s%s', what, ${grantee()}, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END) FROM granted
     UNION ALL SELECT format('ALTER TABLE %s SET (%s)', $2, array_to_string(reloptions, ', ')) FROM f WHERE reloptions IS NOT NULL
     UNION ALL SELECT format('COMMENT ON TABLE %s IS %L', $2, obj_description(oid, 'pg_class')) FROM f
       WHERE obj_description(oid, 'pg_class') IS NOT NULL
     UNION ALL SELECT format('ALTER TABLE %s OWNER TO %I', $2, pg_get_userbyid(f.relowner)) FROM f, t WHERE f.relowner <> t.relowner`,
    [quoteName(from), target],
  );
  return rows.map(([statement]) => statement as string);
}

function grantee(): string {
  return `CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END`;
}

/** The indexes of a table with what makes one like another. */
async function indexesOf(
  connection: PostgresConnection,
  table: string,
): Promise<{ name: string; definition: string }[]> {
  const rows = await connection.query(
    `SELECT relname, concat(indisunique, indisprimary, substring(pg_get_indexdef(indexrelid) FROM ' USING .*$'))
     FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = $1::regclass ORDER BY relname`,
    [quoteName(table)],
  );
  return (rows as [string, string][]).map(([name, definition]) => ({ name, definition }));
}
