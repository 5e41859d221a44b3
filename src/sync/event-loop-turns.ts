/** Longest time that a loop without pauses keeps timers and signals waiting, in milliseconds. */
const TURN_EVERY_MS = 50;
/** Single rows between two looks at the clock. */
const CLOCK_EVERY = 256;

/**
 * Gives the event loop its turns during a loop that may never wait for anything else. An async generator that only
 * yields is such a loop too: its promises are settled before any timer or signal is looked at.
 */
export class EventLoopTurns {
  #takenAt = performance.now();
  #untilClock = CLOCK_EVERY;

  /**
   * Asked once for each emission.
   * @param isPage pages are few, so the clock is looked at after each
   */
  isDue(isPage: boolean): boolean {
    this.#untilClock -= isPage ? CLOCK_EVERY : 1;
    if (this.#untilClock > 0) return false;
    this.#untilClock = CLOCK_EVERY;
    return performance.now() - this.#takenAt >= TURN_EVERY_MS;
  }

  async take(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#takenAt = performance.now();
  }
}
