/** Calls that have begun and not ended. */
export class PendingCalls {
  readonly #calls = new Set<Promise<unknown>>();

  get size(): number {
    return this.#calls.size;
  }

  add<T>(call: Promise<T>): Promise<T> {
    const forget = (): boolean => this.#calls.delete(call);
    this.#calls.add(call);
    call.then(forget, forget);
    return call;
  }

  /** Waits until all of them have ended, whether they succeeded or not. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }
}
