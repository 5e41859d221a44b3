import { quoteBareWords, type QuotedText } from './quote-bare-words.js';

/** A text that is not JSON, also not when read leniently. */
export class LenientJsonError extends Error {
  /** Line and column of the first character that does not fit, counted from 1. */
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = 'LenientJsonError';
    this.line = line;
    this.column = column;
  }
}

/**
 * Reads JSON as people write it: with comments, trailing commas, single quotes, keys without quotes (JSON5), bare
 * words as values (`STRING`, `True`) and a byte order mark.
 *
 * @throws LenientJsonError for the first place that none of this explains
 */
export async function readLenientJson(source: string): Promise<unknown> {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  try {
    return JSON.parse(text);
  } catch {
    // Not strict JSON. JSON5 reads most of the rest, and says where it fails.
  }
  const { default: json5 } = await import('json5');
  try {
    return json5.parse<unknown>(text);
  } catch {
    // Perhaps only bare words are in the way; if not, the error of the second reading is the one that counts.
  }
  const quoted = quoteBareWords(text);
  try {
    return json5.parse<unknown>(quoted.text);
  } catch (error) {
    throw lenientJsonError(error, quoted);
  }
}

function lenientJsonError(error: unknown, { text, originalColumn }: QuotedText): unknown {
  if (!isJson5Error(error)) return error;
  let { lineNumber: line, columnNumber: column } = error;
  if (column < 1 && line > 1) {
    // json5 has counted the line break itself: the place is the end of the line before.
    line -= 1;
    column = (text.split('\n')[line - 1] ?? '').length + 1;
  }
  const what = error.message.replace(/^JSON5: /, '').replace(/ at \d+:-?\d+$/, '');
  const message = what
    .replace('invalid character', 'unexpected character')
    .replace('invalid end of input', 'unexpected end');
  return new LenientJsonError(message, line, originalColumn(line, column));
}

function isJson5Error(error: unknown): error is Error & { lineNumber: number; columnNumber: number } {
  return error instanceof Error && 'lineNumber' in error && 'columnNumber' in error;
}
