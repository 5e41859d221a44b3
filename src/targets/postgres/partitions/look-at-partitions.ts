import type { PartitionLedger } from '../../partitions/partition-ledger.js';
import { NO_PARTITIONS } from '../../sql/partitions/no-partitions.js';
import { isCut } from '../../partitions/partition-column.js';
import { SqlLedger } from '../../sql/partitions/sql-ledger.js';
import { Bookkeeping } from '../bookkeeping.js';
import { postgresError } from '../postgres-error.js';
import type { PipelineStoreParts } from '../postgres-pipeline-store.js';
import { isOneOf, quoteText } from '../sql.js';
import { TableFacts } from '../table-facts.js';

/** The ledger of a pipeline, for those who only look. Each question has a connection of its own, and each list one. */
export function lookAtPartitions(
  { label, schema, withConnection, connect }: PipelineStoreParts,
  pipeline: string,
): Promise<PartitionLedger> {
  return withConnection(async (connection) => {
    const bookkeeping = new Bookkeeping(connection, schema, label);
    if (!(await bookkeeping.isThere())) return NO_PARTITIONS;
    await bookkeeping.prepare();
    const facts = new TableFacts(connection, label, bookkeeping);
    const ledger = await SqlLedger.open(
      { quoteText, isOneOf, rows: (sql) => connection.query(sql) },
      pipeline,
      async (table) => isCut((await facts.before(table, true, false))?.columns),
    );
    return ledger.through({
      quoteText,
      isOneOf,
      rows: (sql) => withConnection((other) => other.query(sql)),
      hold: async () => {
        const held = await explained(label, connect());
        return { rows: (sql) => explained(label, held.query(sql)), close: () => held.close() };
      },
    });
  });
}

async function explained<T>(label: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw postgresError(error, label);
  }
}
