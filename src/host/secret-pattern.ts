/** Escapes in JSON and in the quotes of other languages, and how a line break is written in them. */
const JSON_LETTERS: ReadonlyMap<string, string> = new Map([
  ['\b', 'b'],
  ['\f', 'f'],
  ['\t', 't'],
  ['\r', 'r'],
]);

/** JSON inside JSON doubles its backslashes; twice is as deep as messages nest. */
const ESCAPE = String.raw`\\{1,3}`;
const PERCENT = '%(?:25){0,2}';
const LINE_BREAK = String.raw`(?:(?:\r?\n)|(?:${PERCENT}0[dD])?${PERCENT}0[aA]|(?:${ESCAPE}r)?${ESCAPE}n)`;

/**
 * The source of a regular expression that finds a text as it is and as encoders write it: percent-encoded (by any of
 * the rules for URLs and forms, once or twice) and escaped in JSON. Each step has a bounded number of choices, so that
 * no text makes the search slow.
 */
export function encodedTextPattern(text: string): string {
  let pattern = '';
  for (const [part] of text.replaceAll('\r\n', '\n').matchAll(/\\+|[^\\]/gu)) {
    if (part.startsWith('\\')) pattern += backslashes(part.length);
    else if (/^[A-Za-z0-9]$/.test(part)) pattern += part;
    else if (part === '\n') pattern += LINE_BREAK;
    else pattern += `(?:${characterForms(part).join('|')})`;
  }
  return pattern;
}

/**
 * The sources of regular expressions that find a text inside base64 or base64url, whatever stands before and after
 * it in the bytes that were encoded: one for each of the three places where it may begin in a group of three bytes.
 *
 * @param atEnd true: only where nothing comes after it in the encoded bytes, as a password in basic authentication
 */
export function base64Patterns(text: string, { atEnd }: { readonly atEnd: boolean }): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // A character that holds bits of what stands before or after is any character: its other bits are the text's.
    const mixedStart = before === 0 ? 0 : before + 1;
    const mixedEnd = (before + bytes.length) % 3 === 0 || atEnd ? encoded.length : encoded.length - 1;
    const core = encoded.slice(mixedStart, mixedEnd).replace(/[+/]/g, base64Character);
    const start = before === 0 ? '' : BASE64_CHARACTER;
    if (atEnd) return `${start}${core}(?:=|%3[dD])*(?![A-Za-z0-9+/_=%-])`;
    return `${start}${core}${mixedEnd === encoded.length ? '' : `${BASE64_CHARACTER}?(?:=|%3[dD]){0,2}`}`;
  });
}

const BASE64_CHARACTER = '[A-Za-z0-9+/_-]';

function base64Character(character: string): string {
  return character === '+' ? '(?:[+-]|%2[bB])' : String.raw`(?:\\?/|_|%2[fF])`;
}

/** A run of backslashes, each written once, doubled or doubled twice; or percent-encoded. */
function backslashes(count: number): string {
  return String.raw`(?:\\{${count},${count * 4}}|(?:${PERCENT}5[cC]){${count}})`;
}

function characterForms(character: string): string[] {
  const literal = character.replace(/[\^$.*+?()[\]{}|/]/, String.raw`\$&`);
  const forms = [/["'`/]/.test(character) ? String.raw`\\{0,3}${literal}` : literal];
  forms.push([...Buffer.from(character)].map((byte) => PERCENT + hexPattern(byte, 2)).join(''));
  if (character === ' ') forms.push(String.raw`\+`);
  const letter = JSON_LETTERS.get(character);
  if (letter !== undefined) forms.push(ESCAPE + letter);
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  forms.push(units.map((unit) => `${ESCAPE}u${hexPattern(unit, 4)}`).join(''));
  return forms;
}

/** A number as hexadecimal digits in either case. */
function hexPattern(value: number, digits: number): string {
  const hex = value.toString(16).padStart(digits, '0');
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
