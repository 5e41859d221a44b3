import type { Row } from '../../sdk/schema.js';

/**
 * Makes the function that reads one column of a row. A row without the column gives undefined, also where the column
 * is named like something that every object inherits (`constructor`, `__proto__`).
 */
export function fieldReader(name: string): (row: Row) => unknown {
  if (name in Object.prototype) return (row) => (Object.hasOwn(row, name) ? row[name] : undefined);
  return (row) => row[name];
}

/** Sets one column of a row, whatever its name. */
export function setField(row: Row, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    row[name] = value;
  }
}
