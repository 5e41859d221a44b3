import type { FileHandle } from 'node:fs/promises';
import { RecordScanner } from './record-scanner.js';

const CHUNK_BYTES = 64 * 1024;
/** A first record that is longer is no header. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** One field at the start of what is left: quoted or plain, then a comma or the end. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/** The first line of a CSV file. */
export interface CsvHeader {
  readonly names: readonly string[];
  /** How it ends, so that new lines can end in the same way. */
  readonly lineEnd: '\n' | '\r\n';
}

/** Reads the names in the first record of a CSV file; undefined: it is not a header after RFC 4180. */
export async function readHeader(input: FileHandle): Promise<CsvHeader | undefined> {
  const scanner = new RecordScanner();
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < MAX_HEADER_BYTES;) {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await input.read(buffer, 0, CHUNK_BYTES, offset);
    const chunk = buffer.subarray(0, bytesRead);
    const end = scanner.next(chunk, 0);
    chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
    if (end !== -1 || bytesRead === 0) return parseHeader(Buffer.concat(chunks).toString());
    offset += bytesRead;
  }
  return undefined;
}

function parseHeader(record: string): CsvHeader | undefined {
  const lineEnd = record.endsWith('\r\n') ? '\r\n' : '\n';
  const line = record.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  const names: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const field = FIELD.exec(line);
    if (!field) return undefined;
    names.push(field[1]?.replaceAll('""', '"') ?? field[2] ?? '');
    // The end of the line, not a comma: that was the last field.
    if (field[3] === '') return { names, lineEnd };
  }
}
