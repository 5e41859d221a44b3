import { stringify } from 'lossless-json';

/**
 * JSON text of a value. A bigint is written as a plain integer, bytes as base64 text, a Date as ISO text, NaN and the
 * infinities as null.
 *
 * @returns undefined for what JSON cannot say: a function, a circular value
 */
export function jsonText(value: unknown): string | undefined {
  try {
    // Typed as string, yet undefined for a function or symbol.
    return JSON.stringify(value) as string | undefined;
  } catch {
    // A bigint or a circular value; which of them shows when it is written by the slower way.
  }
  try {
    return stringify(value);
  } catch {
    return undefined;
  }
}

/** The same with the keys of every object in order, so that equal values have equal text. */
export function sortedJsonText(value: unknown): string | undefined {
  try {
    return jsonText(sorted(value, new Set()));
  } catch (error) {
    if (error instanceof CircularError) return undefined;
    throw error;
  }
}

class CircularError extends Error {}

function sorted(value: unknown, above: Set<object>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) throw new CircularError();
  if ('toJSON' in value || ArrayBuffer.isView(value)) return value;
  above.add(value);
  let copy: unknown;
  if (Array.isArray(value)) copy = value.map((item: unknown) => sorted(item, above));
  else {
    // Without a prototype, so that a key named __proto__ stays a key.
    const result = Object.create(null) as Record<string, unknown>;
    for (const key of Object.keys(value).sort()) result[key] = sorted((value as Record<string, unknown>)[key], above);
    copy = result;
  }
  above.delete(value);
  return copy;
}
