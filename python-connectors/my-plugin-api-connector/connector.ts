import { ConfigError, Connector } from 'connector-host';
import type { ConnectorContext, DatasetWriter, HttpClient, ReadRequest, Row } from 'connector-host';
import { UploadWriter } from './writer.js';

/** The config as connector.json declares it. */
export interface ApiConnectorConfig {
  readonly api_endpoint?: string;
  readonly api_key?: string;
  readonly resource?: string;
  readonly limit?: number;
}

const DEFAULT_RESOURCE = 'users';
const DEFAULT_LIMIT = 1000;

/** Reads a resource of an API with one request, and writes rows to it in batches. */
export default class ApiConnector extends Connector<ApiConnectorConfig> {
  readonly #http: HttpClient;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: ApiConnectorConfig, context: ConnectorContext) {
    super(config, context);
    const { api_endpoint: endpoint = '', api_key: key = '' } = config;
    const problems = [
      ...(/^https?:\/\/[^/]/i.test(endpoint)
        ? []
        : ['param "api_endpoint" must be a URL that begins with http:// or https://']),
      ...(key === '' ? ['param "api_key" is missing'] : []),
    ];
    if (problems.length > 0) throw new ConfigError(problems.join('; '), { details: { problems } });
    this.#http = context.createHttp({ baseURL: endpoint, headers: { Authorization: `Bearer ${key}` } });
  }

  async *generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<readonly Row[]> {
    const { resource = DEFAULT_RESOURCE, limit: most = DEFAULT_LIMIT } = this.config;
    const limit = recordsLimit > 0 ? Math.min(most, recordsLimit) : most;
    const { data } = await this.#http.get<unknown>(`/${resource}`, { params: { limit } });
    if (!Array.isArray(data)) {
      throw new ConfigError(
        `/${resource} of the API answered with ${kindOf(data)} instead of a list of rows`,
        {
          action: 'Check api_endpoint and resource.',
        },
      );
    }
    if (data.length >= most) {
      this.context.logger.warn(`${resource} may have more rows than the ${most} of param "limit"`);
    }
    yield (data as Row[]).slice(0, limit);
  }

  override getWriter(): DatasetWriter {
    return new UploadWriter(this.#http);
  }
}

/** Axios gives a body that is not JSON as text. */
function kindOf(data: unknown): string {
  if (data === null) return 'null';
  if (data === '') return 'an empty body';
  return typeof data === 'object' ? 'an object' : `a ${typeof data}`;
}
