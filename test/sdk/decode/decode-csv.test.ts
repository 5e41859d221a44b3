import { describe, expect, it } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { decodeCsv } from '../../../src/sdk/index.js';
import { failure } from './failure.js';
import { csvTable } from './csv-table.js';

describe('decodeCsv', () => {
  it.each<[string, unknown[]]>([
    ['', []],
    ['a,b\n', []],
    ['a,b\n1,x', [{ a: '1', b: 'x' }]],
    [
      'a,b\r\n1,\r\n,""\r\n',
      [
        { a: '1', b: '' },
        { a: '', b: '' },
      ],
    ],
    ['\uFEFFa,b\n1,2\n', [{ a: '1', b: '2' }]],
    [
      'a,b\n"x ""y"", z","1\r\n2"\n3,4\n',
      [
        { a: 'x "y", z', b: '1\r\n2' },
        { a: '3', b: '4' },
      ],
    ],
    ['a,b\n\n1,2\n\n', [{ a: '1', b: '2' }]],
    ['a\n\n1\n', [{ a: '' }, { a: '1' }]],
    ['a\r\n1\n2\r3\r\n', [{ a: '1' }, { a: '2' }, { a: '3' }]],
    ['a, b \n 1 ,null\n', [{ a: ' 1 ', ' b ': 'null' }]],
    ['é,constructor\n☃,😀\n', [{ é: '☃', constructor: '😀' }]],
  ])('reads %j', (text, rows) => {
    expect(decodeCsv(text)).toEqual(rows);
  });

  it('keeps a column named __proto__', () => {
    expect(Object.entries(decodeCsv('a,__proto__\n1,2\n')[0] as object)).toEqual([
      ['a', '1'],
      ['__proto__', '2'],
    ]);
  });

  it.each([
    ['a,b\n1,2\n3\n', 'the row that begins at line 3 has 1 fields; the header has 2', 3],
    ['a,b\n"1\r\n\r\n1",2\n3,4,5\n', 'the row that begins at line 5 has 3 fields; the header has 2', 5],
    ['a\r\n1\r\n2,\r\n', 'the row that begins at line 3 has 2 fields; the header has 1', 3],
    ['a,b\n1,2\n3,"secret\n4,5\n', 'the row that begins at line 3 never ends its quote', 3],
    ['a,b\n"1\r\n\r\n1",2\n3,secret"\n', 'the row that begins at line 5 has a quote in the wrong place', 5],
    ['a"\n1\n', 'the row that begins at line 1 has a quote in the wrong place', 1],
    ['a,b\n1,secret"\n', 'the row that begins at line 2 has a quote in the wrong place', 2],
    ['a,b\n1,"secret"x\n', 'the row that begins at line 2 has a quote in the wrong place', 2],
    ['a,b,a\n1,2,3\n', 'columns 1 and 3 of the header have the same name', 1],
    ['a, \n1,2\n', 'column 2 of the header has no name', 1],
    ['\na,b\n', 'column 1 of the header has no name', 1],
  ])('refuses %j', (text, message, line) => {
    const error = failure(() => decodeCsv(text));
    expect(error).toBeInstanceOf(SyntaxError);
    expect((error as Error).cause).toBeUndefined();
    expect(error).toMatchObject({ message, line });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('gives back what csv-stringify wrote', () => {
    fc.assert(
      fc.property(csvTable, fc.constantFrom('unix' as const, 'windows' as const), (rows, end) => {
        expect(decodeCsv(stringify(rows, { header: true, record_delimiter: end }))).toEqual(rows);
      }),
    );
  });
});
