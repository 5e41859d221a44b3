import { beforeEach, expect, it } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { tempFolders } from '../fixtures/temp-folder.js';
import { failureOf, SourcePlace } from './source-place.js';

const folder = tempFolders();
let place: SourcePlace;

beforeEach(async () => {
  place = new SourcePlace(await folder());
});

async function put(name: string, query: string): Promise<void> {
  await place.execute(`COPY (${query}) TO '${place.path(name)}' (FORMAT parquet)`);
}

it('keeps types and values', async () => {
  await put(
    'rows.parquet',
    `SELECT 9007199254740993 AS id, 1.50::DECIMAL(10,2) AS d, 'x' AS s, TIMESTAMPTZ '2026-11-27 10:00:00+00' AS tz,
       '{"b":1,"a":2}'::JSON AS j, [1, 2] AS l, NULL::DATE AS n, 200::UTINYINT AS u`,
  );
  await place.sync('rows.parquet', 'copy.duckdb', { primaryKey: ['id'] });
  const copy = new SourcePlace(place.folder, 'copy.duckdb');
  expect(await copy.query('SELECT column_type FROM (DESCRIBE rows)')).toEqual(
    ['BIGINT', 'DECIMAL(10,2)', 'VARCHAR', 'TIMESTAMP WITH TIME ZONE', 'JSON', 'JSON', 'DATE', 'INTEGER'].map(
      (type) => [type],
    ),
  );
  expect(await copy.query('SELECT id, d, s, epoch_us(tz), j, l, n, u FROM rows')).toEqual([
    ['9007199254740993', '1.50', 'x', '1795773600000000', '{"b":1,"a":2}', '[1,2]', null, '200'],
  ]);
});

it('is one file, whatever its name and its folders are called', async () => {
  await mkdir(place.path('day=1'));
  await put('day=1/[a]*.parquet', 'SELECT 1 AS id');
  await put('day=1/ab.parquet', 'SELECT 2 AS id');
  await place.sync('day=1/[a]*.parquet', 'out.jsonl');
  expect(await place.rows('out.jsonl')).toEqual([{ id: 1 }]);
});

it('with --cursor reads on in the order of the column', async () => {
  const spec = { cursor: 'id', table: 't' };
  await put('rows.parquet', 'SELECT 5000 - i AS id FROM range(3000) r(i)');
  await place.sync('rows.parquet', 'copy.duckdb', spec);
  await put('rows.parquet', 'SELECT 6000 - i AS id FROM range(3000) r(i)');
  expect((await place.sync('rows.parquet', 'copy.duckdb', spec)).report.rowsWritten).toBe(1000);
});

it('that is none is an error', async () => {
  await place.put('rows.parquet', 'id\n1\n');
  expect(await failureOf(place.attempt('rows.parquet', 'out.jsonl'))).toMatchObject({
    code: 'SOURCE_UNREADABLE',
    exitCode: 2,
  });
});
