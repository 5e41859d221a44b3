import { base64Text } from './base64-text.js';
import { sortedJsonText } from './json-text.js';

/**
 * The text of any value: what a column of strings holds, whatever the source gave. Numbers are in their shortest
 * JavaScript form, bytes are base64, a Date is ISO text with milliseconds and `Z`, other objects are JSON with sorted
 * keys, so that the text depends on the value alone.
 *
 * @returns undefined for what has no text: functions, circular values, invalid Dates
 */
export function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return undefined;
      if (ArrayBuffer.isView(value)) return base64Text(value);
      if (Object.prototype.toString.call(value) === '[object Date]') return isoText(value as Date);
      return sortedJsonText(value);
    default:
      return undefined;
  }
}

function isoText(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
