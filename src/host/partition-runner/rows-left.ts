/** How many rows a run may still read, all of its partitions together. */
export class RowsLeft {
  #left: number;

  /** @param limit undefined: all */
  constructor(limit: number | undefined) {
    this.#left = limit ?? Infinity;
  }

  get isNone(): boolean {
    return this.#left <= 0;
  }

  /** Rows that the next partition may have; -1: all. */
  get recordsLimit(): number {
    return this.#left === Infinity ? -1 : this.#left;
  }

  take(rows: number): void {
    this.#left -= rows;
  }
}
