import type { FileTable } from '../files/file-table.js';
import type { OutputFile } from '../files/output-file.js';
import type { RowBatch, SchemaChange, TableRequest } from '../target.js';
import { JsonLines } from './json-lines.js';

/** A table in a file of JSON lines: at its end, or in a new one. */
export class JsonlTable implements FileTable {
  /** Lines have no header, so nothing is known of the rows before. */
  readonly existing = null;
  readonly #file: OutputFile;
  readonly #lines: JsonLines;
  #columns: number;

  constructor(file: OutputFile, request: TableRequest) {
    this.#file = file;
    this.#lines = new JsonLines(request.name, request.columns);
    this.#columns = request.columns.length;
  }

  async alter(change: SchemaChange): Promise<void> {
    this.#lines.alter(change.columns);
    this.#columns = change.columns.length;
  }

  async write(batch: RowBatch): Promise<void> {
    await this.#file.write(this.#lines.lines(batch));
  }

  /** As for every target, without a column there is no table. */
  async finish(): Promise<boolean> {
    return this.#columns > 0;
  }
}
