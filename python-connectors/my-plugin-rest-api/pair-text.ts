/** The text of a value of a KEY_VALUE_LIST: text as it is, nothing as none, anything else as JSON. */
export function pairText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
