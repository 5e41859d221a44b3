import { parseJson } from '../parse-json.js';
import { DecodeError } from './decode-error.js';

/**
 * Reads NDJSON (JSON Lines): one JSON value a line, each as `parseJson` reads it. Blank lines are skipped, a byte order
 * mark too.
 *
 * @throws SyntaxError that names the number of the first line that is not JSON
 */
export function decodeNdjson(text: string): unknown[] {
  return new NdjsonLines().read(text.replace(/^\uFEFF/, '').split('\n'));
}

/** The lines of one NDJSON text, read in any number of parts. */
export class NdjsonLines {
  /** Number of the line that was read last. */
  line = 0;
  readonly #isWanted: (value: unknown) => boolean;

  /** @param isWanted tells objects from other values, where only objects are taken; by default all are */
  constructor(isWanted: (value: unknown) => boolean = () => true) {
    this.#isWanted = isWanted;
  }

  /** @throws DecodeError for a line that is not JSON, or has another value than wanted */
  read(lines: readonly string[]): unknown[] {
    const values: unknown[] = [];
    for (const line of lines) {
      this.line += 1;
      if (line.trim() !== '') values.push(this.#parse(line));
    }
    return values;
  }

  #parse(line: string): unknown {
    const value = this.#json(line);
    if (!this.#isWanted(value)) throw new DecodeError(`line ${this.line} is not an object`, this.line);
    return value;
  }

  #json(line: string): unknown {
    try {
      return parseJson(line);
    } catch (error) {
      // The parser's own message quotes the text.
      if (error instanceof SyntaxError) throw new DecodeError(`line ${this.line} is not JSON`, this.line);
      throw error;
    }
  }
}
