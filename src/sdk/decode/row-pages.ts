import type { BodyFormat } from '../http.js';
import { parseJson } from '../parse-json.js';
import type { Row } from '../schema.js';
import { csvBatches } from './csv-batches.js';
import type { CsvForm } from './csv-records.js';
import { DecodeError } from './decode-error.js';
import { NdjsonLines } from './decode-ndjson.js';
import { gunzipped } from './gunzipped.js';
import { MAX_LINE_BYTES, MAX_LINE_TEXT } from './max-line.js';
import { validUtf8 } from './valid-utf8.js';

const PAGE = 1000;
const MAX_JSON_BYTES = 256 * 1024 * 1024;

type Bytes = AsyncIterable<Uint8Array>;

/** Gives the rows of each part of a body, soon after it came. */
const BATCHES: Readonly<Record<BodyFormat, (body: Bytes, form?: CsvForm) => AsyncGenerator<readonly Row[]>>> =
  {
    json: jsonBatches,
    ndjson: ndjsonBatches,
    csv: csvBatches,
  };

/**
 * The rows of a body in pages of 1000, decompressed first where it begins as gzip does.
 *
 * @param form how CSV is written
 * @throws DecodeError for a body that is not in the format; whatever reading the body throws is thrown as it is
 */
export async function* rowPages(
  body: Uint8Array | Bytes,
  format: BodyFormat,
  form?: CsvForm,
): AsyncGenerator<readonly Row[]> {
  let page: Row[] = [];
  const bytes = gunzipped(body instanceof Uint8Array ? once(body) : body);
  for await (const batch of BATCHES[format](validUtf8(bytes), form)) {
    for (const row of batch) {
      if (page.push(row) < PAGE) continue;
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

async function* jsonBatches(body: Bytes): AsyncGenerator<readonly Row[]> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_JSON_BYTES) throw new DecodeError('it is larger than 256 MiB');
    chunks.push(chunk);
  }
  const rows = parseWhole(new TextDecoder().decode(Buffer.concat(chunks)));
  if (!Array.isArray(rows)) throw new DecodeError('it is not a list');
  const wrong = rows.findIndex((row) => !isRow(row));
  if (wrong >= 0) throw new DecodeError(`item ${wrong + 1} is not an object`);
  yield rows as Row[];
}

function parseWhole(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    // The parser's own message quotes the text.
    if (error instanceof SyntaxError) throw new DecodeError('it is cut off or has other text in it');
    throw error;
  }
}

async function* ndjsonBatches(body: Bytes): AsyncGenerator<readonly Row[]> {
  const reader = new NdjsonLines(isRow);
  for await (const lines of linesOf(body, reader)) yield reader.read(lines) as Row[];
}

/** The lines that each part of a body completes. */
async function* linesOf(body: Bytes, reader: { readonly line: number }): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  // The parts of the unfinished line, joined when it ends: a long line costs no more than its length.
  let begun: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf('\n');
    if (end >= 0) {
      yield (begun.join('') + text.slice(0, end)).split('\n');
      begun = [];
      length = 0;
    }
    begun.push(text.slice(end + 1));
    length += text.length - end - 1;
    if (length > MAX_LINE_BYTES) {
      throw new DecodeError(`line ${reader.line + 1} is longer than ${MAX_LINE_TEXT}`, reader.line + 1);
    }
  }
  yield [begun.join('') + decoder.decode()];
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
