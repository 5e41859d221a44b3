import type { Choice } from './choice.js';

/** A choice for each dimension; null: every value that is listed. */
export class ChosenProduct {
  readonly #choices: readonly (Choice | null)[];

  constructor(choices: readonly (Choice | null)[]) {
    this.#choices = choices;
  }

  /** True: only a listing tells which partitions it has. */
  get needsListing(): boolean {
    return this.#choices.includes(null);
  }

  /** How many partitions it has at most, `*` aside. */
  get size(): number {
    return this.#choices.reduce((size, choice) => size * (choice?.size ?? 1), 1);
  }

  /** Each combination once; the last dimension changes fastest. Empty where a listing is needed. */
  ids(): Iterable<string> {
    return combinations(this.#choices, '');
  }

  has(id: string): boolean {
    const values = id.split('|');
    return this.#choices.every((choice, index) => choice === null || choice.has(values[index] ?? ''));
  }
}

function* combinations([choice, ...others]: readonly (Choice | null)[], start: string): Iterable<string> {
  for (const value of choice?.values() ?? []) {
    if (others.length === 0) yield start + value;
    else yield* combinations(others, `${start}${value}|`);
  }
}
