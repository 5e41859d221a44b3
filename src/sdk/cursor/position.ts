/**
 * Where a value of a cursor lies among others, exact however many digits it has: a whole number, and what comes behind
 * it, compared as text. For numbers that is the fraction's digits without zeros at the end; a text id is all rest.
 */
export interface Position {
  readonly whole: bigint;
  readonly rest: string;
}

/** A decimal number as JSON and JavaScript write it. */
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Below 0: a lies before b; 0: they are equal, also where they are written differently. */
export function comparePositions(a: Position, b: Position): number {
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1;
  if (a.rest === b.rest) return 0;
  return a.rest < b.rest ? -1 : 1;
}

/** The position of a number, or of the text of one; undefined: it is none. */
export function numberPosition(value: string | number | bigint): Position | undefined {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return { whole: BigInt(value), rest: '' };
  const match = DECIMAL.exec(String(value));
  if (!match) return undefined;
  const [, sign, digits = '', fraction = '', exponent = '0'] = match;
  const units = BigInt(digits + fraction);
  return positionOf(sign === '-' ? -units : units, fraction.length - Number(exponent));
}

/** The position so many powers of ten higher or lower: milliseconds to seconds is -3. */
export function shiftPosition(position: Position, powers: number): Position {
  const decimals = position.rest.length;
  return positionOf(unitsOf(position, decimals), decimals - powers);
}

/** The position of a number so much lower. */
export function subtractFrom(position: Position, amount: Position): Position {
  const decimals = Math.max(position.rest.length, amount.rest.length);
  return positionOf(unitsOf(position, decimals) - unitsOf(amount, decimals), decimals);
}

/** The number as a count of its last decimal: 1.5 with 2 decimals is 150. */
function unitsOf({ whole, rest }: Position, decimals: number): bigint {
  return whole * 10n ** BigInt(decimals) + BigInt(rest.padEnd(decimals, '0') || 0);
}

function positionOf(units: bigint, decimals: number): Position {
  if (decimals <= 0) return { whole: units * 10n ** BigInt(-decimals), rest: '' };
  const scale = 10n ** BigInt(decimals);
  // Of a negative number the whole is the next one below, so that what comes behind it always adds.
  const part = ((units % scale) + scale) % scale;
  const rest = part === 0n ? '' : String(part).padStart(decimals, '0').replace(/0+$/, '');
  return { whole: (units - part) / scale, rest };
}
