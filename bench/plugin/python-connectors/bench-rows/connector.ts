import { Connector, type ReadSchema, type Row } from 'connector-host';
import { COLUMN_TYPES, makePage } from '../../../rows.mjs';

const PAGE = 1000;

interface Config {
  readonly rows: number;
  readonly declared: boolean;
}

/** Makes rows without any source, so that what is left is the cost of the host and the target. */
export default class BenchRows extends Connector<Config> {
  override getReadSchema(): ReadSchema {
    if (!this.config.declared) return null;
    return { columns: Object.entries(COLUMN_TYPES).map(([name, type]) => ({ name, type })) };
  }

  *generateRows(): Generator<Row[]> {
    for (let offset = 0; offset < this.config.rows; offset += PAGE) yield makePage(offset, PAGE);
  }
}
