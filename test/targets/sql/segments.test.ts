import { describe, expect, it } from '@jest/globals';
import { Segments } from '../../../src/targets/sql/segments.js';
import { DELETE, UPSERT, type Removal, type RowBatch } from '../../../src/targets/target.js';

/** A batch as a word: `u` whole row, `d` delete, `p` patch, `T` truncate, `A` and `B` removals by column a or b. */
function batchOf(word: string): RowBatch {
  const kinds: number[] = [];
  const removals: Removal[] = [];
  for (const letter of word) {
    const at = kinds.length;
    if (letter === 'u') kinds.push(UPSERT);
    else if (letter === 'd') kinds.push(DELETE);
    else if (letter === 'p') kinds.push(1);
    else removals.push({ at, where: letter === 'T' ? {} : { [letter.toLowerCase()]: at } });
  }
  const isPlain = kinds.every((kind) => kind === UPSERT);
  return {
    rows: kinds.map(() => ({})),
    firstRow: 1,
    columnSets: [['x']],
    ...(isPlain ? {} : { kinds }),
    ...(removals.length > 0 ? { removals } : {}),
  };
}

/** Each segment as `from-to`, `!` where it is mixed, then its removals. */
function segmentsOf(...words: string[]): string[] {
  const segments = new Segments();
  let rows = 0;
  for (const word of words) {
    const batch = batchOf(word);
    segments.take(batch, rows);
    rows += batch.rows.length;
  }
  return segments.list(rows).map(({ from, to, isMixed, removals, columns }) => {
    const removed = removals.map(({ at }) => `${columns.join() || 'all'}@${at}`);
    return [`${from}-${to}${isMixed ? '!' : ''}`, ...removed].join(' ');
  });
}

describe('segments', () => {
  it.each([
    ['nothing', [''], ['0-0']],
    ['whole rows', ['uu', 'u'], ['0-3']],
    ['whole rows, deletes and patches', ['ud', 'p'], ['0-3!']],
    ['the children of parents replaced', ['AuuAuAu', 'Au'], ['0-5 a@0 a@2 a@3 a@4']],
    ['removals by other columns', ['AuBuTu'], ['0-1 a@0', '1-2 b@1', '2-3 all@2']],
    ['a removal after a delete', ['uduAu'], ['0-3!', '3-4 a@3']],
    ['a delete after a removal', ['uAudu'], ['0-2 a@1', '2-4!']],
    ['a removal after the last row', ['uA'], ['0-1 a@1']],
    ['a removal after the last row, which is a delete', ['dA'], ['0-1!', '1-1 a@1']],
    ['removals only', ['T', 'T'], ['0-0 all@0 all@0']],
    ['the end of one batch and the start of the next', ['udA', 'Bp'], ['0-2!', '2-2 a@2', '2-2 b@2', '2-3!']],
  ])('%s', (_what, words, expected) => {
    expect(segmentsOf(...words)).toEqual(expected);
  });

  it('are the same however the operations are cut into batches', () => {
    const word = 'uuAudpuTuuBBduA';
    const whole = segmentsOf(word);
    for (let cut = 1; cut < word.length; cut += 1) {
      expect(segmentsOf(word.slice(0, cut), word.slice(cut))).toEqual(whole);
    }
    expect(segmentsOf(...word.split(/(?:)/))).toEqual(whole);
  });

  it('have removals or not', () => {
    const segments = new Segments();
    segments.take(batchOf('ud'), 0);
    expect(segments.hasRemovals).toBe(false);
    segments.take(batchOf('Ad'), 2);
    expect(segments.hasRemovals).toBe(true);
  });
});
