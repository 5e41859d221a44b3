import { Connector, paginate } from 'connector-host';
import type { ConnectorContext, PaginateOptions, ReadRequest, ReadSchema, Row } from 'connector-host';
import type { RestApiConfig } from './rest-api-config.js';
import { readSettings } from './rest-settings.js';

/** Reads the rows of a REST API: any authentication, any way of paging, without code. */
export default class RestApiConnector extends Connector<RestApiConfig> {
  readonly #read: PaginateOptions;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: RestApiConfig, context: ConnectorContext) {
    super(config, context);
    const { client, read } = readSettings(config);
    this.#read = { ...read, http: context.createHttp(client) };
  }

  override getReadSchema(): ReadSchema {
    const { primary_key: primaryKey } = this.config;
    return primaryKey && primaryKey.length > 0 ? { primaryKey } : null;
  }

  generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<readonly Row[]> {
    return paginate(this.context, { ...this.#read, limit: recordsLimit });
  }
}
