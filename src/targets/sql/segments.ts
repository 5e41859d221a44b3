import type { Row } from '../../sdk/schema.js';
import { UPSERT, type RowBatch } from '../target.js';

/** A removal by value, and how many staged rows came before it. */
export interface StagedRemoval {
  readonly at: number;
  readonly where: Row;
}

/** Staged rows that can be applied together, in their order: first row and the one after the last. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** True: deletes and patches are among them, and no removals by value. */
  readonly isMixed: boolean;
  /** Removals by value, all by the same columns. */
  readonly removals: readonly StagedRemoval[];
  /** The columns that the removals name; none: they remove every row. */
  readonly columns: readonly string[];
}

type Growing = { -readonly [K in keyof Omit<Segment, 'to' | 'removals'>]: Segment[K] } & {
  readonly removals: StagedRemoval[];
};

/**
 * Cuts the operations on one table into segments that a few statements can apply as a whole. Whole rows with removals by
 * the same columns between them are one segment, however many there are: that is how the children of parents are
 * replaced. Whole rows with deletes and patches are another kind.
 */
export class Segments {
  readonly #done: Segment[] = [];
  #current = empty(0);

  get hasRemovals(): boolean {
    return this.#current.removals.length > 0 || this.#done.some(({ removals }) => removals.length > 0);
  }

  /** @param rows how many rows are staged */
  list(rows: number): readonly Segment[] {
    return [...this.#done, { ...this.#current, to: rows }];
  }

  /** Takes the operations of a batch in their order. @param rows how many rows were staged before it */
  take({ kinds, removals = [], rows: { length } }: RowBatch, rows: number): void {
    let next = 0;
    if (kinds) {
      for (let i = 0; i < length; i += 1) {
        for (let found = removals[next]; found && found.at <= i; found = removals[(next += 1)]) {
          this.#remove(rows + found.at, found.where);
        }
        if (kinds[i] !== UPSERT) this.#mix(rows + i);
      }
    }
    for (; next < removals.length; next += 1) {
      const { at, where } = removals[next] as StagedRemoval;
      this.#remove(rows + at, where);
    }
  }

  #mix(at: number): void {
    if (this.#current.removals.length > 0) this.#next(at);
    this.#current.isMixed = true;
  }

  #remove(at: number, where: Row): void {
    const columns = Object.keys(where).sort();
    const { isMixed, removals } = this.#current;
    if (isMixed || (removals.length > 0 && !isSame(columns, this.#current.columns))) this.#next(at);
    this.#current.columns = columns;
    this.#current.removals.push({ at, where });
  }

  #next(at: number): void {
    this.#done.push({ ...this.#current, to: at });
    this.#current = empty(at);
  }
}

function empty(from: number): Growing {
  return { from, isMixed: false, removals: [], columns: [] };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
