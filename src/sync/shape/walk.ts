/** Writes the items of a list as rows of a child table. */
export interface ListWriter {
  write(list: readonly unknown[], walk: Walk): void;
}

/** What is walked: a whole row, the given columns of one, or columns that rows are found by. */
export type WalkKind = 'row' | 'patch' | 'condition';

/**
 * What the walk over one row of the source carries along. Each table has one and uses it for row after row, so that a
 * row costs no more objects than the rows it becomes. Lists wait here until the row's own columns are known, since the
 * key, which goes into each child row, may stand behind them.
 */
export class Walk {
  kind: WalkKind = 'row';
  /** Number of the row in the run, counted from 1, for errors. */
  rowNumber = 0;
  /** What child rows begin with: the values of the root's key, then the place in each list, outermost first. */
  readonly prefix: unknown[] = [];
  readonly #writers: ListWriter[] = [];
  readonly #lists: (readonly unknown[])[] = [];
  /** How many lists wait. The arrays keep their length, since to cut them for each row costs more than to count. */
  #waiting = 0;

  /** Starts anew, whatever became of the row before. */
  begin(kind: WalkKind, rowNumber: number): void {
    this.kind = kind;
    this.rowNumber = rowNumber;
    this.#waiting = 0;
  }

  get waiting(): number {
    return this.#waiting;
  }

  defer(writer: ListWriter, list: readonly unknown[]): void {
    this.#writers[this.#waiting] = writer;
    this.#lists[this.#waiting] = list;
    this.#waiting += 1;
  }

  /** Writes the lists that wait, from the given number on. */
  writeLists(from: number): void {
    const end = this.#waiting;
    for (let i = from; i < end; i += 1) {
      (this.#writers[i] as ListWriter).write(this.#lists[i] as readonly unknown[], this);
    }
    this.#waiting = from;
  }
}
