import { Connector, paginate, type ReadRequest, type ReadSchema, type Row } from 'connector-host';
import { COLUMN_TYPES } from '../../../rows.mjs';

interface Config {
  readonly base_url: string;
}

/** Reads the benchmark's server as any connector reads an API. */
export default class BenchRest extends Connector<Config> {
  override getReadSchema(): ReadSchema {
    return { columns: Object.entries(COLUMN_TYPES).map(([name, type]) => ({ name, type })) };
  }

  override generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<readonly Row[]> {
    return paginate(this.context, {
      url: `${this.config.base_url}/rows`,
      rows: 'data',
      paging: { type: 'offset', size: 1000 },
      limit: recordsLimit,
    });
  }
}
