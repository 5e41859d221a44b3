/**
 * The value of a MAP or KEY_VALUE_LIST param in the one form connectors receive: `{ key, value }` pairs in the order
 * given. It may be given as an object, as pairs, or as `{ from, to }` pairs. Anything else is returned as it is.
 */
export function keyValuePairs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onePair);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, item]: [string, unknown]) => ({ key, value: item }));
}

function onePair(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const given = item as Readonly<Record<string, unknown>>;
  if ('key' in given) return { key: keyText(given['key']), value: given['value'] ?? null };
  return 'from' in given ? { key: keyText(given['from']), value: given['to'] ?? null } : item;
}

/** YAML and JSON lists may have numbers as keys. */
function keyText(key: unknown): unknown {
  return typeof key === 'number' || typeof key === 'boolean' ? String(key) : key;
}
