import type { Row } from '../schema.js';
import { DecodeError } from './decode-error.js';
import { MAX_LINE_BYTES, MAX_LINE_TEXT } from './max-line.js';

/** What csv-parse is told. It then gives records as lists of text, the header too. */
export const CSV_OPTIONS = {
  bom: true,
  // Named, because csv-parse by itself takes whichever ends the header for the only one.
  record_delimiter: ['\r\n', '\n', '\r'],
  // The fields are counted here, where a blank line is told apart.
  relax_column_count: true,
  max_record_size: MAX_LINE_BYTES,
};

/** How a CSV text is written, and read. */
export interface CsvForm {
  /** Between two fields. Default a comma. */
  readonly delimiter?: ',' | '\t';
  /** True: an empty field without quotes is null, which takes twice the time; else it is an empty text. Default false. */
  readonly tellsNulls?: boolean;
  /** Told the names of the columns, before the first row. */
  readonly onHeader?: (names: readonly string[]) => void;
}

type Fields = readonly (string | null)[];

/** A page that was not asked for, as that of a login, would pass for a table of one column. */
const HTML = /^\s*<(?:!doctype|html)\b/i;

/** Turns the records of one CSV text into rows: the first is the header. Knows the line where each begins. */
export class CsvRecords {
  #header: readonly string[] | undefined;
  readonly #onHeader: CsvForm['onHeader'];
  /** Line where the next record begins. */
  #line = 1;

  constructor({ onHeader }: CsvForm = {}) {
    this.#onHeader = onHeader;
  }

  /** @throws DecodeError for a bad header, and for a record with more or fewer fields than it */
  toRows(records: readonly Fields[]): Row[] {
    const rows: Row[] = [];
    for (const record of records) {
      if (!this.#header) {
        this.#header = checkHeader(record);
        this.#onHeader?.(this.#header);
      } else if (record.length === this.#header.length) rows.push(toRow(this.#header, record));
      // In a table of one column a blank line is a row; csv-stringify writes an empty text so.
      else if (record.length > 1 || (record[0] ?? '') !== '') throw this.#wrongCount(record, this.#header);
      this.#line += 1;
      for (const field of record) this.#line += lineBreaks(field);
    }
    return rows;
  }

  /** What to throw when csv-parse fails at the next record: its own errors hold the record. */
  explain(error: Error & { readonly code?: unknown }): Error {
    const begins = `the row that begins at line ${this.#line}`;
    switch (error.code) {
      case 'CSV_QUOTE_NOT_CLOSED':
        return new DecodeError(`${begins} never ends its quote`, this.#line);
      case 'CSV_MAX_RECORD_SIZE':
        return new DecodeError(`${begins} is longer than ${MAX_LINE_TEXT}`, this.#line);
      case 'CSV_INVALID_CLOSING_QUOTE':
      case 'INVALID_OPENING_QUOTE':
        return new DecodeError(`${begins} has a quote in the wrong place`, this.#line);
      default:
        return error;
    }
  }

  #wrongCount(record: Fields, header: readonly string[]): DecodeError {
    return new DecodeError(
      `the row that begins at line ${this.#line} has ${record.length} fields; the header has ${header.length}`,
      this.#line,
    );
  }
}

function checkHeader(fields: Fields): readonly string[] {
  const names = fields.map((name) => name ?? '');
  if (HTML.test(names[0] ?? '')) throw new DecodeError('it is an HTML page', 1);
  const blank = names.findIndex((name) => name.trim() === '');
  if (blank >= 0) throw new DecodeError(`column ${blank + 1} of the header has no name`, 1);
  const again = names.findIndex((name, i) => names.indexOf(name) < i);
  if (again >= 0) {
    const first = names.indexOf(names[again] as string);
    throw new DecodeError(`columns ${first + 1} and ${again + 1} of the header have the same name`, 1);
  }
  return names;
}

function toRow(header: readonly string[], record: Fields): Row {
  // Assigned, a column of this name would be lost.
  if (header.includes('__proto__')) return Object.fromEntries(header.map((name, i) => [name, record[i]]));
  const row: Row = {};
  for (let i = 0; i < header.length; i += 1) row[header[i] as string] = record[i];
  return row;
}

function lineBreaks(field: string | null): number {
  if (field === null) return 0;
  return field.includes('\n') || field.includes('\r') ? field.split(/\r\n|\n|\r/).length - 1 : 0;
}
