import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { addColumns, declared, filesIn, inferred, inFolder, load, openOne } from '../files/fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

/** Reads CSV the way a strict reader does; an empty field that is not quoted is null. */
function readCsv(text: string): (string | null)[][] {
  return parse(text, {
    relax_column_count: false,
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  });
}

// Lone surrogates are not text that UTF-8 has, so they are left out.
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '\0', '😀', ' ', 'a', '\uFEFF') }),
);
const cell = fc.option(anyText);

test('any text is read back by csv-parse, null and empty text apart, and columns of mid-run everywhere', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'any.csv');
    const section = fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.tuple(section, section, section), async ([first, second, third]) => {
        const names = ['a"1', 'b,2', 'c\n3', 'd'];
        const before = [inferred('a"1'), inferred('b,2')];
        const { session, table } = await openOne(new CsvTarget(file), before);
        const write = (rows: typeof first, width: number): Promise<void> =>
          table.write({
            rows: rows.map((row) =>
              Object.fromEntries(names.slice(0, width).map((name, i) => [name, row[i]])),
            ),
            firstRow: 1,
          });
        await write(first, 2);
        const more = await addColumns(table, before, ['c\n3']);
        await write(second, 3);
        await addColumns(table, more, ['d']);
        await write(third, 4);
        await session.commit(FINAL_COMMIT);
        const widen = (rows: typeof first, width: number) =>
          rows.map((row) => row.map((value, i) => (i < width ? value : null)));
        expect(readCsv(await readFile(file, 'utf8'))).toEqual([
          names,
          ...widen(first, 2),
          ...widen(second, 3),
          ...third,
        ]);
      }),
      { numRuns: 150 },
    );
  });
});

test('the exact bytes of a file', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'orders.csv');
    const columns = [declared('id', 'bigint'), declared('at', 'timestamptz'), inferred('note', 'string')];
    await load(new CsvTarget(file), columns, [
      { id: 9223372036854775807n, at: '2026-11-21T08:00:00+01:00', note: 'a,"b"\n' },
      { id: '2', note: '' },
      { at: new Date(-1), note: 1e21, unknown: 'left out' },
      { note: { b: 1, a: null } },
    ]);
    expect(await readFile(file, 'utf8')).toBe(
      'id,at,note\n' +
        '9223372036854775807,2026-11-21T07:00:00Z,"a,""b""\n"\n' +
        '2,,""\n' +
        ',1969-12-31T23:59:59.999Z,1e+21\n' +
        ',,"{""a"":null,""b"":1}"\n',
    );
    expect(await filesIn(folder)).toEqual(['orders.csv']);
  });
});

test('no rows: declared columns give a header, no columns leave the old file', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'orders.csv');
    await load(new CsvTarget(file), [declared('id', 'int')], []);
    expect(await readFile(file, 'utf8')).toBe('id\n');
    await load(new CsvTarget(file), [], []);
    expect(await readFile(file, 'utf8')).toBe('id\n');
    expect(await filesIn(folder)).toEqual(['orders.csv']);
  });
});

test('columns of mid-run are added to sections larger than one chunk', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'large.csv');
    const columns = [inferred('a'), inferred('b')];
    const { session, table } = await openOne(new CsvTarget(file), columns);
    const page = (n: number) =>
      Array.from({ length: 5000 }, (_, i) => ({
        a: `${n}"\n,${i}`.repeat(1 + (i % 20)),
        b: i % 3 ? '' : null,
      }));
    await table.write({ rows: page(1), firstRow: 1 });
    await addColumns(table, columns, ['c', 'd']);
    await table.write({ rows: page(2).map((row) => ({ ...row, d: 'x' })), firstRow: 5001 });
    await session.commit(FINAL_COMMIT);
    expect(readCsv(await readFile(file, 'utf8'))).toEqual([
      ['a', 'b', 'c', 'd'],
      ...page(1).map(({ a, b }) => [a, b, null, null]),
      ...page(2).map(({ a, b }) => [a, b, null, 'x']),
    ]);
    expect(await filesIn(folder)).toEqual(['large.csv']);
  });
});

