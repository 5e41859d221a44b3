import { ConfigError, isHostError, type HostError } from '../sdk/errors.js';
import type { RejectedRow, TargetSession } from '../targets/target.js';
import type { BadRows } from './bad-rows.js';
import type { RunProgress } from './run-progress.js';

/** What {@link RowRejects} works with. */
export interface RowRejectsParts {
  readonly session: Pick<TargetSession, 'reject'>;
  readonly progress: RunProgress;
  /** Absent: the first row with an error ends the run. */
  readonly badRows: BadRows | undefined;
  /** In a retry: the row with what was known of it when it was kept aside. */
  readonly asKept?: ((row: RejectedRow) => RejectedRow) | undefined;
}

/** Keeps rows of a run aside, and counts them. */
export class RowRejects {
  readonly #parts: RowRejectsParts;

  /** @throws ConfigError TARGET_MODE_UNSUPPORTED where bad rows are to be kept and the target has no place for them */
  constructor(parts: RowRejectsParts) {
    this.#parts = parts;
    if (!parts.badRows || parts.session.reject) return;
    throw new ConfigError('--on-bad-row dead-letter needs a target that keeps rejected rows', {
      code: 'TARGET_MODE_UNSUPPORTED',
      action: 'Load into a database, or leave --on-bad-row and --max-rejected out.',
    });
  }

  /** True: a row with an error is kept aside instead of ending the run. */
  get takesErrors(): boolean {
    return this.#parts.badRows !== undefined;
  }

  /** Whether an error is that of one row, which is then kept aside. */
  isOfRow(error: unknown): error is HostError {
    return (
      this.takesErrors &&
      isHostError(error) &&
      error.name === 'RowError' &&
      error.details.row !== undefined &&
      error.code !== 'TOO_MANY_BAD_ROWS'
    );
  }

  /**
   * Keeps rows aside with the next commit.
   * @throws RowError TOO_MANY_BAD_ROWS
   */
  keep(rows: readonly RejectedRow[]): void {
    const { session, progress, badRows, asKept } = this.#parts;
    if (badRows) badRows.add(rows);
    else progress.rowsRejected += rows.length;
    session.reject?.(asKept ? rows.map(asKept) : rows);
  }
}

/** What is said of a row besides its number, which stands in a field of its own. */
export function reasonOf({ message }: HostError): string {
  return message.replace(/^row \d+: /, '');
}
