import { createReadStream } from 'node:fs';

const LINE_FEED = 0x0a;

/** One line of a file. */
export interface Line {
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** False: the file ends in the middle of it. */
  readonly isWhole: boolean;
}

/**
 * Reads the lines of a file one after the other, so that memory stays flat. Lines end with a line feed and nothing else.
 *
 * @throws failures of the file system
 */
export async function* readLines(path: string): AsyncGenerator<Line, void, undefined> {
  let held: Buffer[] = [];
  for await (const data of createReadStream(path)) {
    const bytes = data as Buffer;
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      const last = bytes.subarray(start, end);
      yield { bytes: held.length === 0 ? last : Buffer.concat([...held, last]), isWhole: true };
      held = [];
      start = end + 1;
    }
    if (start < bytes.length) held.push(bytes.subarray(start));
  }
  if (held.length > 0) yield { bytes: Buffer.concat(held), isWhole: false };
}
