import type { ColumnType } from '../../sdk/column-types.js';

/** The types that inference gives; docs/reference/types.md has the same table. */
export type InferredType = Extract<
  ColumnType,
  'string' | 'boolean' | 'bigint' | 'double' | 'json' | 'timestamptz' | 'binary'
>;

const INT64_MAX = 2n ** 63n - 1n;

/**
 * The narrowest type that holds a value: an integer is bigint (text beyond 64 bits), any other number double, a Date
 * timestamptz, bytes binary, any other object json. Text stays text, whatever it looks like.
 *
 * @returns undefined for what no column can hold: a function, a symbol, a Map
 */
export function inferType(value: unknown): InferredType | undefined {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return Number.isSafeInteger(value) ? 'bigint' : 'double';
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return value <= INT64_MAX && value >= -INT64_MAX - 1n ? 'bigint' : 'string';
    case 'object':
      return inferObject(value as object);
    default:
      return undefined;
  }
}

/** By tag, so that objects of another realm count. What JSON would write as `{}`, such as a Map, is refused. */
function inferObject(value: object): InferredType | undefined {
  if (ArrayBuffer.isView(value)) return 'binary';
  switch (Object.prototype.toString.call(value)) {
    case '[object Date]':
      return 'timestamptz';
    case '[object Object]':
    case '[object Array]':
      return 'json';
    default:
      return 'toJSON' in value ? 'json' : undefined;
  }
}

/**
 * Whether an integer stays the same number and the same text as a double, so whether it is safe. Beyond 2^53 some are
 * the same number by chance, but a double prints them with other digits: 2^62 ends in 7904, as a double in 8000.
 */
export function isExactAsDouble(value: number | bigint): boolean {
  return Number.isSafeInteger(Number(value));
}

/**
 * The narrowest type that holds all values of two types: integers and fractions together are double, as long as every
 * integer is exact as one; any other mixture is text. The result does not depend on the order of the values.
 *
 * @param integersAreExact whether all integers on either side are exact as doubles
 */
export function widen(a: InferredType | null, b: InferredType, integersAreExact: boolean): InferredType {
  if (a === null || a === b) return b;
  const numbers = (a === 'bigint' && b === 'double') || (a === 'double' && b === 'bigint');
  return numbers && integersAreExact ? 'double' : 'string';
}
