import { describe, expect, it } from '@jest/globals';
import { op, type Emission, type Operation, type ReadSchema, type TableSchema } from '../../src/index.js';
import type { SyncOptions } from '../../src/sync/sync-options.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const tempFolder = tempFolders();
/** As on the command line, where nobody insists and no mode is given. */
const GUARDED = { mode: undefined, adopt: false, force: false, allowEmpty: false };
const T: TableSchema = { name: 't', primaryKey: ['id'] };
const SYNC: ReadSchema = { tables: [T, { name: 'pairs', primaryKey: ['a', 'b'] }] };
const typed = (name: string, type: 'bigint' | 'string' | 'timestamptz'): ReadSchema => ({
  tables: [
    {
      ...T,
      columns: [
        { name: 'id', type: 'bigint' },
        { name, type },
      ],
    },
  ],
});

/** A database that a run has filled. */
async function filledPlace(): Promise<DuckdbPlace> {
  const place = new DuckdbPlace(await tempFolder());
  const rows = [
    op.upsert('t', [
      { id: 1, v: 1 },
      { id: 2, v: 2 },
    ]),
    op.upsert('pairs', { a: 1, b: 1, v: 1 }),
    op.checkpoint({ at: 1 }),
  ];
  const { error } = await place.run({ pipeline: 'p', schema: SYNC, rows, options: GUARDED });
  expect(error).toBeUndefined();
  return place;
}

/** Everything in a database but when something happened, and the runs that failed. */
function contentOf(place: DuckdbPlace): Promise<unknown[][]> {
  return place.query(
    `SELECT CAST(to_json(t) AS VARCHAR) FROM t UNION ALL SELECT CAST(to_json(p) AS VARCHAR) FROM pairs p
     UNION ALL SELECT state || version || coalesce(fingerprint, '') FROM _host_state WHERE pipeline = 'p'
     UNION ALL SELECT table_name || CAST(primary_key AS VARCHAR) || CAST(columns AS VARCHAR) FROM _host_tables
     UNION ALL SELECT table_name || sql FROM duckdb_tables() WHERE NOT starts_with(table_name, '_host_') ORDER BY 1`,
  );
}

const circular: Record<string, unknown> = {};
circular.a = [{ b: circular }];
const nested = (depth: number): Record<string, unknown> => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = { a: value };
  return { a: value };
};
const checkpoint = (state: unknown): Operation => op.checkpoint(state as Record<string, unknown>);
const unknownOperation = { ...op.truncate('t'), kind: 'explode' } as unknown as Emission;
/** Far more than a text of the runtime can hold, at the price of one. */
const large = 'x'.repeat(64 * 1024 * 1024);
const huge = Array.from({ length: 16 }, () => large);

interface Case {
  readonly rows: readonly Emission[];
  readonly says: readonly [code: string, message: string | RegExp];
  readonly schema?: ReadSchema;
  readonly options?: SyncOptions;
}

