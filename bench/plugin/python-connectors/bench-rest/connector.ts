import { Connector, type ReadSchema, type Row } from 'connector-host';
import { COLUMN_TYPES } from '../../../rows.mjs';

const PAGE = 1000;
const PAGES_AHEAD = 2;

interface Config {
  readonly base_url: string;
  readonly rows: number;
}

/** Reads the benchmark's server, two pages ahead, as the straight-line script does. */
export default class BenchRest extends Connector<Config> {
  override getReadSchema(): ReadSchema {
    return { columns: Object.entries(COLUMN_TYPES).map(([name, type]) => ({ name, type })) };
  }

  async *generateRows(): AsyncGenerator<Row[]> {
    const { base_url, rows } = this.config;
    const asked: Promise<{ data: { data: Row[] } }>[] = [];
    let offset = 0;
    const ask = (): void => {
      if (offset >= rows) return;
      asked.push(this.context.http.get(`${base_url}/rows`, { params: { offset, limit: PAGE } }));
      offset += PAGE;
    };
    for (let i = 0; i < PAGES_AHEAD; i += 1) ask();
    for (let next = asked.shift(); next; next = asked.shift()) {
      const { data } = await next;
      ask();
      yield data.data;
    }
  }
}
