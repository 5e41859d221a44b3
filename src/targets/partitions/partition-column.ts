import { ConfigError } from '../../sdk/errors.js';
import type { TableColumn } from '../target.js';

/** Column of a table that is cut into partitions: the id of the partition that the row belongs to. */
export const PARTITION = '_partition';

export const PARTITION_COLUMN: TableColumn = {
  name: PARTITION,
  type: 'string',
  declared: true,
  nullable: true,
};

/**
 * What the source has under the name would be lost.
 * @throws ConfigError COLUMN_NAME_INVALID
 */
export function refusePartitionColumn(columns: readonly TableColumn[], table: string): void {
  const taken = columns.find(({ name }) => name.toLowerCase() === PARTITION);
  if (!taken) return;
  throw new ConfigError(
    `table "${table}" has a column "${taken.name}", a name that the host needs for its partitions`,
    {
      code: 'COLUMN_NAME_INVALID',
      action: `Load it with --rename ${taken.name}=..., or with --exclude ${taken.name}.`,
      details: { table, column: taken.name },
    },
  );
}

/** Whether a table of these columns is cut into partitions; undefined: there is none. */
export function isCut(columns: readonly TableColumn[] | undefined): boolean {
  return columns?.some(({ name }) => name === PARTITION) ?? false;
}
