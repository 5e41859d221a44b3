const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/**
 * Nanoseconds since 1970 of an RFC 3339 time, which is what Dgraph keeps; undefined for anything else. As text, times
 * with and without fractions do not sort.
 */
export function instantOf(value: unknown): bigint | undefined {
  const match = typeof value === 'string' ? RFC_3339.exec(value) : null;
  if (!match) return undefined;
  const [, time = '', fraction = '', zone = ''] = match;
  const milliseconds = Date.parse(time + zone);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * NANOSECONDS_PER_MILLISECOND + BigInt(fraction.padEnd(9, '0'));
}

/** The same time in UTC, with all digits of its fraction. What is no RFC 3339 time is given back as it is. */
export function inUtc(value: unknown): unknown {
  const match = typeof value === 'string' ? RFC_3339.exec(value) : null;
  if (!match) return value;
  const [, time = '', fraction, zone = ''] = match;
  const milliseconds = Date.parse(time + zone);
  if (zone === 'Z' || Number.isNaN(milliseconds)) return value;
  const seconds = new Date(milliseconds).toISOString().slice(0, time.length);
  return `${seconds}${fraction === undefined ? '' : `.${fraction}`}Z`;
}
