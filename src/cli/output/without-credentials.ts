import { maskCredentials } from '../../sdk/mask-credentials.js';

/** A copy of JSON-like data in which no text shows the credentials of a URL. */
export function withoutCredentials<Value>(value: Value): Value {
  if (typeof value === 'string') return maskCredentials(value) as Value;
  if (Array.isArray(value)) return value.map(withoutCredentials) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => [name, withoutCredentials(item)]),
  ) as Value;
}
