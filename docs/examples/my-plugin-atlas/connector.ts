import { Connector, paginate, type ReadRequest, type ReadSchema, type Row } from 'connector-host';

interface AtlasConfig {
  readonly base_url: string;
  readonly client_id: string;
  readonly client_secret: string;
}

export default class AtlasConnector extends Connector<AtlasConfig> {
  override getReadSchema(): ReadSchema {
    return { primaryKey: ['id'] };
  }

  generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<readonly Row[]> {
    const { base_url: baseURL, client_id: clientId, client_secret: clientSecret } = this.config;
    const http = this.context.createHttp({
      baseURL,
      auth: {
        type: 'oauth2',
        grant: 'client_credentials',
        tokenUrl: `${baseURL}/atlas/token`,
        clientId,
        clientSecret,
      },
      rateLimit: { requests: 100, perSeconds: 1 },
    });
    return paginate(this.context, {
      http,
      url: 'atlas',
      paging: { type: 'keyset', param: 'after', field: 'id', size: 50, sizeParam: 'limit' },
      rows: 'items',
      limit: recordsLimit,
    });
  }
}
