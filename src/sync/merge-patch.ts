/** A JSON object, as states and patches are. */
export type JsonObject = Record<string, unknown>;

/**
 * Applies a JSON merge patch (RFC 7396): a null removes a key, an object is merged, anything else takes the place of what
 * was there. The target is changed; the patch is not, and shares nothing with it afterwards.
 */
export function applyMergePatch(target: JsonObject, patch: Readonly<JsonObject>): void {
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null || value === undefined) {
      Reflect.deleteProperty(target, key);
    } else if (isObject(value)) {
      const there = Object.hasOwn(target, key) ? target[key] : undefined;
      const merged = isObject(there) ? there : {};
      applyMergePatch(merged, value);
      setOwn(target, key, merged);
    } else setOwn(target, key, Array.isArray(value) ? structuredClone(value) : value);
  }
}

/** A plain assignment, also of a key named `__proto__`. */
function setOwn(target: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
