import { describe, expect, it } from '@jest/globals';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { runRows } from '../../../src/testing/run-rows.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { inferred, tableRequest, targetRun } from '../files/fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';
import { readHistory } from '../../helpers/read-history.js';
import type { RunRecord } from '../../../src/targets/target.js';

const newFolder = tempFolders();
const RECORD: RunRecord = {
  status: 'succeeded',
  code: null,
  message: null,
  rowsRead: 1,
  rowsWritten: 1,
  rowsDeleted: 0,
  commits: 1,
};

describe('runs of one process on one new database', () => {
  it('may overlap where they load different tables', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const tables = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.all(
      tables.map((table) => runRows({ target, table, rows: [{ name: table }] })),
    );
    await target.close();
    expect(outcomes.map(({ error }) => error)).toEqual(tables.map(() => undefined));
    for (const table of tables) expect(await place.query(`SELECT name FROM ${table}`)).toEqual([[table]]);
    expect(await place.query(`SELECT value FROM _host_meta WHERE name = 'version'`)).toEqual([['4']]);
  });

  it.each(['overwrite', 'append'] as const)(
    'may overlap where they %s the same table: each commit counts, and the last one stays',
    async (mode) => {
      const place = new DuckdbPlace(await newFolder());
      await place.run({ table: 'orders', rows: [{ id: '1' }] });
      const target = await DuckdbTarget.open(place.file);
      const request = tableRequest([inferred('id')], mode);
      const first = await target.begin(targetRun());
      const table = await first.openTable(request);
      await table.write({ rows: [{ id: '2' }], firstRow: 1 });
      const second = await target.begin({ ...targetRun(), runId: 'run-2', pipeline: 'another' });
      const other = await second.openTable(request);
      await other.write({ rows: [{ id: '3' }], firstRow: 1 });
      await second.commit({ ...FINAL_COMMIT, record: RECORD });
      await second.finish?.(RECORD);
      await first.commit({ ...FINAL_COMMIT, record: RECORD });
      await first.finish?.(RECORD);
      await target.close();
      const ids = mode === 'overwrite' ? [['2']] : [['1'], ['2'], ['3']];
      expect(await place.query('SELECT id FROM orders ORDER BY id')).toEqual(ids);
      expect(await place.query('SELECT pipeline, status FROM _host_runs ORDER BY started_at')).toEqual([
        ['test.orders', 'succeeded'],
        ['test', 'succeeded'],
        ['another', 'succeeded'],
      ]);
    },
  );

  it('get PIPELINE_BUSY where they are of one pipeline, until the first has ended', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const first = await target.begin(targetRun());
    const again = (): Promise<unknown> => target.begin({ ...targetRun(), runId: 'run-2' });
    await expect(again()).rejects.toMatchObject({
      name: 'TransientError',
      code: 'PIPELINE_BUSY',
      exitCode: 75,
      message: expect.stringMatching(
        new RegExp(
          `^pipeline "test" is being run already: run run-1 of process ${process.pid} on .+, since \\d{4}-\\d\\d-\\d\\dT.*Z$`,
        ),
      ),
    });
    const table = await first.openTable(tableRequest([inferred('id')]));
    await table.write({ rows: [{ id: '2' }], firstRow: 1 });
    await expect(again()).rejects.toMatchObject({ code: 'PIPELINE_BUSY' });
    await first.commit({ ...FINAL_COMMIT, record: RECORD });
    await first.finish?.(RECORD);
    const second = await target.begin({ ...targetRun(), runId: 'run-2' });
    await second.rollback({ ...RECORD, status: 'failed' });
    await target.close();
    expect(await place.query('SELECT id FROM orders')).toEqual([['2']]);
    expect(await place.query('SELECT run, status FROM _host_runs ORDER BY run')).toEqual([
      ['run-1', 'succeeded'],
      ['run-2', 'failed'],
    ]);
  });

  it('leave no table where all of them fail, and their records', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const rows = function* (): Generator<object[]> {
      yield [{ n: 1 }];
      throw new Error('the source broke');
    } as never;
    await Promise.all(['a', 'b'].map((table) => runRows({ target, table, rows })));
    await target.close();
    expect(await readHistory(place.file)).toMatchObject({
      tables: [],
      runs: ['failed CONNECTOR_FAILED', 'failed CONNECTOR_FAILED'],
    });
  });
});

describe('a table with constraints of its own', () => {
  it.each([
    ['a key', 'CREATE TABLE rows (id BIGINT PRIMARY KEY, v BIGINT)', [{ id: 4711 }, { id: 4711 }]],
    ['a check', 'CREATE TABLE rows (id BIGINT CHECK (id < 5), v BIGINT)', [{ id: 4711 }]],
  ])('refuses rows that break %s without showing them', async (_name, sql, rows) => {
    const place = new DuckdbPlace(await newFolder());
    await place.query(sql);
    const { error } = await place.run({ mode: 'append', rows });
    expect(error).toMatchObject({
      name: 'TargetError',
      code: 'TARGET_FAILED',
      message: `${place.file}: a row breaks a constraint of the table, such as a key or NOT NULL`,
    });
    expect(error?.cause).toBeUndefined();
    expect(await place.query('SELECT * FROM rows')).toEqual([]);
  });
});
