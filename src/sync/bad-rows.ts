import { RowError } from '../sdk/errors.js';
import type { RejectedRow } from '../targets/target.js';
import type { RunProgress } from './run-progress.js';
import type { BadRowPolicy } from './sync-options.js';

/** Rows from which on a share says something. */
const ENOUGH_ROWS = 1000;

/** Counts the bad rows of a run, and ends it where there are more than it may have. */
export class BadRows {
  readonly #policy: BadRowPolicy;
  readonly #progress: Pick<RunProgress, 'rowsRead' | 'rowsRejected'>;
  /** Rows that were read when everything was read: what is refused later is judged at once. */
  #rowsInAll: number | undefined;

  constructor(policy: BadRowPolicy, progress: Pick<RunProgress, 'rowsRead' | 'rowsRejected'>) {
    this.#policy = policy;
    this.#progress = progress;
  }

  /**
   * Called for rows that are kept aside.
   * @throws RowError TOO_MANY_BAD_ROWS
   */
  add(rows: readonly Pick<RejectedRow, 'table' | 'number' | 'reason' | 'attempts' | 'status'>[]): void {
    const last = rows.at(-1);
    if (!last) return;
    this.#progress.rowsRejected += rows.length;
    const { maxRows = Infinity } = this.#policy;
    const { rowsRead, rowsRejected } = this.#progress;
    const tellsShare = rowsRead >= ENOUGH_ROWS || rowsRead === this.#rowsInAll;
    if (rowsRejected > maxRows || (tellsShare && this.#isBeyondShare)) throw this.#tooMany(whyOf(last));
  }

  /**
   * Called when everything was read: of a small number of rows, a share is known only now. An endpoint may still refuse
   * rows that it gets with the last commit.
   * @throws RowError TOO_MANY_BAD_ROWS
   */
  end(): void {
    this.#rowsInAll = this.#progress.rowsRead;
    if (this.#isBeyondShare) throw this.#tooMany();
  }

  get #isBeyondShare(): boolean {
    const { rowsRead, rowsRejected } = this.#progress;
    const { maxShare } = this.#policy;
    // Deletes may be refused too, which are no rows that were read.
    return maxShare !== undefined && rowsRejected > rowsRead * maxShare;
  }

  #tooMany(reason?: string): RowError {
    const { maxRows, maxShare } = this.#policy;
    const most = maxRows === undefined ? `${(maxShare ?? 1) * 100} % of the rows` : String(maxRows);
    const { rowsRejected, rowsRead } = this.#progress;
    const last = reason === undefined ? '' : `; the last one: ${reason}`;
    return new RowError(`${rowsRejected} of ${rowsRead} rows are bad, and at most ${most} may be${last}`, {
      code: 'TOO_MANY_BAD_ROWS',
    });
  }
}

/** The words of an endpoint, which is the only one to count attempts, may repeat values of the row. */
function whyOf({
  table,
  number,
  reason,
  attempts,
  status,
}: Pick<RejectedRow, 'table' | 'number' | 'reason' | 'attempts' | 'status'>): string {
  if (attempts === undefined) return reason;
  return `row ${number} of table "${table}" was refused${status === undefined ? '' : `: ${status}`}`;
}
