import { describe, expect, it } from '@jest/globals';
import { op, type ReadSchema } from '../../src/index.js';
import type { SyncOptions } from '../../src/sync/sync-options.js';
import type { HostError } from '../../src/sdk/errors.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const tempFolder = tempFolders();
const SCHEMA: ReadSchema = { tables: [{ name: 'users', primaryKey: ['id'] }, { name: 'events' }] };
const ROWS = [
  op.upsert('users', [{ id: 1, mail: 'a' }]),
  op.upsert('events', [{ id: 1, at: 1 }]),
  op.upsert('users', [{ id: 1, mail: 'b' }]),
  op.upsert('events', [{ id: 1, at: 2 }]),
  op.checkpoint({ n: 1 }),
];

/** The rows of both tables, in their order. */
async function tablesAfter(
  options: SyncOptions,
  schema: ReadSchema = SCHEMA,
): Promise<unknown[][][] | HostError> {
  const place = new DuckdbPlace(await tempFolder());
  const { error } = await place.run({ schema, rows: ROWS, options: { mode: undefined, ...options } });
  if (error) return error;
  return [await place.query('FROM users'), await place.query('FROM events')];
}

const MERGED = [['1', 'b']];
const ADDED_USERS = [
  ['1', 'a'],
  ['1', 'b'],
];
const ADDED_EVENTS = [
  ['1', '1'],
  ['1', '2'],
];

describe('options of one table', () => {
  it('are those of the run where nothing is said', async () => {
    expect(await tablesAfter({})).toEqual([MERGED, ADDED_EVENTS]);
    expect(await tablesAfter({ perTable: { events: {}, constructor: { mode: 'append' as const } } })).toEqual(
      [MERGED, ADDED_EVENTS],
    );
  });

  it('have a mode', async () => {
    expect(await tablesAfter({ perTable: { users: { mode: 'append' } } })).toEqual([
      ADDED_USERS,
      ADDED_EVENTS,
    ]);
    expect(await tablesAfter({ mode: 'append', perTable: { users: { mode: 'merge' } } })).toEqual([
      MERGED,
      ADDED_EVENTS,
    ]);
  });

  it('have a mode that counts for nothing where the run replaces every table', async () => {
    expect(await tablesAfter({ mode: 'overwrite', perTable: { users: { mode: 'append' } } })).toEqual([
      MERGED,
      ADDED_EVENTS,
    ]);
    expect(await tablesAfter({ fullRefresh: true, perTable: { users: { mode: 'append' } } })).toEqual([
      MERGED,
      ADDED_EVENTS,
    ]);
  });

  it('have a key, also of a table that the connector does not declare', async () => {
    const perTable = { events: { primaryKey: ['id'] } };
    expect(await tablesAfter({ perTable })).toEqual([MERGED, [['1', '2']]]);
    const declared: ReadSchema = { tables: [{ name: 'users', primaryKey: ['id'] }] };
    expect(await tablesAfter({ perTable }, declared)).toEqual([MERGED, [['1', '2']]]);
  });

  it('name columns that are declared, and merge by a key only', async () => {
    const declared: ReadSchema = { tables: [{ name: 'users', columns: [{ name: 'id', type: 'bigint' }] }] };
    expect(await tablesAfter({ perTable: { users: { primaryKey: ['mail'] } } }, declared)).toMatchObject({
      code: 'CLI_USAGE',
      message: 'the primary key of table "users" names the column "mail", which it has not',
    });
    expect(await tablesAfter({ perTable: { events: { mode: 'merge' } } })).toMatchObject({
      code: 'CLI_USAGE',
      message: 'table "events" is to be merged, and has no primary key',
    });
  });
});
