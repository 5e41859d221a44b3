/**
 * How many requests may be under way: half as many after the endpoint said that there are too many, one more after as
 * many were taken as may be under way.
 */
export class ConcurrencyLimit {
  #now: number;
  #begun = 0;
  /** Number of the last request that was under way when the limit went down. */
  #lastBefore = 0;
  #taken = 0;

  constructor(private readonly most: number) {
    this.#now = most;
  }

  get now(): number {
    return this.#now;
  }

  /** Called when a request begins. @returns its number */
  begin(): number {
    return (this.#begun += 1);
  }

  /**
   * Called when the endpoint had too many requests.
   * @param request its number: those that were under way together lower the limit once
   * @param underWay how many there were, this one included
   */
  overloaded(request: number, underWay: number): void {
    if (request <= this.#lastBefore) return;
    this.#lastBefore = this.#begun;
    this.#taken = 0;
    this.#now = Math.max(1, Math.floor(Math.min(this.#now, underWay) / 2));
  }

  taken(): void {
    if (this.#now >= this.most) return;
    this.#taken += 1;
    if (this.#taken < this.#now) return;
    this.#taken = 0;
    this.#now += 1;
  }
}
