/** A read that a limit cuts goes on at the page before the cut, so its pages are at most such a share of the limit. */
const PAGES_OF_LIMIT = 8;

/**
 * Rows in a page of a read by a cursor.
 *
 * @param most where there is no limit
 * @param recordsLimit rows wanted at most; -1: all
 */
export function pageRowsOf(most: number, recordsLimit: number): number {
  if (recordsLimit < 0) return most;
  return Math.min(most, Math.max(1, Math.floor(recordsLimit / PAGES_OF_LIMIT)));
}
