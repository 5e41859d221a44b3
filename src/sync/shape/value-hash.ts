import { createHash } from 'node:crypto';
import type { ColumnType } from '../../sdk/column-types.js';
import { cellText } from '../../targets/values/cell-text.js';
import { textOf } from '../../targets/values/text-of.js';

/**
 * Makes the function that hashes the values of a column: SHA-256, in hex, of the salt and the value's text. Equal values
 * have equal hashes in every column and run with that salt: of an inferred column by what they print as, so 5 and "5"
 * are equal; of a declared one by what they are as its type.
 *
 * @param type the declared type; null: inferred
 * @returns undefined from the function: the value has no text, or does not convert
 */
export function valueHash(salt: string, type: ColumnType | null): (value: unknown) => string | undefined {
  // The text of JSON depends on the order of its keys, that of textOf does not.
  const isHeld = type !== null && type !== 'json';
  const text = isHeld ? cellText({ name: '', type, declared: true, nullable: true }) : textOf;
  return (value) => {
    const known = text(value);
    return known === undefined
      ? undefined
      : createHash('sha256')
          .update(salt + known)
          .digest('hex');
  };
}
