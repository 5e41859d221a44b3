import { beforeEach, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { tempFolders } from '../fixtures/temp-folder.js';
import { failureOf, SourcePlace } from './source-place.js';

const folder = tempFolders();
let place: SourcePlace;

beforeEach(async () => {
  place = new SourcePlace(await folder());
});

it('keeps every value, nested ones as JSON', async () => {
  await place.put(
    'rows.jsonl',
    '\uFEFF{"id":9007199254740993,"n":{"b":[1],"a":null},"t":"2026-11-27"}\r\n\n{"id":1,"extra":0.5}\n',
  );
  await place.sync('rows.jsonl', 'warehouse.duckdb', { primaryKey: ['id'] });
  expect(await place.query('SELECT column_name, column_type FROM (DESCRIBE rows)')).toEqual([
    ['id', 'BIGINT'],
    ['n', 'JSON'],
    ['t', 'VARCHAR'],
    ['extra', 'DOUBLE'],
  ]);
  expect(await place.query('SELECT * FROM rows ORDER BY id DESC')).toEqual([
    ['9007199254740993', '{"b":[1],"a":null}', '2026-11-27', null],
    ['1', null, null, '0.5'],
  ]);
});

it('reads text as times where it is told to', async () => {
  await place.put('rows.ndjson.gz', gzipSync('{"at":"2026-11-27T10:00:00+02:00"}\n'));
  await place.sync('rows.ndjson.gz', 'warehouse.duckdb', { shape: { parseTimestamps: ['at'] } });
  expect(await place.query('SELECT "at" AT TIME ZONE \'UTC\' FROM rows')).toEqual([['2026-11-27 08:00:00']]);
});

it.each([
  ['{"a":1}\n{"a":2\n', '"rows.jsonl": line 2 is not JSON', 2],
  ['[1]\n', '"rows.jsonl": line 1 is not an object', 1],
])('a line of %j that is no object is a RowError', async (text, message, line) => {
  await place.put('rows.jsonl', text);
  expect(await failureOf(place.attempt('rows.jsonl', 'out.csv'))).toMatchObject({
    code: 'ROW_INVALID',
    exitCode: 5,
    message,
    details: { file: 'rows.jsonl', line },
  });
});

it('with --cursor adds what is new', async () => {
  const spec = { cursor: 'at' };
  await place.put(
    'rows.jsonl',
    '{"id":2,"at":"2026-01-02T00:00:00Z"}\n{"id":1,"at":"2026-01-01T00:00:00Z"}\n',
  );
  await place.sync('rows.jsonl', 'warehouse.duckdb', spec);
  await place.put(
    'rows.jsonl',
    '{"id":2,"at":"2026-01-02T00:00:00Z"}\n{"id":3,"at":"2026-01-02T00:00:00Z"}\n{"id":1,"at":"2026-01-01T00:00:00Z"}\n',
  );
  await place.sync('rows.jsonl', 'warehouse.duckdb', spec);
  expect(await place.query('SELECT id FROM rows ORDER BY id')).toEqual([['1'], ['2'], ['3']]);
});

it('with a cursor that a row lacks is an error', async () => {
  await place.put('rows.jsonl', '{"id":1}\n');
  expect(await failureOf(place.attempt('rows.jsonl', 'warehouse.duckdb', { cursor: 'at' }))).toMatchObject({
    code: 'CURSOR_FAILED',
    exitCode: 2,
  });
});
