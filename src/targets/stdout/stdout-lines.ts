import { JsonLines } from '../jsonl/json-lines.js';
import type { RowBatch, SchemaChange, TableRequest, TargetTable } from '../target.js';
import type { WriteText } from './write-text.js';

/** Rows as NDJSON. */
export class StdoutLines implements TargetTable {
  readonly existing = null;
  readonly #write: WriteText;
  readonly #lines: JsonLines;

  constructor(write: WriteText, request: TableRequest) {
    this.#write = write;
    this.#lines = new JsonLines(request.name, request.columns);
  }

  async alter(change: SchemaChange): Promise<void> {
    this.#lines.alter(change.columns);
  }

  async write(batch: RowBatch): Promise<void> {
    await this.#write(this.#lines.lines(batch));
  }

  async finish(): Promise<void> {
    // Every write has waited until it was out.
  }
}
