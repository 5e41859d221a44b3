/** Seconds before the first new read. */
const BASE_SECONDS = 1;
/** Seconds at most, unless the other side asks for more. */
const MAX_SECONDS = 60;

/**
 * Seconds to wait before a source is read again: what the other side asked for, else twice as long each time, with a
 * random part so that several runs do not come back together.
 */
export function retryDelay(retries: number, retryAfter: number | undefined): number {
  const longest = Math.min(MAX_SECONDS, BASE_SECONDS * 2 ** retries);
  return Math.max(retryAfter ?? 0, longest * (0.5 + Math.random() / 2));
}
