import type { Row } from '../../sdk/schema.js';

/**
 * Makes the function that makes empty rows of one table. They are plain objects, as `{}` is, but made by a constructor of
 * the table's own: the runtime learns from its first rows how many columns they get, and keeps room for them inside of
 * the object, where `{}` has room for four and an array beside it for the others.
 */
export function rowMaker(): () => Row {
  const Made = function (): void {
    // Its columns come one by one.
  } as unknown as new () => Row;
  Made.prototype = Object.prototype;
  return () => new Made();
}
