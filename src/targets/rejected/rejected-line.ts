import { parseJson } from '../../sdk/parse-json.js';
import { readLines } from '../files/read-lines.js';
import type { KeptRow } from '../rejected-rows.js';
import { jsonText } from '../values/json-text.js';

/** The line of a row that is kept aside. */
export function rejectedLine(kept: KeptRow): string {
  // What a row holds that JSON cannot say is left out: the rest of it still helps.
  return `${jsonText(kept) ?? jsonText({ ...kept, row: {} }) ?? ''}\n`;
}

/** A line of a file of rejected rows. */
export interface RejectedLine {
  readonly bytes: Buffer;
  /** Undefined: the line is torn. */
  readonly kept: KeptRow | undefined;
}

/** Reads a file of rejected rows line by line. @throws failures of the file system */
export async function* readRejected(path: string): AsyncGenerator<RejectedLine, void, undefined> {
  for await (const { bytes } of readLines(path)) yield { bytes, kept: keptRow(bytes) };
}

function keptRow(bytes: Buffer): KeptRow | undefined {
  try {
    return parseJson(bytes.toString()) as KeptRow;
  } catch {
    // A crash tore it. Its row was not committed, so the run that followed read it and kept it again.
    return undefined;
  }
}
