import { describe, expect, it } from '@jest/globals';
import { op, type Emission, type ReadSchema } from '../../src/index.js';
import type { SyncOptions } from '../../src/sync/sync-options.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const tempFolder = tempFolders();
const SCHEMA: ReadSchema = { tables: [{ name: 't', primaryKey: ['id'] }] };

/** A table that two rows made, and a run into it. */
async function runInto(rows: readonly Emission[], options: SyncOptions): Promise<[DuckdbPlace, SyncOutcome]> {
  const place = new DuckdbPlace(await tempFolder());
  const first = [
    op.upsert('t', [
      { id: 1, v: 1 },
      { id: 2, v: 2 },
    ]),
    op.checkpoint({ n: 1 }),
  ];
  const made = await place.run({ pipeline: 'p', schema: SCHEMA, rows: first, options: { mode: undefined } });
  expect(made.error).toBeUndefined();
  return [
    place,
    await place.run({ pipeline: 'p', schema: SCHEMA, rows, options: { mode: undefined, ...options } }),
  ];
}

const CHANGED = [
  op.upsert('t', [
    { id: 1, v: 10 },
    { id: 2, v: 'text' },
    { id: 3, v: 3, more: true },
  ]),
  op.checkpoint({ n: 2 }),
];

describe('--schema-contract', () => {
  it('discard leaves new values out and says how many', async () => {
    const [place, { report, error }] = await runInto(CHANGED, { contract: 'discard' });
    expect(error).toBeUndefined();
    expect(await place.query('FROM t ORDER BY id')).toEqual([
      ['1', '10'],
      ['2', null],
      ['3', '3'],
    ]);
    expect(report.warnings).toEqual([
      '1 values of column "v" of table "t" were left out, as --schema-contract discard says',
      '1 values of column "more" of table "t" were left out, as --schema-contract discard says',
    ]);
  });

  it('discard-row keeps whole rows aside, with the reason', async () => {
    const [place, { report, error }] = await runInto(CHANGED, { contract: 'discard-row' });
    expect(error).toBeUndefined();
    expect(report.status).toBe('succeeded');
    expect(await place.query('FROM t ORDER BY id')).toEqual([
      ['1', '10'],
      ['2', '2'],
    ]);
    const rejected = 'SELECT table_name, row_number, code, reason, row FROM _host_rejected_rows ORDER BY 2';
    expect(await place.query(rejected)).toEqual([
      [
        't',
        '2',
        'ROW_INVALID',
        'column "v" of table "t" is bigint, and the value is string',
        '{"id":2,"v":"text"}',
      ],
      ['t', '3', 'SCHEMA_FROZEN', 'column "more" of table "t" is new', '{"id":3,"v":3,"more":true}'],
    ]);
  });

  it.each<[string, Emission, string]>([
    ['a new column', op.upsert('t', { id: 3, more: 1 }), 'SCHEMA_FROZEN'],
    ['a new table', op.upsert('u', { id: 3 }), 'SCHEMA_FROZEN'],
    ['a new type', op.upsert('t', { id: 3, v: 0.5 }), 'ROW_INVALID'],
    ['a patch of a new column', op.update('t', { id: 1, more: 1 }), 'SCHEMA_FROZEN'],
  ])('freeze refuses %s', async (_what, emission, code) => {
    const [place, { error }] = await runInto([emission], { contract: 'freeze' });
    expect(error).toMatchObject({ code });
    expect(await place.query('FROM t ORDER BY id')).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
  });

  it('freeze takes what is known, and the columns of audits', async () => {
    const [place, { error }] = await runInto([op.upsert('t', { id: 3, v: 3 })], {
      contract: 'freeze',
      auditColumns: true,
    });
    expect(error).toBeUndefined();
    expect(await place.query('SELECT id, v, _run_id IS NULL, _loaded_at IS NULL FROM t ORDER BY id')).toEqual(
      [
        ['1', '1', 'true', 'true'],
        ['2', '2', 'true', 'true'],
        ['3', '3', 'false', 'false'],
      ],
    );
  });
});
