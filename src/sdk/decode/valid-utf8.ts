import { isUtf8 } from 'node:buffer';
import { DecodeError } from './decode-error.js';

const NEWLINE = 0x0a;

/**
 * The bytes of a body, in parts that are whole characters: a decoder would put U+FFFD in the place of bytes that are no
 * UTF-8, without a word.
 *
 * @throws DecodeError that names the line of the first such bytes
 */
export async function* validUtf8(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begun: Uint8Array = new Uint8Array();
  let line = 1;
  for await (const chunk of body) {
    const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    const end = endOfCharacters(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw notUtf8(firstInvalidLine(whole, line));
    // A copy, because whoever gives the chunk may use its memory again.
    begun = Uint8Array.from(bytes.subarray(end));
    line += newlines(whole);
    yield whole;
  }
  if (begun.length > 0) throw notUtf8(line);
}

/** Where the character begins that the bytes break off in; their length where they break off in none. */
function endOfCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes[bytes.length - back];
    if (byte === undefined || byte < 0x80) break;
    if (byte >= 0xc0) return lengthOfCharacter(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function lengthOfCharacter(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

function firstInvalidLine(bytes: Uint8Array, line: number): number {
  let from = 0;
  for (let number = line; ; number += 1) {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0 || !isUtf8(bytes.subarray(from, newline))) return number;
    from = newline + 1;
  }
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

function notUtf8(line: number): DecodeError {
  return new DecodeError(`line ${line} has bytes that are not valid UTF-8`, line);
}
