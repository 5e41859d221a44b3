import DgraphConnector from '../../../python-connectors/my-plugin-dgraph/connector.js';
import type { DgraphConfig } from '../../../python-connectors/my-plugin-dgraph/dgraph-settings.js';
import type { HttpOptions, State } from '../../../src/index.js';
import { DGRAPH_TOKEN } from '../../helpers/dgraph-server.js';
import { fakeContext, readRequest, type FakeContext } from '../fake-context.js';
import {
  applyEmissions,
  NOTHING,
  rowsOf,
  type Applied,
  type ApplyOptions,
  type Committed,
} from './apply-emissions.js';

/** The key of each table of the connector. */
export const KEYS = {
  category: ['category_id'],
  attribute: ['attribute_id'],
  product: ['product_id'],
  review: ['review_id'],
  relationship: ['edge_id'],
  schema_metadata: ['type_name'],
} as const;
/** Columns that say when a row was read. */
export const READ_TIMES = ['synced_at', 'extracted_at'];

/** A run of the connector. */
export interface Sync extends ApplyOptions {
  readonly config?: DgraphConfig;
  readonly context?: FakeContext;
  readonly limit?: number;
}

/** Runs the connector against a server and applies what it emits. */
export function syncDgraph(
  url: string,
  { config = {}, context = fakeContext(), limit = -1, from = NOTHING, ...more }: Sync = {},
): Promise<Applied> {
  const connector = new DgraphConnector(
    { dgraph_url: url, api_key: DGRAPH_TOKEN, ...config },
    withShortWaits(context),
  );
  const request = readRequest({
    datasetSchema: connector.getReadSchema(),
    state: from.state,
    recordsLimit: limit,
  });
  return applyEmissions(connector.generateRows(request), KEYS, { from, ...more });
}

/** A context whose clients wait milliseconds before they try again, not seconds. */
export function withShortWaits(context: FakeContext, seen: HttpOptions[] = []): FakeContext {
  return {
    ...context,
    http: context.http,
    createHttp: (options) => {
      seen.push(options);
      return context.createHttp({ ...options, retry: { ...options.retry, baseSeconds: 0.002 } });
    },
  };
}

/** Every table without the columns that say when a row was read. */
export function contentOf(committed: Committed): Record<string, unknown> {
  return Object.fromEntries(Object.keys(KEYS).map((table) => [table, rowsOf(committed, table, READ_TIMES)]));
}

/** The states of all checkpoints, in order. */
export function statesOf({ operations }: Applied): State[] {
  return operations.flatMap((operation) => (operation.kind === 'checkpoint' ? [operation.state] : []));
}
