import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeNdjson, parseJson } from '../../../src/sdk/index.js';
import { jsonText } from '../../../src/targets/values/json-text.js';
import { failure } from './failure.js';

describe('decodeNdjson', () => {
  it.each<[string, unknown[]]>([
    ['', []],
    ['\n \r\n', []],
    ['{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ['{"a":1}\r\n\r\n[true]\r\n"x"', [{ a: 1 }, [true], 'x']],
    ['\uFEFF{"id":9007199254740993}', [{ id: 9007199254740993n }]],
    ['{"a":"x\u2028y"}', [{ a: 'x\u2028y' }]],
  ])('reads %j', (text, values) => {
    expect(decodeNdjson(text)).toEqual(values);
  });

  it.each([
    ['{"a":1}\n\n{"secret":"abc\n', 3],
    ['NaN', 1],
    ['{"a":1}{"a":2}', 1],
    ['{"a":1}\n{"id":12345678901234567890,}', 2],
  ])('names the line of %j that is not JSON, and nothing of it', (text, line) => {
    const error = failure(() => decodeNdjson(text));
    expect(error).toBeInstanceOf(SyntaxError);
    expect((error as Error).cause).toBeUndefined();
    expect(error).toMatchObject({ message: `line ${line} is not JSON`, line });
  });

  it('gives back what was written a value a line', () => {
    const values = fc.array(fc.jsonValue());
    fc.assert(
      fc.property(values, fc.constantFrom('\n', '\r\n', '\n\n'), (given, end) => {
        const text = given.map((value) => `${jsonText(value)}${end}`).join('');
        expect(decodeNdjson(text)).toEqual(parseJson(jsonText(given) ?? ''));
      }),
    );
  });
});
