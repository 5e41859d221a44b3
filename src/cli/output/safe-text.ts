/** Characters of a cell that are shown at most, unless a table says otherwise. */
export const MAX_CELL_LENGTH = 60;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * Text from outside, fit for a terminal: control characters, which could move its cursor or change its colours, are
 * shown as escapes.
 */
export function safeText(text: string, maxLength = MAX_CELL_LENGTH): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return cut.replace(CONTROL, escaped);
}

/** {@link safeText} of text of several lines, whole: its line breaks stay. */
export function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => safeText(line, Infinity))
    .join('\n');
}

function escaped(character: string): string {
  const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  return named ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
