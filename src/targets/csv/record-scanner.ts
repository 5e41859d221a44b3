const LINE_FEED = 0x0a;
const QUOTE = 0x22;

/**
 * Finds where the records of a CSV file end: at line feeds outside of quotes. A doubled quote inside a quoted field
 * leaves and enters it again, so counting quotes is enough. Given chunk after chunk, it remembers where it is.
 */
export class RecordScanner {
  #quoted = false;

  /** Index after the line feed that ends the record at `from`; -1: it does not end in this chunk. */
  next(chunk: Uint8Array, from: number): number {
    let quoted = this.#quoted;
    for (let i = from; i < chunk.length; i += 1) {
      const byte = chunk[i];
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LINE_FEED && !quoted) {
        this.#quoted = false;
        return i + 1;
      }
    }
    this.#quoted = quoted;
    return -1;
  }
}
