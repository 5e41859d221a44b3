import type { Emission } from '../../sdk/connector.js';
import type { Operation } from '../../sdk/operations.js';
import type { ReadSchema, Row } from '../../sdk/schema.js';
import { emissionKind } from '../../sync/emission-kind.js';

/** What came for one table of a sync. */
export interface RecordedTable {
  readonly name: string;
  /** Rows that were written whole, in their order. */
  readonly rows: readonly Row[];
  /** Number in the read of each of {@link rows}. */
  readonly numbers: readonly number[];
  /** Rows of which some columns were changed, as they were given. */
  readonly patches: readonly Row[];
}

/** What a connector did during one read. */
export class Recording {
  readonly #startedAt = performance.now();
  readonly #rows: Row[] = [];
  readonly #pages: Row[][] = [];
  readonly #pageNumbers: number[] = [];
  #emissions = 0;
  #emptyPages = 0;
  #singleRows = 0;
  #firstAfter: number | undefined;
  readonly #tables = new Map<string, { name: string; rows: Row[]; numbers: number[]; patches: Row[] }>();
  /** By table, and under an empty name those of a dataset. */
  #rowsAfterCheckpoint = new Map<string, number>();
  #checkpoints = 0;
  /** What getReadSchema returned, unchecked. */
  schema: ReadSchema = null;
  /** True: the source ended by itself. */
  hasEnded = false;
  /** What the generator's `finally` threw when it was closed before its end; undefined: nothing. */
  closeFailure: unknown;

  /** All rows in their order, each as it was when it was yielded. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** The pages that had rows. Rows that were yielded one by one are in none. */
  get pages(): readonly (readonly Row[])[] {
    return this.#pages;
  }

  /** For each of {@link rows}, which of {@link pages} it came in, from 1; 0: it came alone. */
  get pageNumbers(): readonly number[] {
    return this.#pageNumbers;
  }

  /** The tables that operations named, in the order in which they came. */
  get tables(): readonly RecordedTable[] {
    return [...this.#tables.values()];
  }

  /** States that were offered. */
  get checkpoints(): number {
    return this.#checkpoints;
  }

  /** Rows written to a table since the last state was offered. @param table empty: the table of a dataset */
  rowsAfterCheckpoint(table: string): number {
    return this.#rowsAfterCheckpoint.get(table) ?? 0;
  }

  /** Rows that were yielded one by one. */
  get singleRows(): number {
    return this.#singleRows;
  }

  /** Pages without rows. */
  get emptyPages(): number {
    return this.#emptyPages;
  }

  /** Whatever was yielded, empty pages too. */
  get emissions(): number {
    return this.#emissions;
  }

  /** Milliseconds until something was yielded, or the source ended; undefined: neither has happened. */
  get firstAfter(): number | undefined {
    return this.#firstAfter;
  }

  /** @throws ConnectorError for what is neither a row nor a page of rows */
  take(emission: Emission): void {
    this.answered();
    this.#emissions += 1;
    switch (emissionKind(emission, this.#rows.length)) {
      case 'row':
        this.#keep(emission as Row, 0);
        this.#singleRows += 1;
        this.#countAfterCheckpoint('', 1);
        return;
      case 'page':
        this.#takePage(emission as readonly Row[]);
        return;
      default:
        this.#takeOperation(emission as Operation);
    }
  }

  /** Called when the source has said something: a row, a page, or that there is nothing. */
  answered(): void {
    this.#firstAfter ??= performance.now() - this.#startedAt;
  }

  #takePage(rows: readonly Row[]): void {
    if (rows.length === 0) this.#emptyPages += 1;
    else this.#pages.push(rows.map((row) => this.#keep(row, this.#pages.length + 1)));
    this.#countAfterCheckpoint('', rows.length);
  }

  #takeOperation(operation: Operation): void {
    if (operation.kind === 'checkpoint') {
      this.#checkpoints += 1;
      this.#rowsAfterCheckpoint = new Map();
      return;
    }
    const { table: name, kind } = operation;
    const table = this.#tables.get(name) ?? { name, rows: [], numbers: [], patches: [] };
    this.#tables.set(name, table);
    if (kind !== 'upsert' && kind !== 'update') return;
    this.#singleRows += operation.rows.length;
    for (const given of operation.rows) {
      const row = this.#keep(given, 0);
      if (kind === 'update') table.patches.push(row);
      else {
        table.rows.push(row);
        table.numbers.push(this.#rows.length);
      }
    }
    if (kind === 'upsert') this.#countAfterCheckpoint(name, operation.rows.length);
  }

  #countAfterCheckpoint(table: string, rows: number): void {
    this.#rowsAfterCheckpoint.set(table, this.rowsAfterCheckpoint(table) + rows);
  }

  /** A generator may yield one object again and again, changed each time. */
  #keep(row: Row, page: number): Row {
    const kept = { ...row };
    this.#rows.push(kept);
    this.#pageNumbers.push(page);
    return kept;
  }
}
