/** Reads a number of JSON text: integers beyond 2^53 as bigint. */
export function exactNumber(text: string): number | bigint {
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : Number(text);
}
