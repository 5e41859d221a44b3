import { ConfigError, Connector, problemText } from 'connector-host';
import type {
  ConnectorContext,
  DatasetWriter,
  HttpClient,
  ReadRequest,
  Row,
  WriteRequest,
} from 'connector-host';
import { ApiClient, type ApiAccess } from './api-client.js';
import type { ApiConnectorConfig } from './api-config.js';
import { readWriteSettings, type WriteSettings } from './write-settings.js';
import { ApiWriter } from './writer.js';

const DEFAULT_LIMIT = 1000;

/** Reads a resource of an API with one request, and writes rows to it as its params say. */
export default class ApiConnector extends Connector<ApiConnectorConfig> {
  readonly #http: HttpClient;
  readonly #access: ApiAccess;
  readonly #settings: WriteSettings;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: ApiConnectorConfig, context: ConnectorContext) {
    super(config, context);
    const endpoint = config.api_endpoint ?? '';
    const key = config.api_key ?? '';
    const problems: string[] = [];
    if (!isHttpUrl(endpoint)) {
      problems.push('param "api_endpoint" must be a URL that begins with http:// or https://');
    }
    if (key === '') problems.push('param "api_key" is missing');
    this.#settings = readWriteSettings(config, problems);
    if (problems.length > 0) throw new ConfigError(problemText(problems), { details: { problems } });
    this.#access = { endpoint, key };
    this.#http = context.createHttp({ baseURL: endpoint, headers: { Authorization: `Bearer ${key}` } });
  }

  async *generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<readonly Row[]> {
    const { resource } = this.#settings;
    const most = this.config.limit ?? DEFAULT_LIMIT;
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

  override getWriter({ table, primaryKey, writeMode }: WriteRequest): DatasetWriter {
    const { logger } = this.context;
    return new ApiWriter({
      client: new ApiClient(this.context, this.#access, this.#settings),
      settings: this.#settings,
      request: { table, primaryKey, writeMode },
      logger,
    });
  }
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
}

/** Axios gives a body that is not JSON as text. */
function kindOf(data: unknown): string {
  if (data === null) return 'null';
  if (data === '') return 'an empty body';
  return typeof data === 'object' ? 'an object' : `a ${typeof data}`;
}
