import { beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { tempFolders } from '../fixtures/temp-folder.js';
import { failureOf, SourcePlace } from './source-place.js';

const folder = tempFolders();
let place: SourcePlace;

beforeEach(async () => {
  place = new SourcePlace(await folder(), 'warehouse.duckdb');
});

/** Names and types of the table that a CSV text becomes, and its rows. */
async function tableOf(text: string): Promise<{ types: unknown[][]; rows: unknown[][] }> {
  await place.put('rows.csv', text);
  await place.sync('rows.csv', 'warehouse.duckdb', { fullRefresh: true, allowEmpty: true });
  return {
    types: await place.query('SELECT column_name, column_type FROM (DESCRIBE rows)'),
    rows: await place.query('SELECT * FROM rows'),
  };
}

describe('types', () => {
  it.each([
    ['integers', ['1', '-7', '9223372036854775807'], 'BIGINT'],
    ['integers of more than 64 bits', ['9223372036854775808', '1'], 'DECIMAL(38,0)'],
    ['integers of more than 38 digits', ['1'.repeat(39)], 'VARCHAR'],
    ['leading zeros', ['007', '1'], 'VARCHAR'],
    ['a plus sign', ['+1'], 'VARCHAR'],
    ['a zero with a sign', ['-0'], 'VARCHAR'],
    ['fractions of one scale', ['10.50', '-3.25', '1234567.00'], 'DECIMAL(18,2)'],
    ['long fractions of one scale', ['12345678901234567890.12', '1.00'], 'DECIMAL(38,2)'],
    ['fractions of several scales', ['1.5', '2.25', '3'], 'DOUBLE'],
    ['fractions that no double prints', ['1.50', '2.5'], 'VARCHAR'],
    ['a negative zero with a scale', ['-0.00', '1.00'], 'VARCHAR'],
    ['exponents as they are printed', ['1e+21', '1.5'], 'DOUBLE'],
    ['exponents', ['1e3'], 'VARCHAR'],
    ['NaN', ['NaN', '1'], 'VARCHAR'],
    ['booleans', ['true', 'false'], 'BOOLEAN'],
    ['other booleans', ['True', 'false'], 'VARCHAR'],
    ['dates', ['2026-11-27', '0001-01-01'], 'DATE'],
    ['days that are none', ['2026-02-30'], 'VARCHAR'],
    ['times without zone', ['2026-11-27 10:00:00', '2026-11-27T10:00:00.123456'], 'TIMESTAMP'],
    ['times with zone', ['2026-11-27T10:00:00Z', '2026-11-27 10:00:00.5+02:00'], 'TIMESTAMP WITH TIME ZONE'],
    ['times with and without zone', ['2026-11-27T10:00:00Z', '2026-11-27T10:00:00'], 'VARCHAR'],
    ['dates and times', ['2026-11-27', '2026-11-27T10:00:00'], 'VARCHAR'],
    ['nanoseconds', ['2026-11-27T10:00:00.123456789'], 'VARCHAR'],
    ['words', ['a', '1'], 'VARCHAR'],
    ['nothing', ['', ''], 'VARCHAR'],
  ])('of %s', async (_, values, type) => {
    const { types, rows } = await tableOf(`k,v\n${values.map((value) => `x,${value}`).join('\n')}\nx,\n`);
    expect(types).toEqual([
      ['k', 'VARCHAR'],
      ['v', type],
    ]);
    expect(rows.at(-1)).toEqual(['x', null]);
  });

  it('are found in the last row too', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => String(i));
    const { types, rows } = await tableOf(`id\n${lines.join('\n')}\n007\n`);
    expect(types).toEqual([['id', 'VARCHAR']]);
    expect(rows).toEqual([...lines, '007'].map((text) => [text]));
  });

  it('lose nothing: what is read is written again, letter by letter', async () => {
    const cell = fc.oneof(
      fc.constant(''),
      fc.integer().map(String),
      fc.bigInt().map(String),
      fc.double({ noNaN: true }).map(String),
      fc.integer({ min: -99999, max: 99999 }).map((n) => (n / 100).toFixed(2)),
      fc.constantFrom('true', 'false', '2026-11-27', '007', '-0', '1.10', 'a "b"', 'x,y', 'two\nlines', ' '),
    );
    const table = fc
      .integer({ min: 1, max: 3 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        // A column of its own keeps a row of nothing from being a blank line.
        const text = [['k', ...(rows[0] ?? []).map((_, i) => `c${i}`)], ...rows.map((row) => ['k', ...row])]
          .map((row) => row.map(quoted).join(',') + '\n')
          .join('');
        await place.put('in.csv', text);
        await place.sync('in.csv', 'out.csv', { fullRefresh: true });
        expect(await readFile(place.path('out.csv'), 'utf8')).toBe(text);
      }),
      { numRuns: 40 },
    );
  });
});

