import { describe, expect, it } from '@jest/globals';
import { op } from '../../src/sdk/operations.js';
import { guardEmpty, guardTable, type GuardedTable } from '../../src/sync/guards.js';
import type { SyncOptions } from '../../src/sync/sync-options.js';
import type { TableBefore } from '../../src/targets/target.js';
import type { RowsRun } from '../../src/testing/run-rows.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const newFolder = tempFolders();
/** As on the command line, where nobody insists. */
const GUARDED = { adopt: false, force: false, allowEmpty: false };

const before = (change: Partial<TableBefore> = {}): TableBefore => ({
  columns: [],
  primaryKey: [],
  rows: 3,
  ...change,
});
const table = (change: Partial<GuardedTable>): GuardedTable => ({
  name: 'users',
  replaces: true,
  mergeKey: [],
  before: before(),
  ...change,
});
const codeOf = (guarded: GuardedTable, limit: number, options: SyncOptions): unknown => {
  try {
    guardTable(guarded, limit, options);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('guardTable', () => {
  it.each<[string, Partial<GuardedTable>, number, SyncOptions, string | undefined]>([
    ['a table that is new', { before: null }, 1, {}, undefined],
    ['a table of which nothing is known', { before: undefined }, 1, {}, undefined],
    ['a table of the host’s own', {}, -1, {}, undefined],
    ['one that the host did not load', { before: before({ primaryKey: null }) }, -1, {}, 'TABLE_NOT_OURS'],
    ['an empty one of others', { before: before({ primaryKey: null, rows: 0 }) }, -1, {}, 'TABLE_NOT_OURS'],
    ['one that is adopted', { before: before({ primaryKey: null }) }, -1, { adopt: true }, undefined],
    [
      'one of others that is only added to',
      { replaces: false, before: before({ primaryKey: null }) },
      -1,
      {},
      undefined,
    ],
    ['a limit below its rows', {}, 2, {}, 'GUARD_REFUSED'],
    ['a limit of just its rows', {}, 3, {}, undefined],
    ['a limit below its rows, insisted on', {}, 2, { force: true }, undefined],
    ['a limit, where rows are only added', { replaces: false }, 1, {}, undefined],
    [
      '--force, which does not adopt',
      { before: before({ primaryKey: null }) },
      -1,
      { force: true },
      'TABLE_NOT_OURS',
    ],
    [
      '--adopt, which does not insist',
      { before: before({ primaryKey: null }) },
      2,
      { adopt: true },
      'GUARD_REFUSED',
    ],
    [
      'another key',
      { replaces: false, mergeKey: ['id'], before: before({ primaryKey: ['no'] }) },
      -1,
      {},
      'PRIMARY_KEY_CHANGED',
    ],
    [
      'a key in another order',
      { replaces: false, mergeKey: ['a', 'b'], before: before({ primaryKey: ['b', 'a'] }) },
      -1,
      {},
      'PRIMARY_KEY_CHANGED',
    ],
    [
      'names that only look the same when joined',
      { replaces: false, mergeKey: ['a,b'], before: before({ primaryKey: ['a', 'b'] }) },
      -1,
      {},
      'PRIMARY_KEY_CHANGED',
    ],
    [
      'the same key',
      { replaces: false, mergeKey: ['id'], before: before({ primaryKey: ['id'] }) },
      -1,
      {},
      undefined,
    ],
    ['a key where there was none', { replaces: false, mergeKey: ['id'] }, -1, {}, undefined],
    [
      'another key of a table that is replaced',
      { before: before({ primaryKey: ['no'] }) },
      -1,
      {},
      undefined,
    ],
  ])('%s', (_name, change, limit, options, code) => {
    expect(codeOf(table(change), limit, options)).toBe(code);
  });
});

describe('guardEmpty', () => {
  const filled = { name: 'users', rows: 0, before: before() };
  const got = { name: 'orders', rows: 1, before: before() };

  it.each<[string, Parameters<typeof guardEmpty>[0], SyncOptions, boolean]>([
    ['no table', [], {}, false],
    ['a filled table that gets nothing', [filled], {}, true],
    ['a filled one beside one that gets rows', [filled, got], {}, false],
    ['one that was empty', [{ ...filled, before: before({ rows: 0 }) }], {}, false],
    ['one that is new', [{ ...filled, before: null }], {}, false],
    ['where that is allowed', [filled], { allowEmpty: true }, false],
  ])('%s', (_name, tables, options, refuses) => {
    const guard = (): void => guardEmpty(tables, options);
    if (refuses) expect(guard).toThrow(expect.objectContaining({ code: 'GUARD_REFUSED', exitCode: 2 }));
    else expect(guard).not.toThrow();
  });
});

describe('a guard that refuses', () => {
  const stored = 'SELECT * FROM rows ORDER BY n';
  const runs = 'SELECT status, code FROM _host_runs ORDER BY started_at';

  async function loaded(): Promise<DuckdbPlace> {
    const place = new DuckdbPlace(await newFolder());
    await place.run({ rows: [{ n: 1 }, { n: 2 }] });
    return place;
  }

  it.each<[string, Partial<RowsRun>, string, string]>([
    [
      'a limit',
      { rows: [{ n: 7 }], limit: 1 },
      '"rows" has 2 rows and would be replaced by at most 1',
      '--force',
    ],
    [
      'a source without rows',
      { rows: [] },
      'the source gave no rows, and the table "rows" with 2 rows',
      '--allow-empty',
    ],
    [
      'a sync without rows',
      { schema: { tables: [{ name: 'rows' }, { name: 'more' }] }, rows: [op.checkpoint({ at: 1 })] },
      'the source gave no rows, and the table "rows" with 2 rows',
      '--allow-empty',
    ],
  ])('changes nothing and is recorded: %s', async (_name, run, message, option) => {
    const place = await loaded();
    const { error, report } = await place.run({ ...run, mode: 'overwrite', options: GUARDED });
    expect(error).toMatchObject({ name: 'ConfigError', code: 'GUARD_REFUSED', exitCode: 2 });
    expect(error?.message).toContain(message);
    expect(error?.action).toContain(option);
    expect([report.status, report.rowsWritten, report.commits]).toEqual(['failed', 0, 0]);
    expect(await place.query(stored)).toEqual([['1'], ['2']]);
    expect(await place.query(runs)).toEqual([
      ['succeeded', null],
      ['failed', 'GUARD_REFUSED'],
    ]);
    expect(await place.query('SELECT state FROM _host_state')).toEqual([[null]]);
  });

  it.each<[string, Partial<RowsRun>, unknown[][]]>([
    ['force', { rows: [{ n: 7 }, { n: 8 }], limit: 1, options: { ...GUARDED, force: true } }, [['7']]],
    ['allowEmpty', { rows: [], options: { ...GUARDED, allowEmpty: true } }, []],
  ])('lets pass who insists: %s', async (_name, run, rows) => {
    const place = await loaded();
    expect((await place.run({ ...run, mode: 'overwrite' })).error).toBeUndefined();
    expect(await place.query(stored)).toEqual(rows);
  });

  it('asks before a table of others is replaced, and knows it as its own afterwards', async () => {
    const place = new DuckdbPlace(await newFolder());
    await place.query('CREATE TABLE rows (n INTEGER)');
    const refused = await place.run({ rows: [{ n: 1 }], options: GUARDED });
    expect(refused.error).toMatchObject({ code: 'TABLE_NOT_OURS', exitCode: 2, details: { table: 'rows' } });
    expect(await place.query('SELECT count(*) FROM rows')).toEqual([['0']]);
    await place.run({ rows: [{ n: 1 }], options: { ...GUARDED, adopt: true } });
    expect((await place.run({ rows: [{ n: 2 }], options: GUARDED })).error).toBeUndefined();
    expect(await place.query(stored)).toEqual([['2']]);
  });

  it('names both keys where a primary key changed, and --full-refresh is the way out', async () => {
    const place = new DuckdbPlace(await newFolder());
    const tables = (key: string): Partial<RowsRun> => ({
      schema: { tables: [{ name: 'rows', primaryKey: [key] }] },
      rows: [op.upsert('rows', { n: 1, m: 2 })],
    });
    const options = { ...GUARDED, mode: undefined };
    await place.run({ ...tables('n'), options });
    const { error } = await place.run({ ...tables('m'), options });
    expect(error).toMatchObject({
      code: 'PRIMARY_KEY_CHANGED',
      message: 'the primary key of table "rows" was (n) and is (m) now',
    });
    expect(
      (await place.run({ ...tables('m'), options: { ...options, fullRefresh: true } })).error,
    ).toBeUndefined();
    expect(await place.query('SELECT primary_key FROM _host_tables')).toEqual([['["m"]']]);
  });
});
