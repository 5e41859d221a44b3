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

  constructor(policy: BadRowPolicy, progress: Pick<RunProgress, 'rowsRead' | 'rowsRejected'>) {
    this.#policy = policy;
    this.#progress = progress;
  }

  /**
   * Called for rows that are kept aside.
   * @throws RowError TOO_MANY_BAD_ROWS
   */
  add(rows: readonly Pick<RejectedRow, 'table' | 'reason'>[]): void {
    const last = rows.at(-1);
    if (!last) return;
    this.#progress.rowsRejected += rows.length;
    const { maxRows = Infinity } = this.#policy;
    if (
      this.#progress.rowsRejected > maxRows ||
      (this.#progress.rowsRead >= ENOUGH_ROWS && this.#isBeyondShare)
    )
      throw this.#tooMany(last.reason);
  }

  /**
   * Called when everything was read and written: of a small number of rows, a share is known only now.
   * @throws RowError TOO_MANY_BAD_ROWS
   */
  end(): void {
    if (this.#isBeyondShare) throw this.#tooMany();
  }

  get #isBeyondShare(): boolean {
    const { rowsRead, rowsRejected } = this.#progress;
    return rowsRejected > rowsRead * (this.#policy.maxShare ?? 1);
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
