import { stringify as csvText } from 'csv-stringify/sync';
import { stringify as losslessText } from 'lossless-json';
import type { Row } from '../../sdk/schema.js';
import type { BodyFormat } from '../../sdk/http.js';

/** What a format says it is. */
export const CONTENT_TYPES: Readonly<Record<BodyFormat, string>> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};
/** Key, first in its row, that becomes the row's own first key, so that it is there twice. */
export const DUPLICATE_KEY = '#duplicate-key';

/** Writes rows as NDJSON or CSV; CSV has its header also where it has no rows. */
export function rowsText(format: 'ndjson' | 'csv', rows: readonly Row[], columns: readonly string[]): string {
  if (format === 'ndjson') return rows.map((row) => `${jsonText(row)}\n`).join('');
  return csvText([...rows], { header: true, columns: [...columns], cast: { boolean: String } });
}

/** As JSON.stringify, with bigints as plain integers. */
export function jsonText(value: unknown): string {
  return withDuplicateKeys(plainJson(value));
}

function plainJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError && error.message.includes('BigInt')) return losslessText(value) ?? 'null';
    throw error;
  }
}

function withDuplicateKeys(json: string): string {
  return json.replaceAll(
    new RegExp(`"${DUPLICATE_KEY}":("[^"]*"),("(?:[^"\\\\]|\\\\.)*"):`, 'g'),
    '$2:$1,$2:',
  );
}
