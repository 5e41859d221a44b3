import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSelection } from '../../../src/host/partitions/parse-selection.js';
import { printSelection } from '../../../src/host/partitions/print-selection.js';
import {
  isWord,
  SELECTION_WORDS,
  type Item,
  type Selection,
  type Value,
} from '../../../src/host/partitions/selection.js';
import { SPECIAL } from '../../../src/host/partitions/tokenize-selection.js';

const literal = fc.record<Value>({
  text: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('all', 'CURRENT_DAY', '*', '"', '\\', '', ' a '),
  ),
  isLiteral: fc.constant(true),
  start: fc.constant(0),
});
const bare = fc.record<Value>({
  text: fc
    .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('2026-11-01', 'LAST_7_DAYS', 'New York'))
    .map((text) =>
      Array.from(text, (one) => (SPECIAL.includes(one) ? '_' : one))
        .join('')
        .trim(),
    )
    .filter((text) => text !== '' && !isWord(text)),
  isLiteral: fc.constant(false),
  start: fc.constant(0),
});
const value = fc.oneof(literal, bare);
const item = fc.oneof<fc.Arbitrary<Item>[]>(
  fc.constant<Item>({ kind: 'any', start: 0 }),
  value.map<Item>((one) => ({ kind: 'value', value: one })),
  fc.tuple(value, value).map<Item>(([from, to]) => ({ kind: 'range', from, to })),
);
const lists = fc.array(fc.array(item, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
const selection = fc.oneof<fc.Arbitrary<Selection>[]>(
  fc.constantFrom(...SELECTION_WORDS).map<Selection>((word) => ({ kind: 'word', word })),
  fc.array(lists, { minLength: 1, maxLength: 3 }).map<Selection>((products) => ({
    kind: 'products',
    products: products.map((one) => ({ lists: one, start: 0, end: 0 })),
  })),
);

/** A selection without its places in a text. */
const plain = (read: unknown): unknown =>
  JSON.parse(
    JSON.stringify(read, (key, one: unknown) => (key === 'start' || key === 'end' ? undefined : one)),
  );

describe('a text of --partition', () => {
  it('is read again as what was printed', () => {
    fc.assert(
      fc.property(selection, (one) => {
        expect(plain(parseSelection(printSelection(one)))).toEqual(plain(one));
      }),
      { numRuns: 300 },
    );
  });

  it('of any characters is read, or refused in a sentence that points into it', () => {
    const any = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from(SPECIAL), 'a', ' ', '2026', 'all') }),
    );
    fc.assert(
      fc.property(any, (text) => {
        let printed: string;
        try {
          printed = printSelection(parseSelection(text));
        } catch (error) {
          expect(error).toMatchObject({ code: 'PARTITION_SPEC_INVALID' });
          const column = Number(/^partitions, column (\d+): /.exec((error as Error).message)?.[1]);
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual(Array.from(text).length + 1);
          return;
        }
        expect(printSelection(parseSelection(printed))).toBe(printed);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [' all ', 'all'],
    ['"all"', '"all"'],
    [' 2026-11-01 , 2026-11-03 ', '2026-11-01,2026-11-03'],
    ['2026-11-01 / CURRENT_DAY | FR , "IT"', '2026-11-01/CURRENT_DAY|FR,"IT"'],
    ['New York, S\\,o ', 'New York,"S,o"'],
    ['a\\*;*', '"a*";*'],
    ['"a\\"b\\\\c|d"', '"a\\"b\\\\c|d"'],
  ])('%j is printed as %j', (text, printed) => {
    expect(printSelection(parseSelection(text))).toBe(printed);
  });
});
