const REMEMBERED = 10_000;

/**
 * Finds a cursor that came before. The first 10,000 are all remembered; in a longer read one at each power of two is, so
 * that a cycle of any length is found in the end (Brent's algorithm) and memory does not grow.
 */
export class CursorGuard {
  readonly #seen = new Set<string>();
  #mark: string | undefined;
  #count = 0;

  /** Looks whether a cursor came before, and remembers it. `late`: it did, and pages after it may have come twice. */
  find(cursor: string): 'new' | 'at once' | 'late' {
    const found = this.#seen.has(cursor) ? 'at once' : cursor === this.#mark ? 'late' : 'new';
    this.#count += 1;
    if (this.#count <= REMEMBERED) this.#seen.add(cursor);
    if ((this.#count & (this.#count - 1)) === 0) this.#mark = cursor;
    return found;
  }
}
