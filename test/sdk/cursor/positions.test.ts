import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPoint, valueText, type KnownType } from '../../../src/sdk/cursor/point.js';
import {
  comparePositions,
  numberPosition,
  shiftPosition,
  subtractFrom,
  type Position,
} from '../../../src/sdk/cursor/position.js';

/** Negative, 0 or positive. */
function compare(type: KnownType, a: unknown, b: unknown): number {
  const [first, second] = [readPoint(a, type), readPoint(b, type)];
  if (!first || !second) throw new Error(`not both are ${type}`);
  return Math.sign(comparePositions(first.position, second.position));
}

/** A number of so many decimals, with as many zeros behind it as it likes. */
const decimal = fc.record({
  units: fc.bigInt(-(10n ** 25n), 10n ** 25n),
  decimals: fc.nat(12),
  zeros: fc.nat(3),
});
type Decimal = typeof decimal extends fc.Arbitrary<infer T> ? T : never;

function textOf({ units, decimals, zeros }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
  const [whole, part] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)];
  const fraction = decimals + zeros === 0 ? '' : `.${part}${'0'.repeat(zeros)}`;
  return `${units < 0n ? '-' : ''}${whole}${fraction}`;
}
const scaled = ({ units, decimals }: Decimal): bigint => units * 10n ** BigInt(12 - decimals);

describe('the order of values', () => {
  it.each<[KnownType, unknown, unknown, -1 | 0 | 1]>([
    ['timestamp', '2026-11-27T08:00:00Z', '2026-11-27T10:00:00+02:00', 0],
    ['timestamp', '2026-11-27T08:00:00.1Z', '2026-11-27T08:00:00.100000Z', 0],
    ['timestamp', '2026-11-27T08:00:00.123456Z', '2026-11-27T08:00:00.123457Z', -1],
    ['timestamp', '2026-11-27T08:00:00.123456789012Z', '2026-11-27T08:00:00.123456789011Z', 1],
    ['timestamp', '2026-11-27T08:00:00.09Z', '2026-11-27T08:00:00.1Z', -1],
    ['timestamp', '2026-11-27T08:00:00-0530', '2026-11-27T13:29:59.9999Z', 1],
    ['timestamp', '2026-11-27 08:00', '2026-11-27T08:00:00', 0],
    ['timestamp', '2026-11-27', '2026-11-27T00:00:00Z', 0],
    ['timestamp', '1969-12-31T23:59:59.9Z', '1969-12-31T23:59:59.95Z', -1],
    ['timestamp', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z', 0],
    ['timestamp', '2026-11-27T08:00:00+02', '2026-11-27T06:00:00,0z', 0],
    ['timestamp', new Date(0), '1970-01-01', 0],
    ['epochSeconds', 1_700_000_000, '1700000000.0', 0],
    ['epochSeconds', '1700000000.123456', '1700000000.123457', -1],
    ['epochMilliseconds', 1_700_000_000_123, '1700000000123.0001', -1],
    ['epochMilliseconds', -1500, -1499, -1],
    ['number', 9_007_199_254_740_993n, 9_007_199_254_740_992n, 1],
    ['number', '9007199254740993', 9_007_199_254_740_992n, 1],
    ['number', '0099', 100, -1],
    ['number', -1.5, -1.25, -1],
    ['number', 1e21, 10n ** 21n, 0],
    ['number', 1e-7, '0.0000001', 0],
    ['number', 0.1, '0.1', 0],
    ['text', '01HQ', '01HR', -1],
    ['text', 'a', 'a1', -1],
    ['text', 'b', 'B', 1],
  ])('%s: %p and %p', (type, a, b, order) => {
    expect([compare(type, a, b), compare(type, b, a)]).toEqual([order, 0 - order]);
  });

  it('of decimals is exact, whatever their digits', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const difference = scaled(a) - scaled(b);
        expect(compare('number', textOf(a), textOf(b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
    );
  });

  it('is kept by powers of ten, and by what is subtracted', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: -6, max: 6 }), (a, b, powers) => {
        const [first, second] = [a, b].map((value) => numberPosition(textOf(value))) as [Position, Position];
        expect(shiftPosition(shiftPosition(first, powers), -powers)).toEqual(first);
        const sum = subtractFrom(first, subtractFrom({ whole: 0n, rest: '' }, second));
        expect(subtractFrom(sum, second)).toEqual(first);
        const back = valueText(first, { type: 'number', isText: true });
        expect(numberPosition(back as string)).toEqual(first);
      }),
    );
  });

  it.each<[KnownType, unknown]>([
    ['timestamp', '2026-02-30'],
    ['timestamp', '0026-13-01'],
    ['timestamp', '2026-11-27T24:00:00Z'],
    ['timestamp', '2026-11-27T08:00:00+25:00'],
    ['timestamp', '27.11.2026'],
    ['timestamp', 'Nov 27, 2026'],
    ['timestamp', ''],
    ['timestamp', 1_700_000_000],
    ['timestamp', new Date(NaN)],
    ['number', ''],
    ['number', ' 1'],
    ['number', '0x10'],
    ['number', NaN],
    ['number', Infinity],
    ['number', true],
    ['epochSeconds', '2026-11-27'],
    ['text', ''],
    ['text', {}],
    ['text', null],
  ])('%s: %p has none', (type, value) => {
    expect(readPoint(value, type)).toBeUndefined();
  });
});
