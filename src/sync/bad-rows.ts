import { RowError } from '../sdk/errors.js';
import type { RejectedRow } from '../targets/target.js';
import type { RunProgress } from './run-progress.js';
import type { BadRowPolicy } from './sync-options.js';

/** Rows from which on a share says something. */
const ENOUGH_ROWS = 1000;

/** How many rows were read, and how many of them were bad. */
export type RowCounts = Pick<RunProgress, 'rowsRead' | 'rowsRejected'>;

/** Counts the bad rows of a run, and ends it where there are more than it may have. */
export class BadRows {
  readonly #policy: BadRowPolicy;
  readonly #progress: RowCounts;
  /** What the policy is held against. */
  readonly #ofRun: Readonly<RowCounts>;
  /** True: others read for the same run, which is not over when this read is. */
  readonly #isPart: boolean;
  /** Rows that were read when everything was read: what is refused later is judged at once. */
  #rowsInAll: number | undefined;

  /**
   * @param progress where bad rows are counted
   * @param ofRun the counts of all reads of the run, those of `progress` too, as they are whenever they are looked at; absent:
   *   there is this one only
   */
  constructor(policy: BadRowPolicy, progress: RowCounts, ofRun?: Readonly<RowCounts>) {
    this.#policy = policy;
    this.#progress = progress;
    this.#ofRun = ofRun ?? progress;
    this.#isPart = ofRun !== undefined;
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
    const { rowsRead, rowsRejected } = this.#ofRun;
    const tellsShare = rowsRead >= ENOUGH_ROWS || rowsRead === this.#rowsInAll;
    if (rowsRejected > maxRows || (tellsShare && this.#isBeyondShare)) throw this.#tooMany(whyOf(last));
  }

  /**
   * Called when everything was read: of a small number of rows, a share is known only now, and of a part of a run it is not
   * known even then. An endpoint may still refuse rows that it gets with the last commit.
   * @throws RowError TOO_MANY_BAD_ROWS
   */
  end(): void {
    const { rowsRead } = this.#ofRun;
    if (this.#isPart && rowsRead < ENOUGH_ROWS) return;
    if (!this.#isPart) this.#rowsInAll = rowsRead;
    if (this.#isBeyondShare) throw this.#tooMany();
  }

  get #isBeyondShare(): boolean {
    const { rowsRead, rowsRejected } = this.#ofRun;
    const { maxShare } = this.#policy;
    // Deletes may be refused too, which are no rows that were read.
    return maxShare !== undefined && rowsRejected > rowsRead * maxShare;
  }

  #tooMany(reason?: string): RowError {
    const { maxRows, maxShare } = this.#policy;
    const most = maxRows === undefined ? `${(maxShare ?? 1) * 100} % of the rows` : String(maxRows);
    const { rowsRejected, rowsRead } = this.#ofRun;
    const last = reason === undefined ? '' : `; the last one: ${reason}`;
    return new RowError(
      `${rowsRejected} of ${rowsRead} rows ${this.#isPart ? 'of the run ' : ''}are bad, and at most ${most} may be${last}`,
      {
        code: 'TOO_MANY_BAD_ROWS',
      },
    );
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
