import type { WriterSettings } from './writer-options.js';

/**
 * Seconds until the next try, twice as many after each, and up to half of them less by chance, so that writers that
 * failed together do not come back together.
 *
 * @param tries how many there were
 */
export function retryDelay(
  tries: number,
  { backoffSeconds, maxBackoffSeconds }: Pick<WriterSettings, 'backoffSeconds' | 'maxBackoffSeconds'>,
): number {
  const longest = Math.min(maxBackoffSeconds, backoffSeconds * 2 ** (tries - 1));
  return longest * (0.5 + Math.random() / 2);
}
