import type { Emission } from '../../sdk/connector.js';
import type { ReadSchema, Row } from '../../sdk/schema.js';
import { emissionKind } from '../../sync/emission-kind.js';

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
  /** What getReadSchema returned, unchecked. */
  schema: ReadSchema = null;
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
        return;
      case 'page':
        this.#takePage(emission as readonly Row[]);
        return;
      default:
    }
  }

  /** Called when the source has said something: a row, a page, or that there is nothing. */
  answered(): void {
    this.#firstAfter ??= performance.now() - this.#startedAt;
  }

  #takePage(rows: readonly Row[]): void {
    if (rows.length === 0) this.#emptyPages += 1;
    else this.#pages.push(rows.map((row) => this.#keep(row, this.#pages.length + 1)));
  }

  /** A generator may yield one object again and again, changed each time. */
  #keep(row: Row, page: number): Row {
    const kept = { ...row };
    this.#rows.push(kept);
    this.#pageNumbers.push(page);
    return kept;
  }
}
