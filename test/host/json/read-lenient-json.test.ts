import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLenientJson } from '../../../src/host/json/read-lenient-json.js';

describe('readLenientJson', () => {
  it.each<[string, string, unknown]>([
    ['strict JSON', '{"a": [1, null, true]}', { a: [1, null, true] }],
    ['comments before the root', '// one\n/* two\n */ {"a": 1} // three', { a: 1 }],
    ['trailing commas', '{"a": [1, 2,], }', { a: [1, 2] }],
    ['single quotes and bare keys', "{a: 'it\"s'}", { a: 'it"s' }],
    ['a byte order mark', '\uFEFF{"a": 1}', { a: 1 }],
    ['a byte order mark and a comment', '\uFEFF// c\n{"a": 1}', { a: 1 }],
    ['bare words', '{"type": STRING, "list": [A, b.c-d, 1]}', { type: 'STRING', list: ['A', 'b.c-d', 1] }],
    ['words of Python', '{"a": True, "b": [False, None]}', { a: true, b: [false, null] }],
    [
      'bare words beside comments and strings',
      '{"a": "x: FOO, [BAR" /* b: BAZ */, // c: [D\n e: STRING, \'f\': "\\"g: H"}',
      { a: 'x: FOO, [BAR', e: 'STRING', f: '"g: H' },
    ],
    ['the key __proto__', '{"__proto__": X}', JSON.parse('{"__proto__": "X"}')],
  ])('reads %s', async (_case, text, expected) => {
    expect(await readLenientJson(text)).toEqual(expected);
  });

  it.each<[string, string, number, number]>([
    ['', 'unexpected end', 1, 1],
    ['{"a": 1', 'unexpected end', 1, 8],
    ['{\n  "a": 1,\n  "b" 2\n}', "unexpected character '2'", 3, 7],
    ['{\n  "type": STRING,\n  "b": SOME WORDS\n}', "unexpected character 'W'", 3, 13],
    ['{"a": ONE, "b": TWO THREE}', "unexpected character 'T'", 1, 21],
    ['{"a": "one\n"}', "unexpected character '\\n'", 1, 11],
    ['hello', "unexpected character 'h'", 1, 1],
    ['[1] 2', "unexpected character '2'", 1, 5],
  ])('says where %j stops being JSON', async (text, message, line, column) => {
    await expect(readLenientJson(text)).rejects.toMatchObject({
      name: 'LenientJsonError',
      message,
      line,
      column,
    });
  });

  it('reads any JSON value back that is printed as people write it', async () => {
    const options = fc.record({
      quote: fc.constantFrom('"', "'"),
      comment: fc.constantFrom('', '/* a: B, [ */', '// "x\n'),
    });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), options, fc.boolean(), async (value, style, bareWord) => {
        const printed = print(bareWord ? { word: BARE_WORD, value } : value, style.quote, style.comment);
        expect(await readLenientJson(printed)).toEqual(
          JSON.parse(JSON.stringify(bareWord ? { word: 'A_Word-1', value } : value)),
        );
      }),
      { numRuns: 300 },
    );
  });
});

const BARE_WORD = Symbol('printed without quotes');

function print(value: unknown, quote: string, comment: string): string {
  const text = (string: string): string => {
    const inner = JSON.stringify(string).slice(1, -1);
    return quote === '"' ? `"${inner}"` : `'${inner.replaceAll("'", "\\'")}'`;
  };
  if (value === BARE_WORD) return `A_Word-1${comment}`;
  if (typeof value === 'string') return text(value) + comment;
  if (Array.isArray(value))
    return `${comment}[${value.map((item) => print(item, quote, comment) + ',').join('')}]`;
  if (typeof value !== 'object' || value === null) return comment + JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${text(key)}${comment}:${print(item, quote, comment)},`,
  );
  return `${comment}{${entries.join(comment)}}${comment}`;
}
