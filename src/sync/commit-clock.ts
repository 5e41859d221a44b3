import { DEFAULT_COMMIT_INTERVAL, type CommitInterval } from './sync-options.js';

/** Knows when a commit is due. Asked at each offered checkpoint. */
export class CommitClock {
  readonly #interval: CommitInterval;
  #committedAt = performance.now();
  #rowsCommitted = 0;

  constructor(interval: CommitInterval = DEFAULT_COMMIT_INTERVAL) {
    this.#interval = interval;
  }

  /** @param rowsRead rows that the source gave so far */
  isDue(rowsRead: number): boolean {
    const { seconds, rows } = this.#interval;
    return rowsRead - this.#rowsCommitted >= rows || performance.now() - this.#committedAt >= seconds * 1000;
  }

  committed(rowsRead: number): void {
    this.#committedAt = performance.now();
    this.#rowsCommitted = rowsRead;
  }
}
