import {
  ConfigError,
  Connector,
  ConnectorError,
  type ConnectorContext,
  type HttpClient,
  type ReadSchema,
  type Row,
} from 'connector-host';
import { toRow, type Country } from './country.js';

interface CountriesConfig {
  readonly base_url: string;
  readonly token?: string | null;
  readonly region?: string | null;
  readonly page_size: number;
}

export default class CountriesConnector extends Connector<CountriesConfig> {
  readonly #http: HttpClient;

  constructor(config: CountriesConfig, context: ConnectorContext) {
    super(config, context);
    if (!URL.canParse(config.base_url)) {
      throw new ConfigError('param "base_url" is not a URL', {
        action: 'Give it with its scheme, as in https://api.example.com.',
      });
    }
    this.#http = context.createHttp({
      baseURL: config.base_url,
      ...(config.token ? { headers: { Authorization: `Bearer ${config.token}` } } : {}),
    });
  }

  override getReadSchema(): ReadSchema {
    return {
      columns: [
        { name: 'code', type: 'string', nullable: false, comment: 'ISO 3166-1 alpha-3' },
        { name: 'name', type: 'string' },
        { name: 'region', type: 'string' },
        { name: 'area', type: 'double', comment: 'square kilometres' },
        { name: 'landlocked', type: 'boolean' },
        { name: 'languages', type: 'json' },
      ],
      primaryKey: ['code'],
    };
  }

  async *generateRows(): AsyncGenerator<Row[]> {
    const { region, page_size: size } = this.config;
    for (let page = 1; ; page += 1) {
      const { data } = await this.#http.get<unknown>('countries', {
        params: { _page: page, _limit: size, region },
      });
      if (!Array.isArray(data)) throw new ConnectorError(`page ${page} of the countries is not a list`);
      this.context.logger.debug(`page ${page} has ${data.length} countries`);
      // An empty page is the end. A short one is not: some APIs lower the page size in silence.
      if (data.length === 0) return;
      yield (data as Country[]).map(toRow);
    }
  }
}