describe('append', () => {
  test('follows the order of the header, and a missing column is null', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'orders.csv');
      await writeFile(file, 'b,"a ""x""",c\n1,2,3\n');
      const { session, table } = await openOne(new CsvTarget(file), [declared('c', 'date')], 'append');
      expect(table.existing).toEqual([inferred('b'), inferred('a "x"'), declared('c', 'date')]);
      await table.write({ rows: [{ c: '2026-11-21T00:00:00Z', b: 7 }, { 'a "x"': '' }], firstRow: 1 });
      await session.commit(FINAL_COMMIT);
      expect(session.bytes).toBe('7,,2026-11-21\n,"",\n'.length);
      expect(await readFile(file, 'utf8')).toBe('b,"a ""x""",c\n1,2,3\n7,,2026-11-21\n,"",\n');
    });
  });

  test.each([
    ['LF', 'a,b\n1,2\n', 'a,b\n1,2\n3,\n'],
    ['CRLF', 'a,b\r\n1,2\r\n', 'a,b\r\n1,2\r\n3,\r\n'],
    ['no newline at the end', 'a,b\n1,2', 'a,b\n1,2\n3,\n'],
    ['CRLF and none at the end', 'a,b\r\n1,2', 'a,b\r\n1,2\r\n3,\r\n'],
    ['a header only', 'a,b', 'a,b\n3,\n'],
    ['a byte order mark', '\uFEFFa,b\n', '\uFEFFa,b\n3,\n'],
    ['an empty file', '', 'a,b\n3,\n'],
  ])('to a file with %s', async (_name, before, after) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'orders.csv');
      await writeFile(file, before);
      const { session, table } = await openOne(
        new CsvTarget(file),
        [declared('a', 'int'), declared('b', 'int')],
        'append',
      );
      await table.write({ rows: [{ a: 3 }], firstRow: 1 });
      await session.commit(FINAL_COMMIT);
      expect(await readFile(file, 'utf8')).toBe(after);
    });
  });

  test('a new column is refused by name, and the file stays as it was', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'orders.csv');
      await writeFile(file, 'a\n1\n');
      await expect(openOne(new CsvTarget(file), [declared('b', 'int')], 'append')).rejects.toMatchObject({
        name: 'ConfigError',
        code: 'SCHEMA_CONFLICT',
        message: `the header of "${file}" has no column "b", so the rows cannot be appended`,
      });
      const { session, table } = await openOne(new CsvTarget(file), [], 'append');
      await table.write({ rows: [{ a: 2 }], firstRow: 1 });
      await expect(addColumns(table, [inferred('a')], ['c', 'd'])).rejects.toMatchObject({
        code: 'SCHEMA_CONFLICT',
        message: `the header of "${file}" has no column "c", "d", so the rows cannot be appended`,
        details: { column: 'c' },
      });
      await session.rollback();
      expect(await readFile(file, 'utf8')).toBe('a\n1\n');
    });
  });

  test.each([
    ['a column twice', 'a,a\n'],
    ['a column without a name', 'a,,b\n'],
    ['a quote that never ends', '"a,b\n'],
    ['text after a quote', '"a"b,c\n'],
    ['an empty first line', '\na\n'],
  ])('refuses a header with %s', async (_name, text) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'orders.csv');
      await writeFile(file, text);
      await expect(openOne(new CsvTarget(file), [], 'append')).rejects.toMatchObject({
        code: 'SCHEMA_CONFLICT',
        message: `"${file}" does not begin with a header line of distinct column names`,
      });
      expect(await readFile(file, 'utf8')).toBe(text);
    });
  });
});

test('a mid-run column whose rewrite fails leaves the old file and no part', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'orders.csv');
    await writeFile(file, 'a\n1\n');
    const columns = [inferred('a')];
    const { session, table } = await openOne(new CsvTarget(file), columns);
    await table.write({ rows: [{ a: 2 }], firstRow: 1 });
    await addColumns(table, columns, ['b']);
    await table.write({ rows: [{ b: 3 }], firstRow: 2 });
    // The place where the rewritten copy would go is taken.
    const [part] = (await filesIn(folder)).filter((name) => name.endsWith('.part'));
    const taken = join(folder, (part as string).replace('.run-1.', '.run-1-rewritten.'));
    await writeFile(taken, '');
    await expect(session.commit(FINAL_COMMIT)).rejects.toMatchObject({
      name: 'TargetError',
      code: 'TARGET_FAILED',
    });
    await session.rollback();
    expect(await readFile(file, 'utf8')).toBe('a\n1\n');
    expect(await filesIn(folder)).toEqual([taken.slice(folder.length + 1), 'orders.csv']);
  });
});

test.each([
  { names: ['a', 'b'], row: { a: 1, b: 2 }, line: ',' },
  { names: ['a', 'b', 'c'], row: { a: 1, b: 2, c: 3 }, line: ',,' },
  // In a table of one column an empty line is null.
  { names: ['a'], row: { a: 1 }, line: '' },
])('rows from before the first column have as many fields as $names', async ({ names, row, line }) => {
  await inFolder(async (folder) => {
    const file = join(folder, 'rows.csv');
    const { session, table } = await openOne(new CsvTarget(file), []);
    await table.write({ rows: Array.from({ length: 600 }, () => ({})), firstRow: 1 });
    await addColumns(table, [], names);
    await table.write({ rows: [row], firstRow: 601 });
    await session.commit(FINAL_COMMIT);
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines).toEqual([
      names.join(','),
      ...Array.from({ length: 600 }, () => line),
      Object.values(row).join(','),
      '',
    ]);
  });
});
