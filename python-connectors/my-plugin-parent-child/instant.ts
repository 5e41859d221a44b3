/** With a zone: the host takes a time without one as UTC, Date.parse as local. No digits that Date.parse drops. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/;

interface Updated {
  readonly updated_at: string;
}

/** True for the text of an instant, as in `2024-08-14T01:00:00Z`. */
export function isInstant(value: unknown): value is string {
  return typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
}

/** Below 0: the first was updated earlier. By time, as the same instant may be written in more than one way. */
export function compareUpdates(first: Updated, second: Updated): number {
  return Date.parse(first.updated_at) - Date.parse(second.updated_at);
}

/**
 * True for the last row of an instant, in a list by time. Only then may a cursor pass it: the next read leaves out
 * every row of the cursor's instant.
 */
export function isLastOfInstant(rows: readonly Updated[], index: number): boolean {
  const [row, next] = [rows[index], rows[index + 1]];
  return row === undefined || next === undefined || compareUpdates(row, next) !== 0;
}
