const ESCAPED = /\\([\\,=])/g;

/**
 * Splits a text at each separator that no backslash stands before. The parts keep their backslashes, so that they may be
 * split again; {@link plainName} removes them.
 *
 * @param separator one character
 */
export function splitNames(text: string, separator: ',' | '='): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** A name without the blanks around it and without the backslashes before `,`, `=` and `\`. */
export function plainName(part: string): string {
  return part.trim().replaceAll(ESCAPED, '$1');
}
