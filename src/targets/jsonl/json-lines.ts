import type { Row } from '../../sdk/schema.js';
import { rowNumber, type RowBatch, type TableColumn } from '../target.js';
import { rowJson, type RowJson } from '../values/json-value.js';
import { jsonText } from '../values/json-text.js';
import { rowError } from '../values/row-error.js';

/**
 * NDJSON: one JSON object a line, LF, UTF-8. Declared columns have the form that `jsonValue` lists, others are as the
 * connector gave them; a bigint is a plain integer, bytes are base64, what is undefined is left out.
 */
export class JsonLines {
  readonly #table: string;
  #columns: readonly TableColumn[];
  #toJson: RowJson;

  constructor(table: string, columns: readonly TableColumn[]) {
    this.#table = table;
    this.#columns = columns;
    this.#toJson = rowJson(table, columns);
  }

  /** Takes the columns of a schema change. */
  alter(columns: readonly TableColumn[]): void {
    this.#columns = columns;
    this.#toJson = rowJson(this.#table, columns);
  }

  /** The lines of a batch. Throws a RowError for a value that JSON cannot say. */
  lines(batch: RowBatch): string {
    let text = '';
    for (const [i, row] of batch.rows.entries()) text += `${this.#line(row, rowNumber(batch, i))}\n`;
    return text;
  }

  #line(row: Row, rowNumber: number): string {
    const json = this.#toJson(row, rowNumber);
    const text = jsonText(json);
    if (text !== undefined) return text;
    const name = Object.keys(json).find(
      (key) => json[key] !== undefined && jsonText(json[key]) === undefined,
    );
    const column = this.#columns.find((candidate) => candidate.name === name);
    const unknown = { name: name ?? '', type: 'json', declared: false, nullable: true } as const;
    throw rowError(this.#table, { ...(column ?? unknown), type: 'json' }, rowNumber, json);
  }
}
