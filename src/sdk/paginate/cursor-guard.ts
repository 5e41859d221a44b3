const REMEMBERED = 10_000;

/**
 * Finds a cursor that came before. The first 10,000 are all remembered; in a longer read one at each power of two is, so
 * that a cycle of any length is found in the end (Brent's algorithm) and memory does not grow.
 */
export class CursorGuard {
  readonly #seen = new Set<string>();
  #mark: string | undefined;
  #count = 0;

  /** @returns true for a cursor that came before */
  repeats(cursor: string): boolean {
    const isKnown = cursor === this.#mark || this.#seen.has(cursor);
    this.#count += 1;
    if (this.#count <= REMEMBERED) this.#seen.add(cursor);
    if ((this.#count & (this.#count - 1)) === 0) this.#mark = cursor;
    return isKnown;
  }
}
