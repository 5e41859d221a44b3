import { describe, expect, it } from '@jest/globals';
import {
  inferType,
  isExactAsDouble,
  widen,
  type InferredType,
} from '../../../src/targets/values/inferred-type.js';

const MAX = 2n ** 63n - 1n;

describe('inferType', () => {
  it.each<[unknown, InferredType | undefined]>([
    ['', 'string'],
    ['2026-11-21', 'string'],
    ['42', 'string'],
    [true, 'boolean'],
    [false, 'boolean'],
    [0, 'bigint'],
    [-0, 'bigint'],
    [Number.MAX_SAFE_INTEGER, 'bigint'],
    [Number.MIN_SAFE_INTEGER, 'bigint'],
    [2 ** 53, 'double'],
    [1e21, 'double'],
    [0.5, 'double'],
    [Number.NaN, 'double'],
    [Number.POSITIVE_INFINITY, 'double'],
    [5n, 'bigint'],
    [MAX, 'bigint'],
    [-MAX - 1n, 'bigint'],
    [MAX + 1n, 'string'],
    [-MAX - 2n, 'string'],
    [new Date(0), 'timestamptz'],
    [new Uint8Array(1), 'binary'],
    [Buffer.from('x'), 'binary'],
    [new DataView(new ArrayBuffer(1)), 'binary'],
    [{}, 'json'],
    [[], 'json'],
    [[1, 'x'], 'json'],
    [() => 1, undefined],
    [Symbol('s'), undefined],
  ])('%p is %s', (value, type) => {
    expect(inferType(value)).toBe(type);
  });
});

describe('isExactAsDouble', () => {
  it.each([
    [7, true],
    [2n ** 53n - 1n, true],
    [-(2n ** 53n) + 1n, true],
    [2n ** 53n + 1n, false],
    // Exact by chance, but a double prints it with other digits: 4611686018427388000.
    [2n ** 62n, false],
    [MAX, false],
  ])('%p: %s', (value, exact) => {
    expect(isExactAsDouble(value)).toBe(exact);
  });
});

describe('widen', () => {
  const types: InferredType[] = ['string', 'boolean', 'bigint', 'double', 'json', 'timestamptz', 'binary'];
  const isNumber = (type: InferredType): boolean => type === 'bigint' || type === 'double';

  it('starts with the first type', () => {
    for (const type of types) expect(widen(null, type, true)).toBe(type);
  });

  it('makes double of exact numbers and text of every other mixture', () => {
    for (const a of types) {
      for (const b of types) {
        const exact = a === b ? a : isNumber(a) && isNumber(b) ? 'double' : 'string';
        expect(widen(a, b, true)).toBe(exact);
        expect(widen(a, b, false)).toBe(a === b ? a : 'string');
      }
    }
  });
});
