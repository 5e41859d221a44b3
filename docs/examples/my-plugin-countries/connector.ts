import {
  ConfigError,
  Connector,
  paginate,
  type ConnectorContext,
  type HttpClient,
  type ReadRequest,
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
      auth: config.token ? { type: 'bearer', token: config.token } : { type: 'none' },
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

  async *generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<Row[]> {
    const { region, page_size: size } = this.config;
    const pages = paginate(this.context, {
      http: this.#http,
      url: 'countries',
      params: { region },
      paging: { type: 'page', param: '_page', size, sizeParam: '_limit' },
      limit: recordsLimit,
    });
    for await (const page of pages) yield (page as readonly unknown[] as readonly Country[]).map(toRow);
  }
}
