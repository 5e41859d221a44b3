import type { DuckDBInstance } from '@duckdb/node-api';
import type { PartitionLedger } from '../../partitions/partition-ledger.js';
import { NO_PARTITIONS } from '../../sql/partitions/no-partitions.js';
import { isCut } from '../../partitions/partition-column.js';
import { SqlLedger } from '../../sql/partitions/sql-ledger.js';
import { Bookkeeping } from '../bookkeeping.js';
import { isOneOf, quoteText } from '../sql.js';
import { TableFacts } from '../table-facts.js';

/** What a look at the partitions of a pipeline needs. */
export interface LookParts {
  readonly instance: DuckDBInstance;
  readonly label: string;
  readonly pipeline: string;
  /** Runs a step when no run on the same file runs one. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
}

/** The ledger of a pipeline, for those who only look. Each question has a connection of its own. */
export async function lookAtPartitions({
  instance,
  label,
  pipeline,
  inTurn,
}: LookParts): Promise<PartitionLedger> {
  const connection = await instance.connect();
  try {
    const bookkeeping = new Bookkeeping(connection, label);
    if (!(await bookkeeping.hasPipelines())) return NO_PARTITIONS;
    await inTurn(() => bookkeeping.prepare());
    const facts = new TableFacts(connection, label, bookkeeping);
    const rows = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows();
    const ledger = await SqlLedger.open({ quoteText, isOneOf, rows }, pipeline, async (table) =>
      isCut((await facts.before(table, true))?.columns),
    );
    return ledger.through({ quoteText, isOneOf, rows: (sql) => ask(instance, sql) });
  } finally {
    connection.closeSync();
  }
}

async function ask(instance: DuckDBInstance, sql: string): Promise<unknown[][]> {
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } finally {
    connection.closeSync();
  }
}
