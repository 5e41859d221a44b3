import { createRequire } from 'node:module';
import type * as CsvParse from 'csv-parse/sync';
import type { Row } from '../schema.js';
import { CSV_OPTIONS, CsvRecords } from './csv-records.js';

// Loaded without a promise, and only where there is CSV.
const sdkRequire = createRequire(import.meta.url);

/**
 * Reads CSV (RFC 4180) whose first row is the header. Every value stays text; an empty field is an empty text. Lines may
 * end in any way, a byte order mark is skipped, blank lines too where there are several columns.
 *
 * @throws SyntaxError that names the line of a row with more or fewer fields than the header, of a quote in the wrong
 *   place, or of a header with a name that is blank or there twice
 */
export function decodeCsv(text: string): Row[] {
  const { parse, CsvError } = sdkRequire('csv-parse/sync') as typeof CsvParse;
  const records = new CsvRecords();
  try {
    return records.toRows(parse(text, CSV_OPTIONS));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its own line counts CRLF within quotes twice, so the records before it are counted again.
    const before = Number(error.records);
    if (before > 0) records.toRows(parse(text, { ...CSV_OPTIONS, to: before }));
    throw records.explain(error);
  }
}
