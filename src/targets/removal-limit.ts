/** So many rows may always go, or be sent again. */
export const FEW_ROWS = 10;

/** What is to be removed, and of how much. */
export interface Removed {
  readonly removed: number;
  /** Rows that there are. */
  readonly rows: number;
  /** The largest share of them that may go. */
  readonly maxShare: number;
  /** True: all rows may go. */
  readonly mayBeAll: boolean;
}

/** Whether so many rows may be removed without anybody insisting: few, or a small share, but not all. */
export function mayRemove({ removed, rows, maxShare, mayBeAll }: Removed): boolean {
  if (removed === 0) return true;
  return removed === rows ? mayBeAll : removed <= FEW_ROWS || removed <= rows * maxShare;
}
