import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IdSet } from '../../../src/targets/partitions/id-set.js';
import { Spans } from '../../../src/host/partitions/spans.js';

describe('a set of ids', () => {
  it('says what a Set says', () => {
    const id = fc.oneof(fc.string({ maxLength: 3 }), fc.nat(300).map(String), fc.constant(''));
    fc.assert(
      fc.property(fc.array(id, { maxLength: 500 }), (ids) => {
        const set = new Set<string>();
        const seen = new IdSet();
        const isNew = ids.map((one) => !set.has(one) && set.add(one) === set);
        expect(ids.map((one) => seen.add(one))).toEqual(isNew);
        expect(seen.size).toBe(set.size);
        expect(ids.every((one) => seen.has(one))).toBe(true);
        fc.assert(
          fc.property(id, (one) => expect(seen.has(one)).toBe(set.has(one))),
          { numRuns: 10 },
        );
      }),
    );
  });

  it('tells 300,000 ids that look alike apart, and knows each again', () => {
    const id = (number: number): string =>
      `2026-11-21|${(number % 500).toString(36)}/${Math.floor(number / 500)}`;
    const seen = new IdSet();
    for (let number = 0; number < 300_000; number += 1) seen.add(id(number));
    expect(seen.size).toBe(300_000);
    for (let number = 0; number < 300_000; number += 1) seen.add(id(number));
    expect(seen.size).toBe(300_000);
  });
});

describe('spans', () => {
  it('are what a Set of their numbers is, in its order', () => {
    const span = fc
      .tuple(fc.integer({ min: -40, max: 40 }), fc.nat(9))
      .map(([first, more]) => ({ first, last: first + more }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 20 }), (all) => {
        const numbers = new Set<number>();
        const spans = new Spans();
        for (const { first, last } of all) {
          spans.add({ first, last });
          for (let number = first; number <= last; number += 1) numbers.add(number);
        }
        const found = spans.pieces.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        expect(found).toEqual([...numbers]);
        expect(spans.size).toBe(numbers.size);
        const around = Array.from({ length: 100 }, (_, index) => index - 45);
        expect(around.filter((number) => spans.has(number))).toEqual([...numbers].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });
});
