import { BufferedWriter, Connector, readRowResults } from 'connector-host';
import type { BatchInfo, BatchResult, DatasetWriter, HttpClient, Row } from 'connector-host';

export default class CrmConnector extends Connector<{ readonly url: string }> {
  /** Never called: the manifest says `"readable": false`. */
  generateRows(): Row[] {
    return [];
  }

  override getWriter(): DatasetWriter {
    return new CrmWriter(this.context.createHttp({ baseURL: this.config.url, retry: { tries: 1 } }));
  }
}

class CrmWriter extends BufferedWriter {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    super({ rows: 100, maxInFlight: 4, deduplicates: 'request' });
    this.#http = http;
  }

  protected override async writeBatch(rows: readonly Row[], batch: BatchInfo): Promise<BatchResult> {
    const { data } = await this.#http.post<unknown>('/users/batch', rows, {
      headers: { 'Idempotency-Key': batch.idempotencyKey },
      signal: batch.signal,
    });
    return { rows: readRowResults(data, { shape: 'list', path: 'results' }, rows) };
  }
}
