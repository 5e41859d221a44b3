import { open } from 'node:fs/promises';
import type { FileTable } from '../files/file-table.js';
import type { ReplacedFile } from '../files/replaced-file.js';
import { PARTITION } from '../partitions/partition-column.js';
import type { RowBatch, SchemaChange, TableColumn, TableRequest } from '../target.js';
import { rowCells, type RowCells } from '../values/cell-text.js';
import { addColumns, type Section } from './add-columns.js';
import { CsvEncoder } from './csv-encoder.js';
import { readHeader } from './read-header.js';

/** A CSV file that is written from its start. Columns that appear in mid-run are added to the earlier rows at the end. */
export class ReplacedCsv implements FileTable {
  readonly existing = null;
  readonly #file: ReplacedFile;
  readonly #encoder: CsvEncoder;
  readonly #table: string;
  /** Of the file that it takes the place of, if there is one. */
  readonly #path: string;
  #columns: readonly TableColumn[];
  #cells: RowCells;
  /** The parts of the file that lack columns, in order; the header is the first record of the first. */
  readonly #narrow: Section[] = [];
  #headerWritten = false;

  private constructor(file: ReplacedFile, encoder: CsvEncoder, request: TableRequest, path: string) {
    this.#file = file;
    this.#encoder = encoder;
    this.#path = path;
    this.#table = request.name;
    this.#columns = request.columns;
    this.#cells = rowCells(this.#table, this.#columns);
  }

  static async open(file: ReplacedFile, request: TableRequest, path: string): Promise<ReplacedCsv> {
    return new ReplacedCsv(file, await CsvEncoder.load(), request, path);
  }

  async alter(change: SchemaChange): Promise<void> {
    if (this.#headerWritten && change.added.length > 0) {
      this.#narrow.push({ end: this.#file.bytes, columns: this.#columns.length });
    }
    this.#columns = change.columns;
    this.#cells = rowCells(this.#table, this.#columns);
  }

  async write(batch: RowBatch): Promise<void> {
    await this.#writeHeader();
    await this.#file.write(this.#encoder.lines(batch, this.#cells));
  }

  async finish(): Promise<boolean> {
    if (this.#columns.length === 0) return false;
    await this.#writeHeader();
    if (this.#narrow.length > 0) {
      const plan = { header: this.#header, sections: this.#narrow, columns: this.#columns.length };
      await this.#file.rewrite((input, write) => addColumns(input, write, plan));
    }
    return true;
  }

  /**
   * A partition keeps the header that it had, since who reads several files takes the columns from any of them. A file of
   * its own has no bytes, and so takes any columns later.
   */
  async finishEmpty(): Promise<void> {
    if (!this.#columns.some(({ name }) => name === PARTITION)) return;
    const old = await open(this.#path, 'r');
    try {
      const header = await readHeader(old);
      if (header && header.names.join('') !== '') await this.#file.write(this.#encoder.header(header.names));
    } finally {
      await old.close();
    }
  }

  get #header(): string {
    return this.#encoder.header(this.#columns.map((column) => column.name));
  }

  async #writeHeader(): Promise<void> {
    if (this.#headerWritten) return;
    this.#headerWritten = true;
    await this.#file.write(this.#header);
  }
}
