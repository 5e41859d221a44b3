import { estimateBytes } from '../estimate-bytes.js';
import type { PendingBatch } from './pending-batch.js';

/** The largest batch that an endpoint takes, as far as it is known: what it answers 413 to lowers it. */
export class SizeCap {
  #rows: number;
  #bytes: number;

  constructor(private readonly most: { readonly rows: number; readonly bytes: number }) {
    this.#rows = most.rows;
    this.#bytes = most.bytes;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Called with a batch that was too large. */
  tooLarge({ rows, bytes }: PendingBatch): void {
    if (rows.length < 2) return;
    // Where one row outweighs the others, it is the row that is too large: smaller batches of the rest are no help.
    const largest = rows.reduce((most, row) => Math.max(most, estimateBytes(row)), 0);
    if (largest > bytes / 2) return;
    this.#rows = Math.min(this.#rows, Math.ceil(rows.length / 2));
    this.#bytes = Math.min(this.#bytes, Math.ceil(bytes / 2));
  }

  /** Called with a batch that was taken: so large a one is not too large. */
  taken(batch: PendingBatch): void {
    if (batch.rows.length > this.#rows) this.#rows = Math.min(this.most.rows, batch.rows.length);
    if (this.#bytes < this.most.bytes && batch.bytes > this.#bytes) {
      this.#bytes = Math.min(this.most.bytes, batch.bytes);
    }
  }

  /** The parts of a batch that may be sent, in their order: it itself, where it was not cut before a limit was known. */
  parts(batch: PendingBatch): PendingBatch[] {
    const isSmall =
      batch.rows.length <= this.#rows && (this.#bytes >= this.most.bytes || batch.bytes <= this.#bytes);
    if (batch.isSaved || isSmall || batch.rows.length === 1) return [batch];
    return batch.halves().flatMap((half) => this.parts(half));
  }
}
