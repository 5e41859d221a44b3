import { parseJson } from '../../sdk/parse-json.js';

/** Digits of the shortest integer that may be beyond 2^53. */
const LONG = 16;
const ZERO = 48;
const NINE = 57;

/**
 * A parser for the text of a body that gives what parseJson gives. Bytes are looked at three times as fast as
 * characters, which is a tenth of what a page costs.
 */
export function jsonParserFor(body: Uint8Array, text: string): (text: string) => unknown {
  // With two bytes for each character, as in UTF-16, digits do not stand side by side.
  const isNarrow = body.length < 2 * text.length;
  return isNarrow && !hasLongDigits(body) ? JSON.parse : parseJson;
}

/** Whether there are so many digits in a row: such a row has one at every 16th byte, and goes on before or behind it. */
function hasLongDigits(body: Uint8Array): boolean {
  for (let i = LONG - 1; i < body.length;) {
    let first = i;
    while (first > i - LONG && isDigit(body[first])) first -= 1;
    if (first === i - LONG) return true;
    // A row that goes on behind `i` begins after `first`.
    i = first + LONG;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
