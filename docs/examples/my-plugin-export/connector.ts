import type { Readable } from 'node:stream';
import { Connector, decodeRows, type Row } from 'connector-host';

export default class ExportConnector extends Connector<{ readonly url: string }> {
  async *generateRows(): AsyncGenerator<readonly Row[]> {
    const { data } = await this.context.http.get<Readable>(this.config.url, { responseType: 'stream' });
    yield* decodeRows(data, 'csv');
  }
}
