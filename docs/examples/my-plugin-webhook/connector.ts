import { BufferedWriter, Connector, type DatasetWriter, type HttpClient, type Row } from 'connector-host';

interface WebhookConfig {
  readonly url: string;
  readonly batch_rows: number;
}

export default class WebhookConnector extends Connector<WebhookConfig> {
  /** Never called: the manifest says `"readable": false`. */
  generateRows(): Row[] {
    return [];
  }

  override getWriter(): DatasetWriter {
    const { url, batch_rows: rows } = this.config;
    // The writer sends a batch again by itself.
    return new WebhookWriter(this.context.createHttp({ retry: { tries: 1 } }), url, rows);
  }
}

class WebhookWriter extends BufferedWriter {
  readonly #http: HttpClient;
  readonly #url: string;

  constructor(http: HttpClient, url: string, rows: number) {
    super({ rows });
    this.#http = http;
    this.#url = url;
  }

  protected override async writeBatch(rows: readonly Row[]): Promise<void> {
    await this.#http.post(this.#url, rows);
  }
}
