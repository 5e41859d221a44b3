/** What an object was at one time, with the objects in it. Functions count as themselves. */
export class Snapshot {
  readonly #parts: readonly (readonly [name: string, value: unknown, inner: Snapshot | undefined])[];

  constructor(object: object) {
    this.#parts = Object.entries(object).map(([name, value]: [string, unknown]) => [
      name,
      value,
      isObject(value) ? new Snapshot(value) : undefined,
    ]);
  }

  /** Whether the object is still what it was. */
  matches(object: object): boolean {
    const names = Object.keys(object);
    if (names.length !== this.#parts.length) return false;
    return this.#parts.every(([name, before, inner]) => {
      const value = (object as Readonly<Record<string, unknown>>)[name];
      return value === before && (!inner || inner.matches(value as object));
    });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
