import type { FileHandle } from 'node:fs/promises';
import { RecordScanner } from './record-scanner.js';

/** Bytes that are read at once. */
const CHUNK_BYTES = 256 * 1024;
const COMMA = ','.charCodeAt(0);

/** A part of a CSV file whose records have the same number of columns. */
export interface Section {
  /** Offset of the first byte after it. */
  readonly end: number;
  readonly columns: number;
}

/** What {@link addColumns} makes. */
export interface WiderCsv {
  /** The new header line, with its line feed. */
  readonly header: string;
  /** The sections that lack columns, in order; what follows the last is complete. */
  readonly sections: readonly Section[];
  /** Columns of every record afterwards. */
  readonly columns: number;
}

/** Copies a CSV file, its lines ending in LF, so that every record has all columns. Holds one chunk in memory. */
export async function addColumns(
  input: FileHandle,
  write: (bytes: Uint8Array) => Promise<void>,
  { header, sections, columns }: WiderCsv,
): Promise<void> {
  await write(Buffer.from(header));
  let offset = 0;
  let skipHeader = true;
  for (const section of sections) {
    // A record without columns is an empty line, which is one field already.
    const padding = new Uint8Array(columns - Math.max(1, section.columns)).fill(COMMA);
    const scanner = new RecordScanner();
    while (offset < section.end) {
      const chunk = await readChunk(input, offset, section.end);
      offset += chunk.length;
      let from = 0;
      if (skipHeader) {
        from = scanner.next(chunk, 0);
        if (from === -1) continue;
        skipHeader = false;
      }
      await write(padRecords(chunk, from, scanner, padding));
    }
  }
  for (;;) {
    const chunk = await readChunk(input, offset, Infinity);
    if (chunk.length === 0) return;
    offset += chunk.length;
    await write(chunk);
  }
}

/** The chunk from `from` on, with the padding before the line feed of every record that ends in it. */
function padRecords(
  chunk: Uint8Array,
  from: number,
  scanner: RecordScanner,
  padding: Uint8Array,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let start = from; start < chunk.length;) {
    const end = scanner.next(chunk, start);
    if (end === -1) {
      pieces.push(chunk.subarray(start));
      break;
    }
    pieces.push(chunk.subarray(start, end - 1), padding, chunk.subarray(end - 1, end));
    start = end;
  }
  return Buffer.concat(pieces);
}

async function readChunk(input: FileHandle, offset: number, end: number): Promise<Uint8Array> {
  // A buffer of its own, since the one before may still be on its way to the disk.
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - offset));
  const { bytesRead } = await input.read(buffer, 0, buffer.length, offset);
  return buffer.subarray(0, bytesRead);
}
