import { createHash } from 'node:crypto';
import { LOCK_SPACE, RESERVED_PREFIX } from './bookkeeping.js';
import type { PostgresConnection } from './postgres-connection.js';
import { quoteName } from './sql.js';

const PREFIX = `${RESERVED_PREFIX}shadow_`;
/** Digits of a run's hash in the names of its shadows. */
const HASH_DIGITS = 16;

/** Name of a shadow. @param number unique in the run */
export function shadowName(run: string, number: number): string {
  return `${PREFIX}${createHash('md5').update(run).digest('hex').slice(0, HASH_DIGITS)}_${number}`;
}

/** Removes the shadows that runs left behind which have ended, or were taken over. */
export async function dropLeftovers(connection: PostgresConnection): Promise<void> {
  const leftovers = `SELECT relname FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'r'
    AND starts_with(relname, '${PREFIX}') AND NOT EXISTS (SELECT FROM _host_runs WHERE status = 'running'
      AND left(md5(run), ${HASH_DIGITS}) = substr(relname, ${PREFIX.length + 1}, ${HASH_DIGITS}))`;
  if ((await connection.query(leftovers)).length === 0) return;
  await connection.run('BEGIN');
  try {
    // Another run that starts may be about to do the same.
    await connection.run(`SELECT pg_advisory_xact_lock(${LOCK_SPACE}, hashtext('${PREFIX}'))`);
    for (const [name] of await connection.query(leftovers))
      await connection.run(`DROP TABLE IF EXISTS ${quoteName(name as string)}`);
    await connection.run('COMMIT');
  } catch (error) {
    if (!connection.isLost) await connection.run('ROLLBACK');
    throw error;
  }
}
