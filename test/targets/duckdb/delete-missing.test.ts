import { describe, expect, it } from '@jest/globals';
import { op, type Emission, type ReadSchema } from '../../../src/index.js';
import type { SyncOptions } from '../../../src/sync/sync-options.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const tempFolder = tempFolders();
const SCHEMA: ReadSchema = { tables: [{ name: 't', primaryKey: ['id'] }] };
const TENTH: SyncOptions = { mode: undefined, deleteMissing: { maxShare: 0.1 } };
const rows = (from: number, to: number): Emission =>
  op.upsert(
    't',
    Array.from({ length: to - from }, (_, i) => ({ id: from + i })),
  );

async function filled(count: number): Promise<DuckdbPlace> {
  const place = new DuckdbPlace(await tempFolder());
  const { error } = await place.run({ schema: SCHEMA, rows: [rows(0, count)], options: { mode: undefined } });
  expect(error).toBeUndefined();
  return place;
}

describe('--delete-missing', () => {
  it('removes what a complete read did not give', async () => {
    const place = await filled(200);
    const { report } = await place.run({ schema: SCHEMA, rows: [rows(20, 210)], options: TENTH });
    expect(report).toMatchObject({ status: 'succeeded', rowsDeleted: 20 });
    expect(await place.query('SELECT min(id), max(id), count(*) FROM t')).toEqual([['20', '209', '190']]);
  });

  it('removes nothing where rows were kept aside: they are not gone', async () => {
    const place = await filled(20);
    const schema: ReadSchema = {
      tables: [
        {
          name: 't',
          columns: [
            { name: 'id', type: 'bigint' },
            { name: 'n', type: 'int' },
          ],
          primaryKey: ['id'],
        },
      ],
    };
    const { report } = await place.run({
      schema,
      rows: [rows(0, 15), op.upsert('t', { id: 15, n: 'bad' })],
      options: { ...TENTH, badRows: {} },
    });
    expect(report).toMatchObject({ status: 'succeeded', rowsDeleted: 0, rejected: 1 });
    expect(report.warnings).toContain(
      'rows of the source were kept aside, so none was removed for having been missed',
    );
    expect(await place.query('SELECT count(*) FROM t')).toEqual([['20']]);
  });

  it('marks it with soft deletes', async () => {
    const place = await filled(200);
    const options = { ...TENTH, deletes: 'soft' } as const;
    const { report } = await place.run({ schema: SCHEMA, rows: [rows(5, 200)], options });
    expect(report).toMatchObject({ status: 'succeeded', rowsDeleted: 5 });
    expect(
      await place.query(
        'SELECT count(*), count(_deleted_at), max(id) FILTER (_deleted_at IS NOT NULL) FROM t',
      ),
    ).toEqual([['200', '5', '4']]);
  });

  it.each([
    ['more than the share', 200, rows(21, 200)],
    ['every row', 5, rows(100, 101)],
  ])('refuses to remove %s, and changes nothing', async (_what, count, emission) => {
    const place = await filled(count);
    const { error } = await place.run({ schema: SCHEMA, rows: [emission], options: TENTH });
    expect(error).toMatchObject({ code: 'GUARD_REFUSED', exitCode: 2 });
    expect(await place.query('SELECT min(id), max(id), count(*) FROM t')).toEqual([
      ['0', String(count - 1), String(count)],
    ]);
  });

  it('lets ten rows go whatever the share', async () => {
    const place = await filled(12);
    const { report } = await place.run({ schema: SCHEMA, rows: [rows(10, 12)], options: TENTH });
    expect(report).toMatchObject({ status: 'succeeded', rowsDeleted: 10 });
  });

  it('refuses a read that a limit cuts', async () => {
    const place = await filled(200);
    const { error } = await place.run({ schema: SCHEMA, rows: [rows(0, 200)], options: TENTH, limit: 195 });
    expect(await place.query('SELECT count(*) FROM t')).toEqual([['200']]);
    expect(error).toMatchObject({ code: 'CLI_USAGE' });
  });

  it('refuses to go on from a saved state', async () => {
    const place = await filled(20);
    const first = [op.upsert('t', { id: 0 }), op.checkpoint({ n: 1 })];
    await place.run({ schema: SCHEMA, rows: first, options: { mode: undefined } });
    const { error } = await place.run({ schema: SCHEMA, rows: [rows(0, 20)], options: TENTH });
    expect(error).toMatchObject({ code: 'CLI_USAGE' });
    expect(await place.query('SELECT count(*) FROM t')).toEqual([['20']]);
  });
});
