import { estimateBytes } from '../estimate-bytes.js';
import type { Row } from '../schema.js';
import type { DatasetWriter } from './dataset-writer.js';

/** When a {@link BufferedWriter} sends what it has gathered: at whichever limit is reached first. */
export interface BufferLimits {
  /** Rows in a batch at most. Default 1000. */
  readonly rows?: number;
  /** Bytes of JSON in a batch at most, estimated; a single larger row is a batch of its own. Default 4 MiB. */
  readonly bytes?: number;
}

const DEFAULT_ROWS = 1000;
const DEFAULT_BYTES = 4 * 1024 * 1024;

/**
 * A writer that gathers rows and sends them in batches, in the order they came, one batch at a time. A subclass
 * writes `writeBatch` and nothing else.
 */
export abstract class BufferedWriter implements DatasetWriter {
  readonly #maxRows: number;
  readonly #maxBytes: number;
  #rows: Row[] = [];
  #bytes = 0;
  #ordinal = 0;

  /** @throws RangeError when a limit is not a positive number */
  constructor(limits: BufferLimits = {}) {
    this.#maxRows = positive('rows', limits.rows ?? DEFAULT_ROWS);
    this.#maxBytes = positive('bytes', limits.bytes ?? DEFAULT_BYTES);
  }

  /** Sends one batch. Called again only when the returned promise is settled; an error ends the run. */
  protected abstract writeBatch(rows: readonly Row[], batch: { readonly ordinal: number }): Promise<void>;

  async writeRow(row: Row): Promise<void> {
    await this.writeRows([row]);
  }

  async writeRows(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const bytes = estimateBytes(row);
      if (this.#bytes + bytes > this.#maxBytes) await this.flush();
      this.#rows.push(row);
      this.#bytes += bytes;
      if (this.#rows.length >= this.#maxRows) await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    this.#ordinal += 1;
    await this.writeBatch(rows, { ordinal: this.#ordinal });
  }

  async close(): Promise<void> {
    await this.flush();
  }

  async abort(): Promise<void> {
    this.#rows = [];
    this.#bytes = 0;
  }
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(`BufferedWriter: ${name} must be more than 0 (got ${value})`);
  return value;
}
