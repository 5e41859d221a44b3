import { Connector, type Partitioning, type ReadRequest, type ReadSchema, type Row } from 'connector-host';
import { COLUMN_TYPES, makePage } from '../../../rows.mjs';

interface Config {
  readonly parts: number;
  readonly rows: number;
  readonly page: number;
  readonly base_url?: string;
}

/** The rows of the other connectors, cut into partitions of equal size. */
export default class BenchParts extends Connector<Config> {
  override getReadSchema(): ReadSchema {
    return { columns: Object.entries(COLUMN_TYPES).map(([name, type]) => ({ name, type })) };
  }

  override getPartitioning(): Partitioning {
    return { dimensions: [{ name: 'part', type: 'value' }] };
  }

  override *listPartitions(): Generator<string> {
    for (let part = 0; part < this.config.parts; part += 1) yield String(part).padStart(7, '0');
  }

  async *generateRows({ partitionId }: ReadRequest): AsyncGenerator<readonly Row[]> {
    const { rows, page, base_url } = this.config;
    const first = Number(partitionId) * rows;
    for (let offset = first; offset < first + rows; offset += page) {
      if (base_url === undefined) yield makePage(offset, Math.min(page, first + rows - offset));
      else {
        const { data } = await this.context.http.get<{ data: Row[] }>(`${base_url}/rows?offset=${offset}`);
        yield data.data;
      }
    }
  }
}
