import { parse } from 'lossless-json';

/** Digits of the shortest integer that may be beyond 2^53. */
const LONG = 16;
/** Such an integer where it stands as a value, not within a text. */
const LONG_INTEGER = /[:[,\s]-?\d{16,}\s*[,\]}]|^\s*-?\d{16,}\s*$/;
const ZERO = 48;
const NINE = 57;

/**
 * Parses JSON text without losing digits: an integer is a number when it is safe, else a bigint. Text without long
 * integers is parsed by JSON.parse and costs little more. `context.http` parses its answers by it.
 *
 * @throws SyntaxError for text that is not JSON
 */
export function parseJson(text: string): unknown {
  if (!hasLongDigits(text) || !LONG_INTEGER.test(text)) return JSON.parse(text);
  return parse(text, null, {
    parseNumber: exactNumber,
    // As JSON.parse does: the last one wins.
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

/**
 * Whether the text has so many digits in a row. Any such row covers one of every 16th characters, so the others are
 * looked at only around a digit that was hit.
 */
function hasLongDigits(text: string): boolean {
  for (let i = LONG - 1; i < text.length; i += LONG) {
    if (!isDigit(text, i)) continue;
    let first = i;
    while (isDigit(text, first - 1)) first -= 1;
    let last = i;
    while (isDigit(text, last + 1)) last += 1;
    if (last - first + 1 >= LONG) return true;
  }
  return false;
}

/** Beyond the ends of the text charCodeAt gives NaN, which is no digit. */
function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= ZERO && code <= NINE;
}

function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : BigInt(text);
}
