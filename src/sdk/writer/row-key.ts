import { createHash } from 'node:crypto';
import type { Row } from '../schema.js';
import type { WriteOperation } from './rows-info.js';

/** The name of a row where nobody gives it one: SHA-256, hex, of its content and its number. */
export function contentKey(row: Row, number: number): string {
  const text = JSON.stringify([number, row], (_name, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  return createHash('sha256').update(text).digest('hex');
}

/** The name of a request: SHA-256, hex, of what becomes of which rows. */
export function requestKey(operation: WriteOperation, rowKeys: readonly string[]): string {
  const hash = createHash('sha256').update(operation);
  for (const key of rowKeys) hash.update('\n').update(key);
  return hash.digest('hex');
}
