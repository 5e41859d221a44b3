import { ConfigError } from '../../sdk/errors.js';

/** Characters of the text that are shown around the place. */
const BEFORE = 40;
const AFTER = 30;

/**
 * The error of a place in a text of --partition: the sentence, then the text around the place and a mark below it.
 *
 * @param start the place, counted from 0 in code units
 * @param problem a sentence without its full stop
 */
export function selectionError(text: string, start: number, problem: string): ConfigError {
  const before = Array.from(text.slice(0, start), printable);
  const after = Array.from(text.slice(start), printable);
  const left = before.length > BEFORE ? `…${before.slice(-BEFORE).join('')}` : before.join('');
  const right = after.length > AFTER ? `${after.slice(0, AFTER).join('')}…` : after.join('');
  const column = before.length + 1;
  const mark = ' '.repeat(Array.from(left).length) + '^';
  return new ConfigError(`partitions, column ${column}: ${problem}\n  ${left}${right}\n  ${mark}`, {
    code: 'PARTITION_SPEC_INVALID',
    details: { columnNumber: column },
  });
}

/** One column wide, so that the mark stands below the place. */
function printable(character: string): string {
  return /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(character) ? '\u{fffd}' : character;
}
