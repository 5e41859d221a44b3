import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tableFileName, tableOfFileName } from '../../../src/targets/folder/table-file-name.js';

describe('tableFileName', () => {
  it.each([
    ['users', 'users.csv'],
    ['größe 😀', 'größe 😀.csv'],
    ['a/b', 'a%2Fb.csv'],
    ['..', '%2E..csv'],
    ['.hidden', '%2Ehidden.csv'],
    ['100%', '100%25.csv'],
    ['a\\b:c*d?e"f<g>h|i', 'a%5Cb%3Ac%2Ad%3Fe%22f%3Cg%3Eh%7Ci.csv'],
    ['line\nNUL\0', 'line%0ANUL%00.csv'],
    ['users.csv', 'users.csv.csv'],
  ])('%j is %s', (table, name) => {
    expect(tableFileName(table, 'csv')).toBe(name);
    expect(tableOfFileName(name, 'csv')).toBe(table);
  });

  it.each(['users.txt', '.csv', 'a%.csv', 'a%2fb.csv', 'a%41.csv', '.users.csv', 'a%FF.csv'])(
    '%s is no file of a table',
    (name) => {
      expect(tableOfFileName(name, 'csv')).toBeUndefined();
    },
  );

  it('every table has a file of its own, within the folder', () => {
    const tables = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(tables, (table) => {
        const name = tableFileName(table, 'ndjson');
        expect(name).not.toMatch(/[/\\\0]|^\./);
        expect(tableOfFileName(name, 'ndjson')).toBe(table);
      }),
    );
  });
});
