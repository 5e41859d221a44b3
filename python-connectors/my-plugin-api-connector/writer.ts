import { BufferedWriter, type HttpClient, type Row } from 'connector-host';

/** Sends rows to `POST /upload` as JSON lists of at most 1000; the last, shorter one when it is closed. */
export class UploadWriter extends BufferedWriter {
  readonly #http: HttpClient;

  /** @param http a client whose base URL is the API's endpoint */
  constructor(http: HttpClient) {
    super({ rows: 1000 });
    this.#http = http;
  }

  protected async writeBatch(rows: readonly Row[]): Promise<void> {
    await this.#http.post('/upload', rows);
  }
}
