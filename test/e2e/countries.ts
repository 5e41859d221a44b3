import data from 'world-countries';
import { textOf } from '../../src/targets/values/text-of.js';

/** The data set as plain JSON; its types describe the ES module, which jest does not load. */
export const countries = data as unknown as Record<string, unknown>[];

/** The text that each value of some rows must have in a table; a key that a row lacks is null. */
export function storedRows(rows: readonly Record<string, unknown>[]): Record<string, string | null>[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, storedText(row[name])])));
}

function storedText(value: unknown): string | null {
  return value === null || value === undefined ? null : (textOf(value) ?? null);
}
