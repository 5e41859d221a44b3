/** Levels of nesting that are looked into; deeper values count as nothing. */
const MAX_DEPTH = 8;

/**
 * About how many bytes a value takes as JSON. Exact for plain ASCII text, a little low for other text, and cheap:
 * nothing is serialised.
 */
export function estimateBytes(value: unknown, depth = 0): number {
  switch (typeof value) {
    case 'string':
      return value.length + 3;
    case 'number':
    case 'bigint':
      return 10;
    case 'object': {
      if (value === null || depth > MAX_DEPTH) return 5;
      if (ArrayBuffer.isView(value)) return value.byteLength;
      let bytes = 2;
      if (Array.isArray(value)) {
        for (const item of value) bytes += estimateBytes(item, depth + 1);
        return bytes;
      }
      const record = value as Record<string, unknown>;
      for (const key in record) bytes += key.length + 3 + estimateBytes(record[key], depth + 1);
      return bytes;
    }
    default:
      return 5;
  }
}
