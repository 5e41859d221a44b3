/**
 * Counts how often the columns of each table of a database were changed by the runs of this process; the file's lock
 * keeps other processes out. A run that knew a table before another run changed it must not go on with what it knew: it
 * would convert values from a type that the column has no more.
 */
export class TableChanges {
  readonly #counts = new Map<string, number>();

  /** How often a table was changed. */
  of(table: string): number {
    return this.#counts.get(table.toLowerCase()) ?? 0;
  }

  /** Called when the change is committed. @returns how often it was changed now */
  count(table: string): number {
    const next = this.of(table) + 1;
    this.#counts.set(table.toLowerCase(), next);
    return next;
  }
}