const CASES: Readonly<Record<string, Case>> = {
  'a checkpoint of a list': {
    rows: [checkpoint([1])],
    says: ['STATE_INVALID', 'it is a list, not an object'],
  },
  'a checkpoint of text': { rows: [checkpoint('x')], says: ['STATE_INVALID', 'it is string'] },
  'a checkpoint of null': { rows: [checkpoint(null)], says: ['STATE_INVALID', 'it is null'] },
  'a checkpoint of a circular value': {
    rows: [checkpoint(circular)],
    says: ['STATE_INVALID', 'a[0].b contains itself'],
  },
  'a checkpoint of 1 GB': { rows: [checkpoint({ huge })], says: ['STATE_INVALID', '256 million characters'] },
  'a checkpoint of 1 GB in patches': {
    rows: huge.slice(0, 5).map((text, i) => op.checkpoint({ [i]: text }, { merge: true })),
    says: ['STATE_INVALID', '256 million characters'],
  },
  'a checkpoint with NaN': {
    rows: [checkpoint({ cursors: [0, { at: NaN }] })],
    says: ['STATE_INVALID', 'cursors[1].at is NaN'],
  },
  'a checkpoint with a function': {
    rows: [checkpoint({ cursor: { at: () => 1 } })],
    says: ['STATE_INVALID', 'cursor.at is a function'],
  },
  'a checkpoint with a Date': {
    rows: [checkpoint({ at: new Date() })],
    says: ['STATE_INVALID', 'at is a Date'],
  },
  'a checkpoint nested 1,000 deep': {
    rows: [checkpoint(nested(1000))],
    says: ['STATE_INVALID', '500 levels'],
  },
  'a delete by other columns than the key': {
    rows: [op.delete('t', { other: 1 })],
    says: ['OPERATION_INVALID', 'names (other), and its primary key is (id)'],
  },
  'a delete by a part of the key': {
    rows: [op.delete('pairs', { a: 1 })],
    says: ['KEY_MISSING', 'the key column "b" of table "pairs" has no value'],
  },
  'an update without the key': {
    rows: [op.update('t', { v: 1 })],
    says: ['KEY_MISSING', 'the key column "id" of table "t"'],
  },
  'an upsert without the key': {
    rows: [op.upsert('t', { v: 1 })],
    says: ['KEY_MISSING', 'row 1: the key column "id"'],
  },
  'an upsert whose key is null': {
    rows: [op.upsert('t', [{ id: 3 }, { id: null }])],
    says: ['KEY_MISSING', 'row 2: the key column "id"'],
  },
  'a declared key column of another type than the table has': {
    schema: { tables: [{ ...T, columns: [{ name: 'id', type: 'string' }] }] },
    rows: [op.upsert('t', { id: 'x' })],
    says: ['SCHEMA_CONFLICT', 'column "id" of table "t" is bigint there, but declared as string now'],
  },
  'a value that does not go into a declared key column': {
    schema: typed('v', 'bigint'),
    rows: [op.upsert('t', { id: 'x' })],
    says: ['ROW_INVALID', 'column "id" of table "t" does not take this text as bigint'],
  },
  'a key column that changes its type, under freeze': {
    rows: [op.upsert('t', { id: 'x' })],
    options: { contract: 'freeze' },
    says: ['ROW_INVALID', 'column "id" of table "t" is bigint'],
  },
  'a type that cannot widen, under freeze': {
    rows: [op.upsert('t', { id: 3, v: 'x' })],
    options: { contract: 'freeze' },
    says: ['ROW_INVALID', 'column "v" of table "t" is bigint, and the value is string'],
  },
  'an unknown operation': {
    rows: [unknownOperation],
    says: ['OPERATION_INVALID', 'unknown operation "explode"'],
  },
  'the same table declared twice': {
    schema: { tables: [T, { ...T, name: 'T' }] },
    rows: [],
    says: ['SCHEMA_INVALID', 'table "T" is declared twice'],
  },
  'another primary key than before': {
    schema: { tables: [{ ...T, primaryKey: ['v'] }] },
    rows: [op.upsert('t', { id: 3, v: 1 })],
    says: ['PRIMARY_KEY_CHANGED', 'the primary key of table "t" was (id) and is (v) now'],
  },
  'no primary key where there was one': {
    schema: { tables: [{ name: 't' }] },
    rows: [op.upsert('t', { id: 3, v: 1 })],
    says: ['PRIMARY_KEY_CHANGED', 'the primary key of table "t" was (id) and there is none now'],
  },
  'an update on a table without a key': {
    rows: [op.update('logs', { id: 1 })],
    says: ['OPERATION_INVALID', 'the operation "update" needs a primary key, and table "logs" has none'],
  },
  'a delete on a table without a key': {
    rows: [op.delete('logs', { id: 1 })],
    says: ['OPERATION_INVALID', 'the operation "delete" needs a primary key, and table "logs" has none'],
  },
  'a plain row in a sync': { rows: [{ id: 1 }], says: ['OPERATION_INVALID', 'a plain row'] },
  'an operation in a dataset': {
    schema: { columns: [{ name: 'id', type: 'int' }] },
    rows: [op.upsert('t', { id: 1 })],
    says: ['OPERATION_INVALID', 'although it is a dataset of plain rows'],
  },
  'deleteWhere without columns': {
    rows: [op.deleteWhere('t', {})],
    says: ['OPERATION_INVALID', 'deleteWhere on table "t" names no column'],
  },
  'a table of the host': { rows: [op.upsert('_HOST_x', { id: 1 })], says: ['TABLE_NAME_INVALID', '_HOST_x'] },
  'a column _host_kind': {
    rows: [op.upsert('t', { id: 1, _HOST_kind: 1 })],
    says: ['COLUMN_NAME_INVALID', 'a column "_HOST_kind", a name that the host needs itself'],
  },
  'a column _host_at': {
    rows: [op.upsert('t', { id: 1, _host_at: 1 }), op.deleteWhere('t', { _host_at: 1 })],
    says: ['COLUMN_NAME_INVALID', 'a column "_host_at"'],
  },
  'a column _deleted_at with soft deletes': {
    rows: [op.upsert('t', { id: 1, _Deleted_At: 'x' })],
    options: { deletes: 'soft' },
    says: ['COLUMN_NAME_INVALID', 'a column "_Deleted_At", a name that --deletes soft needs itself'],
  },
  'a declared column _deleted_at with soft deletes': {
    schema: typed('_deleted_at', 'timestamptz'),
    rows: [op.upsert('t', { id: 1 })],
    options: { deletes: 'soft' },
    says: ['COLUMN_NAME_INVALID', 'a column "_deleted_at"'],
  },
  'a column _run_id with audit columns': {
    rows: [op.upsert('t', { id: 1, _run_id: 'x' })],
    options: { auditColumns: true },
    says: ['COLUMN_NAME_INVALID', 'names that --audit-columns needs itself'],
  },
  'a declared column _loaded_at with audit columns': {
    schema: typed('_loaded_at', 'string'),
    rows: [op.upsert('t', { id: 1 })],
    options: { auditColumns: true },
    says: ['COLUMN_NAME_INVALID', 'names that --audit-columns needs itself'],
  },
  'a value that contains itself': {
    rows: [op.upsert('t', { id: 1, circular })],
    says: ['ROW_INVALID', 'column "circular" of table "t" does not take this object as json'],
  },
};

describe('bad input is one clear error, and the target stays as it was', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const { rows, schema = SYNC, options, says } = CASES[name] as Case;
    const place = await filledPlace();
    const before = await contentOf(place);
    const given = function* (): Iterable<Emission> {
      // What is right before it is lost with it.
      if (schema === SYNC && options?.contract === undefined) {
        yield op.upsert('t', { id: 9, v: 9, more: true });
        yield op.upsert('fresh', { id: 9 });
      }
      yield* rows;
      yield op.checkpoint({ at: 2 }, { merge: true });
    };
    const { report, error } = await place.run({
      pipeline: 'p',
      schema,
      rows: given,
      options: { ...GUARDED, ...options },
    });
    const [code, message] = says;
    expect(report).toMatchObject({ status: 'failed', code, commits: 0, rowsWritten: 0 });
    expect(error?.message.replace(/row 3:/, 'row 1:').replace(/row 4:/, 'row 2:')).toEqual(
      expect.stringContaining(message as string),
    );
    expect(error?.action).not.toBe('');
    expect(await contentOf(place)).toEqual(before);
  });
});
