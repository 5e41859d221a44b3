import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createHttpFactory } from '../../src/host/http/create-http.js';
import type { Connector, ConnectorContext, ReadRequest, Row } from '../../src/index.js';
import type { HttpClient, HttpOptions } from '../../src/sdk/http.js';
import type { PagingSummary } from '../../src/sdk/paginate/paging.js';

/** A context as the host makes one, whose log is kept. */
export interface FakeContext extends ConnectorContext {
  /** Every line logged, with its level before it. */
  readonly lines: string[];
  /** What each read by `paginate` did. */
  readonly pagings: PagingSummary[];
}

/** Makes the context of a connector for a test: real HTTP, no secrets known to the host. */
export function fakeContext(signal = new AbortController().signal): FakeContext {
  const lines: string[] = [];
  const pagings: PagingSummary[] = [];
  const logger = {
    debug: (message: string) => void lines.push(`debug ${message}`),
    info: (message: string) => void lines.push(`info ${message}`),
    warn: (message: string) => void lines.push(`warn ${message}`),
    error: (message: string) => void lines.push(`error ${message}`),
  };
  const create = createHttpFactory({
    userAgent: 'test',
    signal,
    logger,
    redact: (text) => text,
    addSecret: () => undefined,
    stateFolder: join(tmpdir(), `connector-host-test-${randomUUID()}`),
    // Contexts share no rate limit.
    connectorId: randomUUID(),
  });
  const createHttp = (options: HttpOptions): HttpClient =>
    create({ ...options, retry: { baseSeconds: 0.01, ...options.retry } });
  return {
    pluginConfig: {},
    http: createHttp({}),
    createHttp,
    logger,
    notePaging: (summary) => void pagings.push(summary),
    resource: (path) => resolve(path),
    lines,
    pagings,
  };
}

/** What a full read is asked for, but for what is given. */
export function readRequest(given: Partial<ReadRequest> = {}): ReadRequest {
  return {
    datasetSchema: null,
    datasetPartitioning: null,
    partitionId: null,
    recordsLimit: -1,
    state: {},
    signal: new AbortController().signal,
    ...given,
  };
}

/** The pages that a connector yields, one list of rows each. */
export async function readPages(
  connector: Connector<object>,
  given?: Partial<ReadRequest>,
): Promise<Row[][]> {
  const pages: Row[][] = [];
  for await (const emission of connector.generateRows(readRequest(given))) pages.push(emission as Row[]);
  return pages;
}

/** All rows that a connector yields. */
export async function readRows(connector: Connector<object>, given?: Partial<ReadRequest>): Promise<Row[]> {
  return (await readPages(connector, given)).flat();
}
