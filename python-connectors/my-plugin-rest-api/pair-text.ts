/** The text of a value of a KEY_VALUE_LIST: text as it is, anything else as JSON. */
export function pairText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
