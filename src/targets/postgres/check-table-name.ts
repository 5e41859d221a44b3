import { ConfigError } from '../../sdk/errors.js';
import { RESERVED_PREFIX } from './bookkeeping.js';
import { storedName } from './sql.js';

/**
 * Looks at the name of a table that a run opens.
 *
 * @param others those that it has open
 * @throws ConfigError TABLE_NAME_INVALID, NAMES_COLLIDE
 */
export function checkTableName(name: string, others: readonly string[]): void {
  if (name === '' || name.includes('\0') || name.toLowerCase().startsWith(RESERVED_PREFIX)) {
    throw new ConfigError(
      `"${name}" cannot be the name of a table; names that begin with ${RESERVED_PREFIX} are the host's`,
      { code: 'TABLE_NAME_INVALID', details: { table: name } },
    );
  }
  const twin = others.find((other) => other !== name && storedName(other) === storedName(name));
  if (twin === undefined) return;
  throw new ConfigError(`tables "${twin}" and "${name}" have one name in PostgreSQL, which keeps 63 bytes`, {
    code: 'NAMES_COLLIDE',
    details: { table: name },
  });
}
