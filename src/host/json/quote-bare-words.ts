/** Words that JSON or JSON5 read by themselves. */
const KNOWN_WORDS = new Set(['true', 'false', 'null', 'Infinity', 'NaN']);

/** How Python spells JSON's words. */
const PYTHON_WORDS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);

/** One token: a comment, a string, a word, space, or any other character (a number counts as several). */
const TOKEN =
  /\/\/[^\n\r]*|\/\*[^]*?\*\/|"(?:\\[^]|[^"\\\n\r])*"|'(?:\\[^]|[^'\\\n\r])*'|[A-Za-z_$][\w$.-]*|[\d.+-][\w.+-]*|\s+|[^]/g;

/** A JSON text with its bare words quoted, and where the columns of a line have moved to. */
export interface QuotedText {
  readonly text: string;
  /** Column (from 1) in the original text of a column in the quoted one. */
  readonly originalColumn: (line: number, column: number) => number;
}

/**
 * Puts quotes around words that stand as values, as in `"type": STRING`, and spells Python's True, False and None
 * as JSON does. Strings, comments and keys stay as they are, and so does a word at the root.
 */
export function quoteBareWords(source: string): QuotedText {
  const moves: { line: number; column: number; by: number }[] = [];
  const containers: string[] = [];
  let text = '';
  // Lines as json5 counts them.
  let line = 1;
  let lineStart = 0;
  let previous = '';
  for (const [token] of source.matchAll(TOKEN)) {
    let written = token;
    const isSpace = /^(?:\s|\/[/*])/.test(token);
    if (/^[A-Za-z_$]/.test(token) && standsAsValue(previous, containers.at(-1))) {
      written = PYTHON_WORDS.get(token) ?? (KNOWN_WORDS.has(token) ? token : `"${token}"`);
    }
    text += written;
    if (written !== token) {
      moves.push({ line, column: text.length - lineStart + 1, by: written.length - token.length });
    }
    const lineBreak = written.lastIndexOf('\n');
    if (lineBreak >= 0) {
      line += written.split('\n').length - 1;
      lineStart = text.length - written.length + lineBreak + 1;
    }
    if (token === '{' || token === '[') containers.push(token);
    if (token === '}' || token === ']') containers.pop();
    if (!isSpace) previous = token;
  }
  const originalColumn = (errorLine: number, column: number): number => {
    const before = moves.filter((move) => move.line === errorLine && move.column <= column);
    return before.reduce((result, move) => result - move.by, column);
  };
  return { text, originalColumn };
}

function standsAsValue(previous: string, container: string | undefined): boolean {
  return previous === ':' || (container === '[' && (previous === '[' || previous === ','));
}
