/**
 * Reads a Retry-After header: seconds, or an HTTP date.
 *
 * @returns seconds from now, never negative; undefined where there is no header or it says neither
 */
export function retryAfterSeconds(header: unknown, now = Date.now()): number | undefined {
  if (typeof header !== 'string' && typeof header !== 'number') return undefined;
  const text = String(header).trim();
  if (/^\d+$/.test(text)) return Number(text);
  // Date.parse reads a lot as a date; an HTTP date begins with the name of a day.
  const time = /^[a-z]{3,9},? /i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - now) / 1000));
}
