import { expect, it } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runRows } from 'connector-host/testing';
import { FolderTarget } from '../../../src/targets/folder/folder-target.js';
import { ParquetTarget } from '../../../src/targets/parquet/parquet-target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { queryParquet } from './fixture.js';

const newFolder = tempFolders();

it('writes each type as its own, compressed with zstd', async () => {
  const file = join(await newFolder(), 'it’s [1]*.parquet');
  const { error } = await runRows({
    target: new ParquetTarget(file),
    schema: {
      columns: [
        { name: 'd', type: 'decimal(38,2)' },
        { name: 'tz', type: 'timestamptz' },
        { name: 'ts', type: 'timestamp' },
        { name: 'day', type: 'date' },
        { name: 'j', type: 'json' },
        { name: 'b', type: 'binary' },
      ],
    },
    rows: [
      {
        d: '123456789012345678901234567890123456.78',
        tz: '2026-11-27T10:00:00+02:00',
        j: { b: 1, a: [] },
        none: null,
      },
    ],
  });
  expect(error).toBeUndefined();
  const quoted = file.replaceAll(/[*[]/g, '[$&]');
  const types = await queryParquet(
    [quoted],
    (from) =>
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${from})`,
  );
  expect(types).toEqual([
    ['d', 'DECIMAL(38,2)'],
    ['tz', 'TIMESTAMP WITH TIME ZONE'],
    ['ts', 'TIMESTAMP'],
    ['day', 'DATE'],
    ['j', 'JSON'],
    ['b', 'BLOB'],
    ['none', 'VARCHAR'],
  ]);
  expect(await queryParquet([quoted], (from) => `SELECT d, epoch_us(tz), j, none FROM ${from}`)).toEqual([
    ['123456789012345678901234567890123456.78', '1795766400000000', '{"b":1,"a":[]}', null],
  ]);
  const codecs = await queryParquet(
    [quoted],
    () => `SELECT DISTINCT compression FROM parquet_metadata('${quoted.replaceAll("'", "''")}')`,
  );
  expect(codecs).toEqual([['ZSTD']]);
});

it('adds to a folder with each commit, and leaves nothing else', async () => {
  const folder = await newFolder();
  const target = new FolderTarget(join(folder, 'out/'), 'parquet', { journalFolder: join(folder, '.host') });
  const { error, report } = await runRows({
    target,
    mode: 'append',
    table: 'a/b',
    rows: [[{ id: 1 }], [{ id: 2 }]],
  });
  expect(error).toBeUndefined();
  expect(report.commits).toBe(1);
  await runRows({ target, mode: 'append', table: 'a/b', rows: [] });
  expect(await readdir(join(folder, 'out'))).toEqual(['a%2Fb']);
  const [part, ...others] = await readdir(join(folder, 'out', 'a%2Fb'));
  expect(others).toEqual([]);
  expect(part).toMatch(/^\d{8}T\d{9}Z-[\w-]+-000001\.parquet$/);
});

it('is replaced or added to, not both', async () => {
  const folder = await newFolder();
  const target = new FolderTarget(join(folder, 'out/'), 'parquet');
  await runRows({ target, table: 't', rows: [{ id: 1 }] });
  const { error } = await runRows({ target, mode: 'append', table: 't', rows: [{ id: 1 }] });
  expect(error).toMatchObject({
    code: 'TARGET_MODE_UNSUPPORTED',
    message: `table "t" cannot be added to, since "${join(folder, 'out', 't.parquet')}" is there already`,
  });
  expect(await readdir(join(folder, 'out'))).toEqual(['t.parquet']);
});

it('keeps its columns where a child table lost all rows', async () => {
  const folder = await newFolder();
  const run = async (orders: readonly object[]): Promise<void> => {
    const { error } = await runRows({
      target: new FolderTarget(join(folder, 'out/'), 'parquet', { journalFolder: join(folder, '.host') }),
      rows: [{ id: 1, orders }],
      table: 'users',
      schema: { primaryKey: ['id'] },
      options: { shape: { nested: 'child-tables' } },
    });
    expect(error).toBeUndefined();
  };
  await run([{ n: 1 }, { n: 2 }]);
  const child = [join(folder, 'out', 'users__orders.parquet')];
  expect(await queryParquet(child, (from) => `SELECT n FROM ${from}`)).toEqual([['1'], ['2']]);
  await run([]);
  expect(await queryParquet(child, (from) => `SELECT n FROM ${from}`)).toEqual([]);
});

it('replaces a file whatever it was, and a failure of the disk is named', async () => {
  const folder = await newFolder();
  const file = join(folder, 'rows.parquet');
  await writeFile(file, 'no Parquet');
  expect((await runRows({ target: new ParquetTarget(file), rows: [{ a: 1 }] })).error).toBeUndefined();
  expect(await queryParquet([file], (from) => `SELECT a FROM ${from}`)).toEqual([['1']]);
  const nowhere = new ParquetTarget(join(folder, 'none', 'rows.parquet'));
  expect((await runRows({ target: nowhere, rows: [{ a: 1 }] })).error).toMatchObject({
    code: 'TARGET_UNWRITABLE',
  });
  expect(await readdir(folder)).toEqual(['rows.parquet']);
});
