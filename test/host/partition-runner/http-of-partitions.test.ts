import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { ConnectorEntry } from '../../../src/host/connectors/connector-entry.js';
import type { ConnectorClass } from '../../../src/host/connectors/connector-loader.js';
import { OpenedConnector } from '../../../src/host/connectors/opened-connector.js';
import { runSource } from '../../../src/host/partition-runner/run-source.js';
import { SourcePartitions } from '../../../src/host/partition-runner/source-partitions.js';
import type { RunSpec } from '../../../src/host/run-spec.js';
import { syncOptionsOf } from '../../../src/host/sync-options-of.js';
import { Connector, type Emission, type ReadRequest } from '../../../src/sdk/connector.js';
import type { Partitioning } from '../../../src/sdk/partitioning.js';
import { PagingLog } from '../../../src/sync/paging-log.js';
import { RunProgress } from '../../../src/sync/run-progress.js';
import { PartitionedMemory } from '../../fixtures/partitioned-memory.js';
import { listen } from '../http/http-harness.js';

const silent = (): void => undefined;
const PARTITIONS = 200;
const entry: ConnectorEntry = {
  id: 'p-shops',
  folder: '/plugin/python-connectors/p-shops',
  plugin: { root: '/plugin', manifest: { id: 'p' }, connectorFolders: [] },
  manifest: { partitioningMode: 'CODE_DEFINED_LISTABLE' },
  file: '/plugin/python-connectors/p-shops/connector.ts',
  language: 'typescript',
  warnings: [],
};

/** One request for each shop, after a login. */
class Shops extends Connector<{ readonly origin: string }> {
  override getPartitioning(): Partitioning {
    return { dimensions: [{ name: 'shop', type: 'value' }] };
  }

  override *listPartitions(): Generator<string> {
    for (let shop = 1; shop <= PARTITIONS; shop += 1) yield String(shop);
  }

  override async *generateRows({ partitionId }: ReadRequest): AsyncGenerator<Emission> {
    const { origin } = this.config;
    const http = this.context.createHttp({
      baseURL: origin,
      auth: { type: 'session', loginUrl: `${origin}/login`, tokenPath: 'token' },
    });
    yield (await http.get<Record<string, unknown>>(`/shops/${partitionId}`)).data;
  }
}

describe('partitions of an API', () => {
  it('are read over a few connections, after one login', async () => {
    const requests: string[] = [];
    let connections = 0;
    const ok = (response: ServerResponse, body: unknown): void =>
      void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    const server = createServer(({ url = '', headers }, response) => {
      requests.push(url);
      if (url === '/login') setTimeout(() => ok(response, { token: 'token-of-the-run' }), 20);
      else if (headers.authorization !== 'Bearer token-of-the-run') response.writeHead(401).end();
      else ok(response, { shop: url.slice('/shops/'.length) });
    }).on('connection', () => (connections += 1));
    const origin = `http://127.0.0.1:${await listen(server)}`;
    const opened = new OpenedConnector({
      entry,
      stateFolder: '/plugin/.host',
      connectorClass: Shops as unknown as ConnectorClass,
      config: { origin },
      pluginConfig: {},
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      redact: (text) => text,
      addSecret: silent,
    });
    const spec: RunSpec = { source: entry.id, concurrency: 8, retries: 0 };
    const partitions = await SourcePartitions.of(spec, opened);
    const target = new PartitionedMemory();
    const { report, error } = await runSource({
      runId: 'run-1',
      spec,
      opened,
      partitions,
      target,
      table: 'shops',
      pipeline: () => 'p-shops.shops',
      options: syncOptionsOf(spec, opened, undefined),
      signal: new AbortController().signal,
      progress: new RunProgress(),
      paging: new PagingLog(),
      redact: (text) => text,
    });
    await partitions?.close();
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ rowsWritten: PARTITIONS, partitionCounts: { completed: PARTITIONS } });
    expect(requests.filter((url) => url === '/login')).toHaveLength(1);
    expect(requests).toHaveLength(PARTITIONS + 1);
    expect(connections).toBeLessThanOrEqual(9);
  });
});
