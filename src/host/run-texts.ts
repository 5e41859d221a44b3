import type { BadRowPolicy, CommitInterval } from '../sync/sync-options.js';

/**
 * When commits are due, as in `5s`, `10000` (rows) or `0`. What is given stands alone: of seconds and rows, the other one
 * never makes a commit due.
 *
 * @returns undefined for a text that does not read
 */
export function commitIntervalOf(text: string): CommitInterval | undefined {
  const [, number = '', unit] = /^(\d+(?:\.\d+)?)(s?)$/.exec(text) ?? [];
  const value = Number(number);
  if (number === '') return undefined;
  if (value === 0) return { seconds: 0, rows: 0 };
  if (unit === 's') return value <= Number.MAX_SAFE_INTEGER ? { seconds: value, rows: Infinity } : undefined;
  return Number.isSafeInteger(value) ? { seconds: Infinity, rows: value } : undefined;
}

/** A share, as in `10%`: from 0 to 1. @returns undefined for a text that does not read */
export function shareOf(text: string): number | undefined {
  const [, number = ''] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  return number !== '' && Number(number) <= 100 ? Number(number) / 100 : undefined;
}

/** How many bad rows there may be, as in `100` or `1%`. @returns undefined for a text that does not read */
export function badRowPolicyOf(text: string): BadRowPolicy | undefined {
  const maxShare = shareOf(text);
  if (maxShare !== undefined) return { maxShare };
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? { maxRows: Number(text) } : undefined;
}
