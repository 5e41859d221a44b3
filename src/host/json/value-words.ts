/** Characters of a value that a message shows at most. */
const SHOWN_LENGTH = 60;

/** The kind of a JSON value in plain words: `text`, `a list`. Says nothing of the value itself. */
export function kindOfValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
}

/** A value as a message shows it: text in quotes and cut to a sensible length, lists and objects by their kind. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') {
    const cut = value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}...` : value;
    return JSON.stringify(cut);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOfValue(value);
}
