import { columnsKey } from './key-order.js';
import type { PendingBatch } from './pending-batch.js';

/**
 * Which rows of a batch are sent again after an endpoint put some off and took others, so that the last version of a key
 * is the one that stays. A whole row, or a delete, that a later one of its key was taken after is not sent again; a later
 * change of some columns is sent again behind the one that was put off.
 *
 * @param later indexes of the rows that were put off, in their order
 * @param accepted whether a row was taken
 * @param key names of the key columns; empty: rows have no order
 */
export function rowsToSendAgain(
  { rows, operation }: PendingBatch,
  later: readonly number[],
  accepted: (index: number) => boolean,
  key: readonly string[],
): readonly number[] {
  if (key.length === 0 || operation === 'insert') return later;
  const keyOf = columnsKey('key', key);
  const keys = rows.map((row) => keyOf(row));
  const isTakenAfter = (index: number): boolean =>
    keys.some((other, i) => i > index && other === keys[index] && accepted(i));
  if (operation !== 'update') return later.filter((index) => !isTakenAfter(index));
  const first = new Map<string | undefined, number>();
  for (const index of later) if (!first.has(keys[index])) first.set(keys[index], index);
  const isPutOff = new Set(later);
  return rows.flatMap((_row, index) => {
    const before = first.get(keys[index]);
    return isPutOff.has(index) || (before !== undefined && before < index && accepted(index)) ? [index] : [];
  });
}
