import { ERROR_CODES, type ErrorCode } from '../../sdk/errors.js';
import type { PartitionResult } from './partition-task.js';

/** So many partitions that fail in a row, by passing faults or refusals, are an outage; more where many are read at once. */
const OUTAGE = 20;
/** Refusals of what one partition asks, or would do, say nothing of the others. */
const OF_ONE: readonly ErrorCode[] = ['HTTP_REFUSED', 'GUARD_REFUSED'];
/** Failures of the run, though a partition met them. */
const OF_ALL: readonly ErrorCode[] = ['PIPELINE_FENCED', 'TOO_MANY_BAD_ROWS'];

/** How a run of partitions is done. */
export interface StopRulesOptions {
  /** True: the first failure ends it. */
  readonly isFailFast: boolean;
  /** Partitions that are read at once. */
  readonly concurrency: number;
}

/** Tells when the others would fail as well, so that no more partitions are begun. */
export class StopRules {
  readonly #options: StopRulesOptions;
  /** Partitions that ended last, all of them by passing faults or refusals. */
  #failedInARow = 0;

  constructor(options: StopRulesOptions) {
    this.#options = options;
  }

  /** Called when a partition was read whole, though its commit may have to wait for others. */
  noteStaged(): void {
    this.#failedInARow = 0;
  }

  /**
   * Called with each result as soon as there is one.
   *
   * @returns undefined: the others are read; else that they are not, with what to say about it where the results do not
   */
  judge({ status, code }: PartitionResult): { readonly warning?: string } | undefined {
    if (status !== 'failed') return undefined;
    if (this.#options.isFailFast || isOfAll(code)) return {};
    if (!isOfOutage(code)) return undefined;
    this.#failedInARow += 1;
    if (this.#failedInARow < Math.max(OUTAGE, 2 * this.#options.concurrency)) return undefined;
    const warning = `${this.#failedInARow} partitions in a row failed, as when the source or the target is down, so no more were begun`;
    return { warning };
  }
}

/** Failures that every other partition would have as well. */
function isOfAll(code: ErrorCode | null): boolean {
  if (code === null || OF_ONE.includes(code)) return false;
  return OF_ALL.includes(code) || ['AuthError', 'ConfigError'].includes(ERROR_CODES[code].class);
}

/** Where everything fails by passing faults or is refused, the others would as well, each after all of its retries. */
function isOfOutage(code: ErrorCode | null): boolean {
  return code !== null && (code === 'HTTP_REFUSED' || ERROR_CODES[code].class === 'TransientError');
}
