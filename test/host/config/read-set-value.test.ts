import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readSetValue } from '../../../src/host/config/read-set-value.js';

const CHOICES = {
  selectChoices: [
    { value: 'a' },
    { value: 1 },
    { value: true },
    { value: null },
    { value: '2' },
    { value: 2 },
  ],
};

describe('readSetValue', () => {
  it.each<[string, string, unknown]>([
    ['STRING', ' 12 ', ' 12 '],
    ['STRING', '', ''],
    ['PASSWORD', '[1]', '[1]'],
    ['DATE', '2026-11-21', '2026-11-21'],
    ['INT', ' 12', 12],
    ['INT', '-7', -7],
    ['INT', '1.5', '1.5'],
    ['INT', 'ten', 'ten'],
    ['INT', '9007199254740993', '9007199254740993'],
    ['INT', '', null],
    ['DOUBLE', '1.5e3', 1500],
    ['DOUBLE', '.5', 0.5],
    ['DOUBLE', '1e999', '1e999'],
    ['DOUBLE', 'Infinity', 'Infinity'],
    ['DOUBLE', '0x10', '0x10'],
    ['BOOLEAN', 'TRUE', true],
    ['BOOLEAN', 'no', false],
    ['BOOLEAN', '1', true],
    ['BOOLEAN', 'maybe', 'maybe'],
    ['BOOLEAN', '', null],
    ['STRINGS', 'a, b ,c', ['a', 'b', 'c']],
    ['STRINGS', 'a,,b', ['a', '', 'b']],
    ['STRINGS', '["a,b", " c"]', ['a,b', ' c']],
    ['STRINGS', '[a', '[a'],
    ['STRINGS', '', []],
    ['STRINGS', '1,2', ['1', '2']],
    ['INTS', '1, 2,x', [1, 2, 'x']],
    ['INTS', '[1, "2", 3.5]', [1, 2, 3.5]],
    ['DOUBLES', '1.5,2', [1.5, 2]],
    ['SELECT', 'a', 'a'],
    ['SELECT', '1', 1],
    ['SELECT', '2', '2'],
    ['SELECT', 'true', true],
    ['SELECT', 'null', null],
    ['SELECT', '', null],
    ['SELECT', 'other', 'other'],
    ['MULTISELECT', 'a,1,other', ['a', 1, 'other']],
    ['MULTISELECT', '["1", 1, "a"]', [1, 1, 'a']],
    [
      'MAP',
      'k=v, k2 = v=2',
      [
        { key: 'k', value: 'v' },
        { key: 'k2', value: 'v=2' },
      ],
    ],
    [
      'MAP',
      '{"b": 1, "a": "x"}',
      [
        { key: 'b', value: 1 },
        { key: 'a', value: 'x' },
      ],
    ],
    ['MAP', '', []],
    [
      'KEY_VALUE_LIST',
      '[{"from": "a", "to": "b"}, {"key": 1, "value": 2}]',
      [
        { key: 'a', value: 'b' },
        { key: '1', value: 2 },
      ],
    ],
    ['KEY_VALUE_LIST', 'k=v,w', 'k=v,w'],
    ['KEY_VALUE_LIST', '{"a"', '{"a"'],
    ['OBJECT_LIST', '[{"a": 1}]', [{ a: 1 }]],
    ['OBJECT_LIST', 'a', 'a'],
    ['ARRAY', '[1, [2]]', [1, [2]]],
    ['PRESET', '{"mode": "NONE"}', { mode: 'NONE' }],
    ['PRESET', 'name', 'name'],
    ['COLUMN', '12', 12],
    ['COLUMN', 'city', 'city'],
  ])('%s reads %j', (type, text, expected) => {
    expect(readSetValue({ name: 'p', type, ...CHOICES }, text)).toEqual(expected);
  });

  it('reads back what is written', () => {
    const back = (type: string, text: string): unknown => readSetValue({ name: 'p', type }, text);
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => back('INT', String(value)) === value));
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(back('DOUBLE', String(value))).toBe(value === 0 ? 0 : value);
      }),
    );
    fc.assert(fc.property(fc.boolean(), (value) => back('BOOLEAN', String(value)) === value));
    fc.assert(fc.property(fc.string(), (value) => back('STRING', value) === value));
    fc.assert(
      fc.property(fc.array(fc.string()), (value) => {
        expect(back('STRINGS', JSON.stringify(value))).toEqual(value);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger()), (value) => {
        expect(back('INTS', value.join(','))).toEqual(value);
        expect(back('INTS', JSON.stringify(value))).toEqual(value.map((item) => (item === 0 ? 0 : item)));
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (value) => {
        const pairs = Object.entries(value).map(([key, item]) => ({ key, value: item }));
        expect(back('MAP', JSON.stringify(value))).toEqual(pairs);
        expect(back('MAP', JSON.stringify(pairs))).toEqual(pairs);
      }),
    );
  });
});
