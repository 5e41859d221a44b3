/** Whole numbers from the first to the last. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** A set of whole numbers that gives each of them once, in the order in which they came. */
export class Spans {
  /** What was new of each span, in the order in which they came. */
  readonly #pieces: Span[] = [];
  /** The same, sorted, and those that touch each other joined. */
  readonly #covered: Span[] = [];
  #size = 0;

  /** How many numbers there are. */
  get size(): number {
    return this.#size;
  }

  get pieces(): readonly Span[] {
    return this.#pieces;
  }

  add({ first, last }: Span): void {
    const from = this.#indexOf(first - 1);
    let to = from;
    let next = first;
    for (let span = this.#covered[to]; span && span.first <= last + 1; span = this.#covered[++to]) {
      this.#addPiece(next, Math.min(last, span.first - 1));
      next = Math.max(next, span.last + 1);
    }
    this.#addPiece(next, last);
    const joined = {
      first: Math.min(first, this.#covered[from]?.first ?? first),
      last: Math.max(last, next - 1),
    };
    this.#covered.splice(from, to - from, joined);
  }

  has(number: number): boolean {
    const span = this.#covered[this.#indexOf(number)];
    return span !== undefined && span.first <= number;
  }

  #addPiece(first: number, last: number): void {
    if (last < first) return;
    this.#pieces.push({ first, last });
    this.#size += last - first + 1;
  }

  /** Index of the first covered span that ends at the number or after it. */
  #indexOf(number: number): number {
    let low = 0;
    let high = this.#covered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#covered[middle]?.last ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
