import {
  BufferedWriter,
  readRowResults,
  type BatchInfo,
  type BatchResult,
  type BufferedWriterOptions,
  type HttpClient,
  type Row,
  type RowResultOptions,
} from 'connector-host';

/** Sends each batch as `{ keys, rows }`, named by its idempotency key. */
export class EndpointWriter extends BufferedWriter {
  constructor(
    private readonly http: HttpClient,
    private readonly url: string,
    options: BufferedWriterOptions,
    private readonly results?: RowResultOptions,
  ) {
    super(options);
  }

  protected async writeBatch(rows: readonly Row[], batch: BatchInfo): Promise<BatchResult | undefined> {
    const { data, status } = await this.http.post<unknown>(
      this.url,
      { keys: batch.rowKeys, rows },
      { headers: { 'Idempotency-Key': batch.idempotencyKey }, signal: batch.signal },
    );
    if (!this.results) return undefined;
    return {
      rows: readRowResults(data, this.results, rows),
      exchange: { request: `POST ${this.url}`, status },
    };
  }
}
