/**
 * A few items that come and go. A `Set` or `Map` leaves a table behind whenever it grows or has gaps, and a table that the
 * garbage collector took for old keeps those after it, with all that was ever in them, until all of the memory is searched:
 * rows would outlive their batch, and be copied twice on the way.
 */
export class ShortSet<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** @param item one that is not in it */
  add(item: T): void {
    this.#items.push(item);
  }

  /** @returns whether it was in it */
  delete(item: T): boolean {
    const index = this.#items.indexOf(item);
    if (index < 0) return false;
    const last = this.#items.pop() as T;
    if (index < this.#items.length) this.#items[index] = last;
    return true;
  }

  /** The items as they are now, in no order. */
  list(): readonly T[] {
    return [...this.#items];
  }

  /** Takes one item out; undefined: there is none. */
  take(): T | undefined {
    return this.#items.pop();
  }
}