describe('forms', () => {
  it.each([
    ['a byte order mark', '\uFEFFa,b\n1,x\n', [['1', 'x']]],
    [
      'CRLF',
      'a,b\r\n1,x\r\n2,\r\n',
      [
        ['1', 'x'],
        ['2', null],
      ],
    ],
    ['lines in quotes', 'a,b\n1,"x\r\ny"\n', [['1', 'x\r\ny']]],
    [
      'an empty text beside no value',
      'a,b\n"",x\n,y\n',
      [
        ['', 'x'],
        [null, 'y'],
      ],
    ],
    ['no line break at its end', 'a,b\n1,x', [['1', 'x']]],
    ['a header only', 'a,b\n', []],
    ['names that are numbers', '2,1\nx,y\n', [['x', 'y']]],
  ])('with %s', async (_, text, rows) => {
    const { rows: read } = await tableOf(text);
    expect(read).toEqual(rows);
  });

  it('with tabs, and compressed', async () => {
    await place.put('rows.tsv', 'a\tb\n1,5\t"x\ty"\n');
    await place.sync('rows.tsv', 'tabs.jsonl');
    expect(await place.rows('tabs.jsonl')).toEqual([{ a: '1,5', b: 'x\ty' }]);
    await place.put('rows.csv.gz', gzipSync('a,b\n1,""\n2,\n'));
    const { report } = await place.sync('rows.csv.gz', 'gz.jsonl');
    expect(report.pipeline).toMatch(/^rows\.rows@/);
    expect(await place.rows('gz.jsonl')).toEqual([
      { a: 1, b: '' },
      { a: 2, b: null },
    ]);
  });

  it('an empty file is no table', async () => {
    await place.put('rows.csv', '');
    const { report } = await place.sync('rows.csv', 'out.jsonl');
    expect(report.warnings).toEqual(['no rows came and no columns are declared, so no table was written']);
  });

  it.each<[string, string, string, object]>([
    [
      'ragged rows',
      'a,b\n1,2\n3\n',
      '"rows.csv": the row that begins at line 3 has 1 fields; the header has 2',
      { exitCode: 5, code: 'ROW_INVALID', details: { file: 'rows.csv', line: 3 } },
    ],
    [
      'a quote that never ends',
      'a,b\n1,"2\n3,4\n',
      '"rows.csv": the row that begins at line 2 never ends its quote',
      { exitCode: 5 },
    ],
    [
      'one name twice',
      'a,b,a\n1,2,3\n',
      '"rows.csv": columns 1 and 3 of the header have the same name',
      { exitCode: 2, code: 'SOURCE_UNREADABLE' },
    ],
    ['a column without name', 'a,\n1,2\n', '"rows.csv": column 2 of the header has no name', { exitCode: 2 }],
    ['a web page', '<!DOCTYPE html>\n<html>\n', '"rows.csv": it is an HTML page', { exitCode: 2 }],
  ])('%s are an error', async (_, text, message, fields) => {
    await place.put('rows.csv', text);
    const failure = await failureOf(place.attempt('rows.csv', 'out.jsonl'));
    expect(failure).toMatchObject({ message, ...fields });
  });

  it('bytes that are no UTF-8, and gzip that breaks off, are errors', async () => {
    await place.put('latin.csv', Buffer.from('a\nx\n\xe9\n', 'latin1'));
    expect(await failureOf(place.attempt('latin.csv', 'out.jsonl'))).toMatchObject({
      exitCode: 5,
      details: { line: 3 },
    });
    await place.put('cut.csv.gz', gzipSync('a\n1\n').subarray(0, 18));
    expect(await failureOf(place.attempt('cut.csv.gz', 'out.jsonl'))).toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: '"cut.csv.gz" is a gzip file that breaks off',
    });
  });
});

describe('a run', () => {
  it('may write to the file that it reads', async () => {
    await place.put('rows.csv', 'id,v\n1,a\n2,b\n');
    await place.sync('rows.csv', 'rows.csv', { mode: 'append' });
    expect(await readFile(place.path('rows.csv'), 'utf8')).toBe('id,v\n1,a\n2,b\n1,a\n2,b\n');
    await place.sync('rows.csv', 'rows.csv', { mode: 'overwrite', shape: { columns: ['id'] } });
    expect(await readFile(place.path('rows.csv'), 'utf8')).toBe('id\n1\n2\n1\n2\n');
  });

  it('with --cursor takes what is new, in whichever order it stands', async () => {
    const spec = { cursor: 'at', primaryKey: ['id'] };
    await place.put('rows.csv', 'id,at,v\n2,2026-01-02,b\n1,2026-01-01,a\n');
    await place.sync('rows.csv', 'warehouse.duckdb', spec);
    await place.put(
      'rows.csv',
      'id,at,v\n3,2026-01-02,c\n2,2026-01-02,b\n1,2026-01-03,new\n4,2025-12-31,late\n',
    );
    expect((await place.sync('rows.csv', 'warehouse.duckdb', spec)).report.rowsWritten).toBe(2);
    expect(await place.query('SELECT id, v FROM rows ORDER BY id')).toEqual([
      ['1', 'new'],
      ['2', 'b'],
      ['3', 'c'],
    ]);
  });

  it('has a limit, and columns by name', async () => {
    await place.put('rows.csv', 'id,v,w\n1,a,x\n2,b,y\n3,c,z\n');
    await place.sync('rows.csv', 'out.jsonl', { limit: 2, shape: { exclude: ['v'] } });
    expect(await place.rows('out.jsonl')).toEqual([
      { id: 1, w: 'x' },
      { id: 2, w: 'y' },
    ]);
  });

  it('takes no table and no query', async () => {
    await place.put('rows.csv', 'id\n1\n');
    for (const spec of [{ fromTable: 'a' }, { query: 'SELECT 1' }]) {
      expect(await failureOf(place.attempt('rows.csv', 'out.jsonl', spec))).toMatchObject({
        code: 'CLI_USAGE',
      });
    }
    expect(await failureOf(place.attempt('rows.csv', 'out.jsonl', { primaryKey: ['idd'] }))).toMatchObject({
      code: 'SOURCE_TABLE_UNKNOWN',
      message: '--primary-key: there is no column "idd" in "rows.csv" (did you mean "id"?)',
    });
  });
});
