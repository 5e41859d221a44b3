import type { KeptRow, RejectedRow } from '../targets/target.js';
import { jsonText } from '../targets/values/json-text.js';

/**
 * The rows of a retry, which were kept aside by earlier runs: one that is refused again keeps its id, and the number that it
 * had in its own run.
 */
export class RetriedRows {
  /** By the numbers that the rows have in the retry. */
  readonly #rows = new Map<number, KeptRow[]>();
  readonly #refused = new Set<string>();
  readonly #onRefused: (id: string) => void;

  /**
   * @param rows in the order in which the source gives them
   * @param onRefused called with the id of each row that is refused again
   */
  constructor(rows: readonly KeptRow[], onRefused: (id: string) => void = () => undefined) {
    this.#onRefused = onRefused;
    let number = 1;
    for (const row of rows) {
      this.#rows.set(number, [...(this.#rows.get(number) ?? []), row]);
      // The key of a row that goes is no row: it has the number of the one that would come next.
      if (row.operation !== 'delete') number += 1;
    }
  }

  /** Whether the whole row of a number was to be inserted. */
  isInsert(number: number): boolean {
    return this.#rows.get(number)?.some(({ operation }) => operation === 'insert') === true;
  }

  /** A row that is refused, as it is kept. */
  asKept(row: RejectedRow): RejectedRow {
    const rows = this.#rows.get(row.number) ?? [];
    const isDelete = row.operation === 'delete';
    const candidates = rows.filter(
      ({ id, operation }) => !this.#refused.has(id) && (operation === 'delete') === isDelete,
    );
    const text = candidates.length > 1 ? jsonText(row.row) : undefined;
    const found = candidates.find((each) => jsonText(each.row) === text) ?? candidates[0];
    if (!found) return row;
    this.#refused.add(found.id);
    this.#onRefused(found.id);
    const { id, number, attempts } = found;
    return { ...row, id, number, attempts: attempts + (row.attempts ?? 1) };
  }
}
