import { rowNumber, type RowBatch } from '../target.js';
import type { RowCells } from '../values/cell-text.js';

/**
 * CSV after RFC 4180 with csv-stringify: comma, a field quoted where it needs it, UTF-8 without byte order mark. Null
 * is an empty field, an empty text is `""`. Lines end in LF: every reader that knows RFC 4180 takes it, and it is what
 * databases write and Unix tools expect.
 */
export class CsvEncoder {
  readonly #stringify: (records: readonly (readonly (string | null)[])[]) => string;

  private constructor(stringify: (records: readonly (readonly (string | null)[])[]) => string) {
    this.#stringify = stringify;
  }

  /** @param lineEnd CRLF only to go on with a file that has it */
  static async load(lineEnd: '\n' | '\r\n' = '\n'): Promise<CsvEncoder> {
    const { stringify } = await import('csv-stringify/sync');
    // Of all fields, this quotes the empty texts; null is none.
    const options = { record_delimiter: lineEnd, quoted_match: /^$/ };
    return new CsvEncoder((records) => stringify(records as (string | null)[][], options));
  }

  /** One line with the names. */
  header(names: readonly string[]): string {
    return this.#stringify([names]);
  }

  /** The lines of a batch. */
  lines(batch: RowBatch, cells: RowCells): string {
    return this.#stringify(batch.rows.map((row, i) => cells(row, rowNumber(batch, i))));
  }
}
