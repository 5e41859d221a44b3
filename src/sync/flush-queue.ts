/**
 * Hands batches to the target one after the other, whichever table they belong to. One is in flight while the next is
 * gathered; the second waits, so memory stays flat whatever the number of rows.
 */
export class FlushQueue {
  readonly #onFailure: (error: unknown) => void;
  #inFlight: Promise<void> = Promise.resolve();
  #pending = 0;
  #closed = false;

  /** @param onFailure called when a batch fails, so that a run that waits for its source hears of it */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** True when the target has taken every batch that it was handed. */
  get isIdle(): boolean {
    return this.#pending === 0;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Starts a step when those before it have succeeded; returns when it has been started. */
  async push(step: () => Promise<void>): Promise<void> {
    const before = this.#inFlight;
    this.#pending += 1;
    this.#inFlight = before.then(step).then(() => {
      this.#pending -= 1;
    });
    this.#inFlight.catch(this.#onFailure);
    await before;
  }

  /** Waits until the target has taken everything; throws what a step failed with. */
  async drain(): Promise<void> {
    await this.#inFlight;
  }

  /** Waits until the target is idle, whether its last step succeeded or not. Nothing is started afterwards. */
  async settle(): Promise<void> {
    this.#closed = true;
    // A failure was reported by onFailure already.
    await Promise.allSettled([this.#inFlight]);
  }
}
