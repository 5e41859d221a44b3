import { describe, expect, it } from '@jest/globals';
import type { WriteOperation } from 'connector-host';
import { PendingBatch } from '../../../src/sdk/writer/pending-batch.js';
import { rowsToSendAgain } from '../../../src/sdk/writer/put-off-rows.js';

/** @param keys the key of each row @param answers `o` taken, `l` put off, `r` rejected */
function sentAgain(operation: WriteOperation, keys: string, answers: string, key = ['k']): readonly number[] {
  const rows = Array.from(keys, (k) => ({ k }));
  const numbers = rows.map((_row, index) => index + 1);
  const batch = new PendingBatch({ ordinal: 1, operation, rows, numbers, rowKey: String });
  const later = Array.from(answers).flatMap((answer, index) => (answer === 'l' ? [index] : []));
  return rowsToSendAgain(batch, later, (index) => answers[index] === 'o', key);
}

describe('rows that an endpoint put off', () => {
  it.each<[what: string, operation: WriteOperation, keys: string, answers: string, again: number[]]>([
    ['each', 'upsert', 'abc', 'lol', [0, 2]],
    ['not one that was written again since', 'upsert', 'aab', 'lol', [2]],
    ['one that was written again and refused', 'upsert', 'aab', 'lro', [0]],
    ['both versions, in order', 'upsert', 'aab', 'llo', [0, 1]],
    ['not one that was deleted since', 'delete', 'aa', 'lo', []],
    ['a change with those that came after it', 'update', 'abaca', 'looro', [0, 2, 4]],
    ['not a change that came before', 'update', 'aa', 'ol', [1]],
    ['every insert', 'insert', 'aa', 'lo', [0]],
  ])('are sent again: %s', (_what, operation, keys, answers, again) => {
    expect(sentAgain(operation, keys, answers)).toEqual(again);
  });

  it('are sent again where there is no key', () => {
    expect(sentAgain('upsert', 'aa', 'lo', [])).toEqual([0]);
  });
});
