import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { runRows } from '../../../src/testing/run-rows.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { inferred, tableRequest, targetRun } from '../files/fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

const newFolder = tempFolders();

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
    expect(await place.query(`SELECT value FROM _host_meta WHERE name = 'version'`)).toEqual([['1']]);
  });

  it.each(['overwrite', 'append'] as const)(
    'get TARGET_BUSY where they %s the same table and another one was first',
    async (mode) => {
      const place = new DuckdbPlace(await newFolder());
      await place.run({ table: 'orders', rows: [{ id: '1' }] });
      const target = await DuckdbTarget.open(place.file);
      const request = tableRequest([inferred('id')], mode);
      const first = await target.begin(targetRun());
      const table = await first.openTable(request);
      await table.write({ rows: [{ id: '2' }], firstRow: 1 });
      const second = await target.begin(targetRun());
      const late = async (): Promise<void> => {
        const other = await second.openTable(request);
        await other.write({ rows: [{ id: '3' }], firstRow: 1 });
        await first.commit(FINAL_COMMIT);
        await second.commit(FINAL_COMMIT);
      };
      const error: unknown = await late().catch((failure: unknown) => failure);
      await second.rollback();
      // With overwrite the second was refused before the first had ended.
      if (mode === 'overwrite') await first.commit(FINAL_COMMIT);
      expect(target.explain(error)).toMatchObject({
        name: 'TransientError',
        code: 'TARGET_BUSY',
        exitCode: 75,
        message: `${place.file} was changed by another run at the same time`,
      });
      await target.close();
      const ids = mode === 'overwrite' ? [['2']] : [['1'], ['2']];
      expect(await place.query('SELECT id FROM orders ORDER BY id')).toEqual(ids);
    },
  );

  it('leave no file where all of them fail', async () => {
    const place = new DuckdbPlace(await newFolder());
    const target = await DuckdbTarget.open(place.file);
    const rows = function* (): Generator<object[]> {
      yield [{ n: 1 }];
      throw new Error('the source broke');
    } as never;
    await Promise.all(['a', 'b'].map((table) => runRows({ target, table, rows })));
    await target.close();
    expect(await readdir(place.folder)).toEqual([]);
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
