import { Connector, createCursor, paginate, readIncrementally, withPath } from 'connector-host';
import type {
  ConnectorContext,
  CursorValue,
  Operation,
  PaginateOptions,
  ReadRequest,
  ReadSchema,
  Row,
} from 'connector-host';
import { fillPlaceholders } from './fill-placeholders.js';
import type { RestApiConfig } from './rest-api-config.js';
import { readSettings } from './rest-settings.js';

/** Reads the rows of a REST API: any authentication, any way of paging, incrementally or whole, without code. */
export default class RestApiConnector extends Connector<RestApiConfig> {
  readonly #isIncremental: boolean;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: RestApiConfig, context: ConnectorContext) {
    super(config, context);
    // Read anew with each partition, whose placeholders may be in anything that is sent.
    this.#isIncremental = readSettings(config).incremental !== undefined;
  }

  override getReadSchema(): ReadSchema {
    const { primary_key: primaryKey } = this.config;
    const hasKey = primaryKey && primaryKey.length > 0;
    if (!hasKey && !this.#isIncremental) return null;
    return { ...(hasKey && { primaryKey }), ...(this.#isIncremental && { incremental: true }) };
  }

  /** @throws ConfigError for placeholders that stand for nothing, or for a partition that nothing asks for */
  generateRows(request: ReadRequest): AsyncGenerator<readonly Row[] | Operation> {
    const { recordsLimit, state, partitionId: id, datasetPartitioning: partitioning } = request;
    const partition = id !== null && partitioning ? { id, partitioning } : undefined;
    const { client, read: asked, incremental } = readSettings(fillPlaceholders(this.config, partition));
    const read = { ...asked, http: this.context.createHttp(client) };
    if (!incremental) return paginate(this.context, { ...read, limit: recordsLimit });
    const { cursor: options, param } = incremental;
    const warn = (message: string): void => this.context.logger.warn(message);
    const cursor = createCursor({ ...options, state, warn });
    // The limit counts rows that are new, so that only the cursor can tell when it is reached.
    const pages = paginate(this.context, from(read, param, cursor.lowerBound));
    return readIncrementally(cursor, pages, recordsLimit);
  }
}

/** The same read, of rows from a lower bound on. */
function from(read: PaginateOptions, param: string, lowerBound: CursorValue | undefined): PaginateOptions {
  if (lowerBound === undefined) return read;
  if (read.method === 'POST') return { ...read, body: withPath(read.body ?? {}, param, lowerBound) };
  return { ...read, params: { ...read.params, [param]: lowerBound } };
}
