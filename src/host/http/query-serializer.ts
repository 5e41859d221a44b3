import type { ParamsSerializerOptions } from 'axios';
import type { HttpOptions } from '../../sdk/http.js';

type ArrayFormat = NonNullable<HttpOptions['arrayFormat']>;

/** What axios calls the same: null repeats the name, false puts brackets behind it, true indices. */
const INDEXES: Readonly<Record<ArrayFormat, boolean | null>> = {
  repeat: null,
  brackets: false,
  indices: true,
  comma: null,
};

/**
 * How `params` are written.
 *
 * @param write axios' own way, for lists and objects
 */
export function querySerializer(
  format: ArrayFormat,
  write: (params: Record<string, unknown>, options: ParamsSerializerOptions) => string,
): ParamsSerializerOptions {
  // Axios by itself sends a space as `+`, which some servers take literally.
  const options = { encode: encodeURIComponent, indexes: INDEXES[format] };
  const writeOne = (name: string, value: unknown): string => {
    if (value === undefined || value === null) return '';
    // As a rule; axios takes much longer for it.
    if (isScalar(value)) return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    if (format === 'comma' && Array.isArray(value) && value.every(isScalar)) {
      return `${encodeURIComponent(name)}=${value.map((item) => encodeURIComponent(item)).join(',')}`;
    }
    return write({ [name]: value }, options);
  };
  return {
    ...options,
    serialize: (params) =>
      params instanceof URLSearchParams
        ? params.toString().replaceAll('+', '%20')
        : Object.entries(params)
            .map(([name, value]) => writeOne(name, value))
            .filter((part) => part !== '')
            .join('&'),
  };
}

/** A bigint too: it becomes text as a number does. */
function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}
