import { comparePositions, type Position } from './position.js';
import type { RowMark } from './row-mark.js';

interface Seen {
  readonly content: string;
  /** Without a key, rows may be the same in everything. */
  count: number;
}

interface Kept extends Seen {
  readonly position: Position;
}

/** The rows at and above the next lower bound, so that the next run can leave them out. */
export class SeenRows {
  readonly #isKeyed: boolean;
  readonly #max: number;
  /** From the state: rows that have not come again yet. */
  readonly #loaded = new Map<string, Seen>();
  readonly #kept = new Map<string, Kept>();
  /** The highest position that was let go for want of room. */
  #lost: Position | undefined;
  readonly #hadSome: boolean;
  #cameAgain = false;

  constructor(loaded: readonly RowMark[], isKeyed: boolean, max: number) {
    this.#isKeyed = isKeyed;
    this.#max = max;
    for (const { id, content } of loaded) {
      const known = isKeyed ? undefined : this.#loaded.get(id);
      if (known) known.count += 1;
      else this.#loaded.set(id, { content, count: 1 });
    }
    this.#hadSome = loaded.length > 0;
  }

  /** Whether rows of the state are still awaited: then every row has to be asked about. */
  get awaits(): boolean {
    return this.#loaded.size > 0;
  }

  /** Whether there were rows in the state, and none of them has come. */
  get cameNotAgain(): boolean {
    return this.#hadSome && !this.#cameAgain;
  }

  /** Whether the row, as it is, was there at the last run. Each one of the state counts once. */
  recall({ id, content }: RowMark): boolean {
    const known = this.#loaded.get(id);
    if (!known) return false;
    this.#cameAgain = true;
    known.count -= 1;
    // With a key it is gone in any case: from now on the table has what this run gave it.
    if (known.count === 0) this.#loaded.delete(id);
    return known.content === content;
  }

  /** @param lower the next lower bound, by what is known now; it only rises */
  keep({ id, content }: RowMark, position: Position, lower: Position | undefined): void {
    const known = this.#isKeyed ? undefined : this.#kept.get(id);
    if (known) known.count += 1;
    else this.#kept.set(id, { content, count: 1, position });
    if (this.#kept.size > 2 * this.#max) this.#shrink(lower);
  }

  /**
   * The rows to remember.
   *
   * @param withAwaited also those of the state that have not come again
   * @returns undefined where there are more than may be, and without a key each of them counts
   */
  marks(lower: Position | undefined, withAwaited: boolean): string[] | undefined {
    this.#shrink(lower);
    const marks: string[] = [];
    const sources = withAwaited ? [this.#kept, this.#loaded] : [this.#kept];
    for (const source of sources) {
      for (const [id, { content, count }] of source) {
        for (let i = 0; i < count; i += 1) marks.push(id + content);
      }
    }
    if (this.#isKeyed) return marks.slice(0, this.#max);
    const isWhole = !this.#lost || (lower !== undefined && comparePositions(this.#lost, lower) < 0);
    return isWhole && marks.length <= this.#max ? marks : undefined;
  }

  /** Lets go of what lies below the bound, and of the lowest ones where they are still too many. */
  #shrink(lower: Position | undefined): void {
    if (lower) {
      for (const [id, { position }] of this.#kept) {
        if (comparePositions(position, lower) < 0) this.#kept.delete(id);
      }
    }
    if (this.#kept.size <= this.#max) return;
    const highestFirst = [...this.#kept].sort(([, a], [, b]) => comparePositions(b.position, a.position));
    for (const [id, { position }] of highestFirst.slice(this.#max)) {
      this.#kept.delete(id);
      if (!this.#lost || comparePositions(position, this.#lost) > 0) this.#lost = position;
    }
  }
}
