import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../src/sdk/parse-json.js';
import { jsonText } from '../../src/targets/values/json-text.js';

describe('parseJson', () => {
  it.each([
    ['9007199254740993', 9007199254740993n],
    ['{"id": -1790000000000000123, "n": 1}', { id: -1790000000000000123n, n: 1 }],
    ['[9007199254740991,9007199254740992]', [9007199254740991, 9007199254740992n]],
    ['{"a":1234567890123456789,"a":2}', { a: 2 }],
    ['[12345678901234567890.5]', [Number('12345678901234567890.5')]],
    ['[1e25,1234567890123456]', [1e25, 1234567890123456]],
    ['{"text":"id 1234567890123456789, x"}', { text: 'id 1234567890123456789, x' }],
  ])('reads %s without losing digits', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('gives back what was written, bigint included', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
    );
    const value = fc.array(fc.dictionary(fc.string(), fc.oneof(leaf, fc.array(leaf))));
    fc.assert(
      fc.property(value, (given) => {
        expect(parseJson(jsonText(given) ?? '')).toEqual(given);
      }),
    );
  });

  it('finds a long integer wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.nat(64),
        fc.nat(64),
        fc.bigInt({ min: 10n ** 15n, max: 10n ** 20n }),
        (before, after, id) => {
          const text = `{"t":"${'x'.repeat(before)}","id":${id},"u":"${'y'.repeat(after)}"}`;
          const { id: read } = parseJson(text) as { id: unknown };
          expect(BigInt(read as number)).toBe(id);
        },
      ),
    );
  });

  it.each(['', '{', '[1234567890123456789', '{"a":1234567890123456789,}'])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
