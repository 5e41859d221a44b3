import { selectionError } from './selection-error.js';

/** Characters that mean something; with a `\` before them they mean themselves. */
export const SPECIAL = ',/|;"\\*';

/** What stands between values; `*` stands in the place of one. */
export type Separator = ',' | '/' | '|' | ';';

/** A part of a text of --partition, with its place counted from 0. */
export type Token =
  | { readonly kind: 'value'; readonly text: string; readonly isLiteral: boolean; readonly start: number }
  | { readonly kind: Separator | '*' | 'end'; readonly start: number };

/** Cuts a text into tokens, the last one `end`. Space around a token is none of it. @throws ConfigError PARTITION_SPEC_INVALID */
export function tokenizeSelection(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (/\s/.test(character)) {
      at += 1;
    } else if (character === '"') {
      const { value, end } = readQuoted(text, at);
      tokens.push({ kind: 'value', text: value, isLiteral: true, start: at });
      at = end;
    } else if (isSeparator(character) || character === '*') {
      tokens.push({ kind: character, start: at });
      at += 1;
    } else {
      const { value, isLiteral, end } = readBare(text, at);
      tokens.push({ kind: 'value', text: value, isLiteral, start: at });
      at = end;
    }
  }
  tokens.push({ kind: 'end', start: text.length });
  return tokens;
}

function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') return { value, end: at + 1 };
    if (character === '\\') {
      at += 1;
      value += escaped(text, at);
    } else value += character;
  }
  throw selectionError(text, start, 'this quote is not closed');
}

function readBare(text: string, start: number): { value: string; isLiteral: boolean; end: number } {
  let value = '';
  let isLiteral = false;
  /** Length of the value up to its last character that is no space, or has a `\` before it. */
  let length = 0;
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') {
      at += 1;
      value += escaped(text, at);
      isLiteral = true;
      length = value.length;
    } else if (SPECIAL.includes(character)) break;
    else {
      value += character;
      if (!/\s/.test(character)) length = value.length;
    }
  }
  return { value: value.slice(0, length), isLiteral, end: at };
}

/** @param at place of the character behind a `\` */
function escaped(text: string, at: number): string {
  const character = text[at];
  if (character !== undefined && SPECIAL.includes(character)) return character;
  throw selectionError(text, at - 1, `a "\\" stands before one of ${Array.from(SPECIAL).join(' ')} only`);
}

function isSeparator(character: string): character is Separator {
  return character === ',' || character === '/' || character === '|' || character === ';';
}
