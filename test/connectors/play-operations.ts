import { isOperation, type Connector, type Operation } from '../../src/index.js';
import type { SyncSchema } from '../../src/sdk/schema.js';
import { readRequest } from './fake-context.js';
import type { PlayedDatabase } from './played-database.js';

/** How a sync is played. */
export interface PlayOptions {
  /** The run dies after so many emissions: what came after the last checkpoint is lost. Default: it does not. */
  readonly crashAfter?: number;
  /** Default -1: all. It is only told to the connector, nothing is cut. */
  readonly recordsLimit?: number;
  /** Called when the target has taken an operation, before the connector goes on. */
  readonly onOperation?: (operation: Operation) => Promise<void>;
}

/**
 * Runs a connector that emits operations into a database in memory, each checkpoint a commit.
 *
 * @returns the operations that it emitted
 */
export async function playOperations(
  connector: Connector<object>,
  database: PlayedDatabase,
  { crashAfter = Infinity, recordsLimit = -1, onOperation }: PlayOptions = {},
): Promise<Operation[]> {
  const datasetSchema = (await connector.getReadSchema()) as SyncSchema;
  const session = database.begin(datasetSchema.tables);
  const operations: Operation[] = [];
  if (crashAfter === 0) return operations;
  const request = readRequest({ datasetSchema, recordsLimit, state: database.state });
  for await (const emission of connector.generateRows(request)) {
    if (!isOperation(emission)) throw new Error('a sync emits operations only');
    // Copied, as the connector may change what it gave.
    operations.push(structuredClone(emission));
    session.apply(emission);
    await onOperation?.(emission);
    if (operations.length >= crashAfter) return operations;
  }
  session.commit();
  return operations;
}
