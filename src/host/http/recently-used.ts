/** Keeps the values that were asked for last, so many at most, so that it never grows with the number of askers. */
export class RecentlyUsed<T extends object> {
  readonly #capacity: number;
  /** The one that was asked for last stands last. */
  readonly #values = new Map<string, T>();

  /** @param capacity at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#values.size;
  }

  /** The value under a key; it is made where there is none. What `make` throws passes through, and nothing is kept. */
  get(key: string, make: () => T): T {
    const value = this.#values.get(key) ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#capacity) this.#values.delete(this.#values.keys().next().value ?? key);
    return value;
  }
}
