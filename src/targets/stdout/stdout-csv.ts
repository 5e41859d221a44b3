import { ConfigError } from '../../sdk/errors.js';
import { CsvEncoder } from '../csv/csv-encoder.js';
import type { RowBatch, SchemaChange, TableColumn, TableRequest, TargetTable } from '../target.js';
import { rowCells, type RowCells } from '../values/cell-text.js';
import type { WriteText } from './write-text.js';

/** Rows as CSV. The header goes out with the first batch, so its columns are the only ones. */
export class StdoutCsv implements TargetTable {
  readonly existing = null;
  readonly #write: WriteText;
  readonly #encoder: CsvEncoder;
  readonly #table: string;
  #columns: readonly TableColumn[];
  #cells: RowCells;
  #headerWritten = false;

  private constructor(write: WriteText, encoder: CsvEncoder, request: TableRequest) {
    this.#write = write;
    this.#encoder = encoder;
    this.#table = request.name;
    this.#columns = request.columns;
    this.#cells = rowCells(this.#table, this.#columns);
  }

  static async open(write: WriteText, request: TableRequest): Promise<StdoutCsv> {
    return new StdoutCsv(write, await CsvEncoder.load(), request);
  }

  async alter(change: SchemaChange): Promise<void> {
    const [first] = change.added;
    if (this.#headerWritten && first) {
      throw new ConfigError(`column "${first.name}" appeared after the CSV header was written to stdout`, {
        code: 'SCHEMA_CONFLICT',
        action: 'Use --format ndjson, or write to a file with --to.',
        details: { table: this.#table, column: first.name },
      });
    }
    this.#columns = change.columns;
    this.#cells = rowCells(this.#table, this.#columns);
  }

  async write(batch: RowBatch): Promise<void> {
    await this.#writeHeader();
    await this.#write(this.#encoder.lines(batch, this.#cells));
  }

  /** A table without rows still has its header. */
  async finish(): Promise<void> {
    if (this.#columns.length > 0) await this.#writeHeader();
  }

  async #writeHeader(): Promise<void> {
    if (this.#headerWritten) return;
    this.#headerWritten = true;
    await this.#write(this.#encoder.header(this.#columns.map((column) => column.name)));
  }
}
