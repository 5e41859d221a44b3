import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { op, RowError, TransientError, type Emission, type ReadSchema } from '../../src/index.js';
import { BadRows } from '../../src/sync/bad-rows.js';
import { DuckdbTarget } from '../../src/targets/duckdb/duckdb-target.js';
import { MemoryTarget } from '../../src/targets/memory/memory-target.js';
import { rowNumber, type KeptRow, type RejectedRow, type Target } from '../../src/targets/target.js';
import { NullTarget } from '../../src/targets/null/null-target.js';
import { runRows } from '../../src/testing/run-rows.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const tempFolder = tempFolders();
const DATASET = { columns: [{ name: 'n', type: 'bigint' }] } as const satisfies ReadSchema;
const SYNC = {
  tables: [
    {
      name: 't',
      primaryKey: ['id'],
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'day', type: 'date' },
      ],
    },
  ],
} as const satisfies ReadSchema;

async function newPlace(): Promise<DuckdbPlace> {
  return new DuckdbPlace(await tempFolder());
}

async function keptRows(place: DuckdbPlace, pipeline: string): Promise<KeptRow[]> {
  const target = await DuckdbTarget.open(place.file);
  try {
    const kept: KeptRow[] = [];
    for await (const rows of (await target.rejected()).rows(pipeline)) kept.push(...rows);
    return kept;
  } finally {
    await target.close();
  }
}

describe('rows that are refused with the last commit', () => {
  const refused = { table: 't', number: 7, reason: 'answered 400: "mail x@y"', attempts: 1, status: 400 };

  it('count as a share of what was read, however few that is', () => {
    const progress = { rowsRead: 5, rowsRejected: 0 };
    const badRows = new BadRows({ maxShare: 0.2 }, progress);
    badRows.add([refused]);
    badRows.end();
    expect(() => badRows.add([refused])).toThrow(
      '2 of 5 rows are bad, and at most 20 % of the rows may be; the last one: row 7 of table "t" was refused: 400',
    );
  });

  it('are judged by the number alone while more may come', () => {
    const badRows = new BadRows({ maxShare: 0.2 }, { rowsRead: 5, rowsRejected: 0 });
    expect(() => badRows.add([refused, refused])).not.toThrow();
    expect(() => badRows.end()).toThrow('2 of 5 rows are bad');
  });
});

