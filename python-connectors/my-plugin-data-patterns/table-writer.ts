import { op, type Operation, type Row } from 'connector-host';
import type { Position, SavedSync } from './saved-sync.js';
import { TABLES, type TableName } from './tables.js';

/** How rows are written. */
export interface TableWriterOptions {
  /** Rows of a table between two checkpoints. */
  readonly checkpointInterval: number;
  /** Rows wanted at most, over all tables; -1: all. */
  readonly recordsLimit: number;
}

/** Writes tables one after the other, from where a sync stands, and says at each checkpoint where that is. */
export class TableWriter {
  readonly #sync: Omit<SavedSync, 'next'>;
  readonly #interval: number;
  #left: number;
  #next: Position | undefined;

  /** @param sync what was interrupted; one without `next` begins with the first table */
  constructor(sync: SavedSync, { checkpointInterval, recordsLimit }: TableWriterOptions) {
    const { next = { table: TABLES[0].name, row: 0 }, ...rest } = sync;
    this.#sync = rest;
    this.#next = next;
    this.#interval = checkpointInterval;
    this.#left = recordsLimit > 0 ? recordsLimit : Infinity;
  }

  /**
   * Called once for each table, in the order of TABLES, with all rows in an order that is always the same. Yields
   * what is not written yet, with a checkpoint after every interval and after the last row.
   */
  *write(table: TableName, rows: readonly Row[]): Generator<Operation> {
    while (this.#next?.table === table && this.#left > 0) {
      const { row } = this.#next;
      const page = rows.slice(row, row + Math.min(this.#interval, this.#left));
      if (page.length > 0) yield op.upsert(table, page);
      this.#left -= page.length;
      const end = row + page.length;
      this.#next = end < rows.length ? { table, row: end } : startOf(tableAfter(table));
      yield op.checkpoint(this.#next ? { ...this.#sync, next: this.#next } : this.#sync);
    }
  }
}

function tableAfter(table: TableName): TableName | undefined {
  return TABLES[TABLES.findIndex(({ name }) => name === table) + 1]?.name;
}

function startOf(table: TableName | undefined): Position | undefined {
  return table === undefined ? undefined : { table, row: 0 };
}
