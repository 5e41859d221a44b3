import { stringify } from 'lossless-json';
import { base64Text } from './base64-text.js';

/** Levels of nesting that the fast way looks into; whatever is deeper, or circular, goes the slow way. */
const FAST_DEPTH = 64;

/**
 * JSON text of a value. A bigint is written as a plain integer, bytes (at any depth) as base64 text, a Date as ISO
 * text, NaN, the infinities and an invalid Date as null.
 *
 * @returns undefined for what JSON cannot say: a function, a circular value, one nested thousands of levels deep
 */
export function jsonText(value: unknown): string | undefined {
  try {
    // Typed as string, yet undefined for a function or symbol.
    if (isPlain(value, 0)) return JSON.stringify(value);
    return stringify(bytesAsText('', value), bytesAsText);
  } catch {
    // A circular or very deep value overflows the stack, or a toJSON of the value's own throws.
    return undefined;
  }
}

/** The same with the keys of every object in order, so that equal values have equal text. */
export function sortedJsonText(value: unknown): string | undefined {
  let copy: unknown;
  try {
    copy = sorted(value);
  } catch {
    // Circular or nested too deep: jsonText does not take it either.
    return undefined;
  }
  return jsonText(copy);
}

/** Whether JSON.stringify writes the value as we want it: no bigint, no bytes, nothing that decides for itself. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'bigint') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depth === FAST_DEPTH || ArrayBuffer.isView(value)) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isPlain(item, depth + 1)) return false;
    return true;
  }
  if ('toJSON' in value) return value instanceof Date;
  const record = value as Record<string, unknown>;
  for (const key in record) if (!isPlain(record[key], depth + 1)) return false;
  return true;
}

/** Called before toJSON, so that a Buffer does not become `{"type":"Buffer"}`. */
function bytesAsText(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? base64Text(value) : value;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return value;
  // What stands for the value may have keys of its own.
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return sorted((value as { toJSON: () => unknown }).toJSON());
  if (Array.isArray(value)) return value.map(sorted);
  // Without a prototype, so that a key named __proto__ stays a key.
  const result = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value).sort()) result[key] = sorted((value as Record<string, unknown>)[key]);
  return result;
}
