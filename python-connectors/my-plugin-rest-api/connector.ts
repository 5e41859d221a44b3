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
import type { Incremental } from './read-incremental.js';
import type { RestApiConfig } from './rest-api-config.js';
import { readSettings } from './rest-settings.js';

/** Reads the rows of a REST API: any authentication, any way of paging, incrementally or whole, without code. */
export default class RestApiConnector extends Connector<RestApiConfig> {
  readonly #read: PaginateOptions;
  readonly #incremental: Incremental | undefined;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: RestApiConfig, context: ConnectorContext) {
    super(config, context);
    const { client, read, incremental } = readSettings(config);
    this.#read = { ...read, http: context.createHttp(client) };
    this.#incremental = incremental;
  }

  override getReadSchema(): ReadSchema {
    const { primary_key: primaryKey } = this.config;
    const hasKey = primaryKey && primaryKey.length > 0;
    if (!hasKey && !this.#incremental) return null;
    return { ...(hasKey && { primaryKey }), ...(this.#incremental && { incremental: true }) };
  }

  generateRows({ recordsLimit, state }: ReadRequest): AsyncGenerator<readonly Row[] | Operation> {
    if (!this.#incremental) return paginate(this.context, { ...this.#read, limit: recordsLimit });
    const { cursor: options, param } = this.#incremental;
    const warn = (message: string): void => this.context.logger.warn(message);
    const cursor = createCursor({ ...options, state, warn });
    // The limit counts rows that are new, so that only the cursor can tell when it is reached.
    const pages = paginate(this.context, from(this.#read, param, cursor.lowerBound));
    return readIncrementally(cursor, pages, recordsLimit);
  }
}

/** The same read, of rows from a lower bound on. */
function from(read: PaginateOptions, param: string, lowerBound: CursorValue | undefined): PaginateOptions {
  if (lowerBound === undefined) return read;
  if (read.method === 'POST') return { ...read, body: withPath(read.body ?? {}, param, lowerBound) };
  return { ...read, params: { ...read.params, [param]: lowerBound } };
}