describe('bad rows', () => {
  it('end the run where nothing is said of them', async () => {
    const place = await newPlace();
    const { error } = await place.run({ schema: DATASET, rows: [{ n: 1 }, { n: 'x' }] });
    expect(error?.code).toBe('ROW_INVALID');
  });

  it('are kept aside with table, number, reason and row, and the others are written', async () => {
    const place = await newPlace();
    const rows = [{ n: 1 }, { n: 'x' }, { n: 3 }, { n: 1.5 }];
    const { error, report } = await place.run({ schema: DATASET, rows, options: { badRows: {} } });
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ rowsRead: 4, rowsWritten: 2, rejected: 2 });
    expect(report.warnings).toEqual(['2 rows were kept aside; see `host rejected list test.rows`']);
    expect(await place.query('FROM rows')).toEqual([['1'], ['3']]);
    const kept = await keptRows(place, 'test.rows');
    expect(kept.map(({ number, row }) => [number, row])).toEqual([
      [2, { n: 'x' }],
      [4, { n: 1.5 }],
    ]);
    expect(kept[0]).toMatchObject({
      table: 'rows',
      code: 'ROW_INVALID',
      reason: 'column "n" of table "rows" does not take this text as bigint',
      operation: 'insert',
      attempts: 1,
      run: report.run,
      pipeline: 'test.rows',
      id: expect.stringMatching(/^[\da-f]{16}$/),
      rejectedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it('are rows without their key, patches that do not convert, and keys that are none', async () => {
    const place = await newPlace();
    const rows = [
      op.upsert('t', [{ id: 1, day: '2026-01-01' }, { day: '2026-01-02' }, { id: 3, day: 'never' }]),
      op.update('t', { id: 1, day: 'soon' }),
      op.delete('t', { id: 'x' }),
      op.checkpoint({ n: 1 }),
    ];
    const options = { mode: undefined, badRows: {} };
    const { error, report } = await place.run({ pipeline: 'p', schema: SYNC, rows, options });
    expect(error).toBeUndefined();
    expect(report.rejected).toBe(4);
    expect(await place.query('FROM t')).toEqual([['1', '2026-01-01']]);
    const kept = await keptRows(place, 'p');
    expect(kept.map(({ operation, code, row }) => [operation, code, row])).toEqual([
      ['upsert', 'KEY_MISSING', { day: '2026-01-02' }],
      ['upsert', 'ROW_INVALID', { id: 3, day: 'never' }],
      ['update', 'ROW_INVALID', { id: 1, day: 'soon' }],
      ['delete', 'ROW_INVALID', { id: 'x' }],
    ]);
  });

  it('do not hide an earlier row of their key, however batches are cut', async () => {
    const place = await newPlace();
    const rows = [op.upsert('t', [{ id: 1, day: '2026-01-01' }]), op.upsert('t', [{ id: 1, day: 'x' }])];
    const { error } = await place.run({ schema: SYNC, rows, options: { mode: undefined, badRows: {} } });
    expect(error).toBeUndefined();
    expect(await place.query('FROM t')).toEqual([['1', '2026-01-01']]);
  });

  it('beyond a number of them end the run, and nothing of it is there', async () => {
    const place = await newPlace();
    const rows = [{ n: 1 }, { n: 'a' }, { n: 'b' }, { n: 'c' }];
    const { error } = await place.run({ schema: DATASET, rows, options: { badRows: { maxRows: 2 } } });
    expect(error).toMatchObject({ code: 'TOO_MANY_BAD_ROWS', exitCode: 5 });
    expect(error?.message).toContain('3 of 4 rows are bad, and at most 2 may be');
    expect(await place.query("SELECT table_name FROM duckdb_tables() WHERE table_name = 'rows'")).toEqual([]);
    expect(await keptRows(place, 'test.rows')).toEqual([]);
  });

  it('beyond a share are judged at the end of few rows', async () => {
    const rows = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 'a' }];
    const run = async (maxShare: number): Promise<string | undefined> => {
      const place = await newPlace();
      return (await place.run({ schema: DATASET, rows, options: { badRows: { maxShare } } })).error?.code;
    };
    expect(await run(0.25)).toBeUndefined();
    expect(await run(0.24)).toBe('TOO_MANY_BAD_ROWS');
  });

  it('beyond a share end the read from 1,000 rows on', async () => {
    const place = await newPlace();
    let pages = 0;
    const { error, report } = await place.run({
      schema: DATASET,
      options: { badRows: { maxShare: 0.1 } },
      rows: function* () {
        for (; pages < 100; pages += 1) yield Array.from({ length: 500 }, (_, n) => ({ n: n % 2 ? 'x' : n }));
      },
    });
    expect(error?.code).toBe('TOO_MANY_BAD_ROWS');
    expect(report.rowsRead).toBe(1000);
  });

  it('are not counted twice when the source is read again', async () => {
    const place = await newPlace();
    let reads = 0;
    const { error, report } = await place.run({
      schema: DATASET,
      options: { badRows: { maxRows: 1 }, retries: 1 },
      rows: function* () {
        reads += 1;
        yield [{ n: 'x' }, { n: 1 }];
        if (reads === 1) throw new TransientError('gone for a moment', { retryAfter: 0 });
      },
    });
    expect([error, reads, report.rejected]).toEqual([undefined, 2, 1]);
    expect(await keptRows(place, 'test.rows')).toHaveLength(1);
  });

  it('with a value of a new type are kept where the contract freezes types', async () => {
    const place = await newPlace();
    await place.run({ rows: [{ v: 1 }], mode: 'append' });
    const options = { badRows: {}, contract: 'freeze' } as const;
    const { error } = await place.run({ rows: [{ v: 'text' }, { v: 2 }], mode: 'append', options });
    expect(error).toBeUndefined();
    expect(await place.query('FROM rows ORDER BY v')).toEqual([['1'], ['2']]);
    expect((await keptRows(place, 'test.rows')).map(({ row }) => row)).toEqual([{ v: 'text' }]);
  });

  it('need a target that has a place for them', async () => {
    const target = new NullTarget();
    const { error } = await runRows({ target, schema: DATASET, rows: [{ n: 1 }], options: { badRows: {} } });
    expect(error?.code).toBe('TARGET_MODE_UNSUPPORTED');
  });

  it('that only the target knows to be bad are left out of their batch, with few tries', async () => {
    const memory = new MemoryTarget();
    const kept: RejectedRow[] = [];
    let tries = 0;
    const target: Target = {
      label: 'picky',
      capabilities: { ...memory.capabilities, batchRows: 2000 },
      close: () => memory.close(),
      begin: async (run) => {
        const session = await memory.begin(run);
        return {
          bytes: 0,
          commit: (commit) => session.commit(commit),
          rollback: () => session.rollback(),
          reject: (rows) => kept.push(...rows),
          openTable: async (request) => {
            const table = await session.openTable(request);
            return {
              existing: table.existing,
              alter: (change) => table.alter(change),
              write: async (batch) => {
                tries += 1;
                const bad = batch.rows.findIndex(({ n }) => (n as number) % 100 === 7);
                if (bad >= 0)
                  throw new RowError(`row ${rowNumber(batch, bad)}: n is unlucky`, {
                    details: { row: rowNumber(batch, bad) },
                  });
                await table.write(batch);
              },
            };
          },
        };
      },
    };
    const rows = [Array.from({ length: 2000 }, (_, n) => ({ n }))];
    const { error } = await runRows({ target, rows, options: { badRows: {} } });
    expect(error).toBeUndefined();
    const bad = rows[0]?.filter(({ n }) => n % 100 === 7);
    expect(kept.map(({ row }) => row)).toEqual(bad);
    expect(kept.map(({ number }) => number)).toEqual(bad?.map(({ n }) => n + 1));
    expect(kept[0]?.reason).toBe('n is unlucky');
    expect(memory.tables.get('rows')?.rows).toEqual(rows[0]?.filter(({ n }) => n % 100 !== 7));
    expect(tries).toBeLessThan(60);
  });

  it('of a key that come again are the same rows; of rows without a key nobody can say', async () => {
    const place = await newPlace();
    const rows = [op.upsert('t', [{ id: 1, day: 'x' }]), op.checkpoint({})];
    const merge = { pipeline: 'p', schema: SYNC, rows, options: { mode: undefined, badRows: {} } };
    await place.run(merge);
    await place.run(merge);
    const [kept, ...more] = await keptRows(place, 'p');
    expect([kept?.attempts, more]).toEqual([2, []]);
    const append = { schema: DATASET, rows: [{ n: 'x' }], mode: 'append', options: { badRows: {} } } as const;
    await place.run(append);
    await place.run(append);
    expect((await keptRows(place, 'test.rows')).map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it('of a table that is replaced are forgotten with it, and no others', async () => {
    const place = await newPlace();
    const options = { badRows: {} };
    await place.run({ schema: DATASET, rows: [{ n: 'old' }], options });
    await place.run({ pipeline: 'other', table: 'more', schema: DATASET, rows: [{ n: 'other' }], options });
    await place.run({ schema: DATASET, rows: [{ n: 'new' }], options });
    expect((await keptRows(place, 'test.rows')).map(({ row }) => row)).toEqual([{ n: 'new' }]);
    expect(await keptRows(place, 'other')).toHaveLength(1);
  });

  it('of many are kept in little time, in their order', async () => {
    const place = await newPlace();
    const page = Array.from({ length: 5000 }, (_, n) => ({ n: `bad ${n}` }));
    const { error } = await place.run({ schema: DATASET, rows: [page], options: { badRows: {} } });
    expect(error).toBeUndefined();
    expect((await keptRows(place, 'test.rows')).map(({ row }) => row)).toEqual(page);
  });

  it('and good ones are told apart as the types say, whatever the batches', async () => {
    const values = fc.array(fc.oneof(fc.integer(), fc.constantFrom('x', '1e3', '', null, true)), {
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 7 }), async (all, size) => {
        const place = await newPlace();
        const pages: Emission[] = [];
        for (let i = 0; i < all.length; i += size) pages.push(all.slice(i, i + size).map((n) => ({ n })));
        const { error } = await place.run({ schema: DATASET, rows: pages, options: { badRows: {} } });
        expect(error).toBeUndefined();
        const isGood = (value: unknown): boolean => value === null || typeof value === 'number';
        const good = all.filter(isGood).map((n) => [n === null ? null : String(n)]);
        expect(await place.query('FROM rows')).toEqual(good);
        const kept = await keptRows(place, 'test.rows');
        expect(kept.map(({ row }) => row.n)).toEqual(all.filter((value) => !isGood(value)));
      }),
      { numRuns: 4 },
    );
  });
});
