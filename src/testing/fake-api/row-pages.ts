/** A stretch of the rows. */
export interface RowSpan {
  readonly start: number;
  readonly end: number;
}

/** Where the pages of a number of rows begin and end. Pages are counted from 1. */
export class RowPages {
  readonly #total: number;
  readonly #short: Readonly<Record<number, number>>;
  readonly #spans = new Map<number, readonly RowSpan[]>();

  constructor(total: number, shortPages: Readonly<Record<number, number>> = {}) {
    this.#total = total;
    this.#short = shortPages;
  }

  /** All pages of a size; at least one. */
  spans(size: number): readonly RowSpan[] {
    const known = this.#spans.get(size);
    if (known) return known;
    const spans: RowSpan[] = [];
    for (let start = 0; start < this.#total;) {
      const end = Math.min(this.#total, start + this.#sizeOf(spans.length + 1, size));
      spans.push({ start, end });
      start = end;
    }
    if (spans.length === 0) spans.push({ start: 0, end: 0 });
    this.#spans.set(size, spans);
    return spans;
  }

  /** The page that begins at a row, of the size that the page has which holds that row. */
  spanFrom(start: number, size: number): RowSpan {
    if (start >= this.#total) return { start: this.#total, end: this.#total };
    const number = this.spans(size).findLastIndex((span) => span.start <= start) + 1;
    return { start, end: Math.min(this.#total, start + this.#sizeOf(number, size)) };
  }

  #sizeOf(number: number, size: number): number {
    return Math.min(size, this.#short[number] ?? size);
  }
}
