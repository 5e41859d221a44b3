import { ConfigError } from '../../sdk/errors.js';
import type { TableColumn } from '../target.js';
import { storedName } from './sql.js';

/** Looks at the names of a table's columns. @throws ConfigError NAMES_COLLIDE for two that are stored as one */
export function refuseTwins(table: string, columns: readonly TableColumn[]): void {
  const names = new Map<string, string>();
  for (const { name } of columns) {
    const twin = names.get(storedName(name));
    names.set(storedName(name), name);
    if (twin === undefined) continue;
    throw new ConfigError(
      `columns "${twin}" and "${name}" of table "${table}" have one name in PostgreSQL, which keeps 63 bytes`,
      { code: 'NAMES_COLLIDE', details: { table, column: name } },
    );
  }
}
