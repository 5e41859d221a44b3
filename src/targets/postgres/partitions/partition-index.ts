import { PARTITION } from '../../partitions/partition-column.js';
import type { PostgresConnection } from '../postgres-connection.js';
import { quoteName } from '../sql.js';

/** Makes an index on the partition of a row, without which each partition that is replaced would cost a read of the table. */
export async function makePartitionIndex(connection: PostgresConnection, table: string): Promise<void> {
  await connection.run(
    `CREATE INDEX IF NOT EXISTS ${quoteName(`${table}_host_partition`)} ON ${quoteName(table)} (${quoteName(PARTITION)})`,
  );
}
