import type { ApiConnectorConfig } from '../../../python-connectors/my-plugin-api-connector/api-config.js';
import ApiConnector from '../../../python-connectors/my-plugin-api-connector/connector.js';
import { API_KEY } from '../../../python-connectors/my-plugin-api-connector/fixtures/api.js';
import {
  ConnectorError,
  isHostError,
  type RefusedRow,
  type Row,
  type RowsInfo,
  type WriteOperation,
  type WriteRequest,
} from '../../../src/index.js';
import { fakeContext } from '../fake-context.js';

/** Rows of one operation, as the host gives them to a writer. */
export type Step = readonly [operation: WriteOperation, rows: readonly Row[]];

/** How rows are written, where it is not as a run appends to the table users with the key id. */
export interface PlayOptions {
  readonly key?: readonly string[];
  readonly writeMode?: WriteRequest['writeMode'];
  readonly table?: string;
}

/** What became of the rows. */
export interface Played {
  readonly refused: readonly RefusedRow[];
  /** Lines of the log at level warn. */
  readonly warnings: readonly string[];
}

/** Writes rows with the connector, as the host does, and keeps aside what the API refuses. */
export async function playWrites(
  config: ApiConnectorConfig,
  steps: readonly Step[],
  { key = ['id'], writeMode = 'APPEND', table = 'users' }: PlayOptions = {},
): Promise<Played> {
  const context = fakeContext();
  const { signal } = new AbortController();
  const connector = new ApiConnector({ api_key: API_KEY, ...config }, context);
  const place = { datasetSchema: null, datasetPartitioning: null, partitionId: null };
  const writer = connector.getWriter({ ...place, table, primaryKey: key, writeMode, signal });
  const refused: RefusedRow[] = [];
  await writer.attach?.({
    table,
    primaryKey: key,
    signal,
    reject: (rows) => void refused.push(...rows),
    waiting: () => undefined,
    explain: (error) => (isHostError(error) ? error : new ConnectorError('unexplained', { cause: error })),
    sends: undefined,
  });
  try {
    let number = 0;
    for (const [operation, rows] of steps) {
      const first = number;
      number += rows.length;
      const info: RowsInfo = {
        operation,
        numbers: rows.map((_, i) => first + i + 1),
        rowKey: (i) => `row-${first + i + 1}`,
      };
      if (operation === 'update') await writer.updateRows?.(rows, info);
      else if (operation === 'delete') await writer.deleteRows?.(rows, info);
      else await writer.writeRows?.(rows, info);
    }
    await writer.close();
  } catch (error) {
    await writer.abort?.();
    throw error;
  }
  return { refused, warnings: context.lines.filter((line) => line.startsWith('warn')) };
}
