import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Emission } from '../../src/sdk/connector.js';
import { op } from '../../src/sdk/operations.js';
import type { ReadSchema } from '../../src/sdk/schema.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { Source } from '../fixtures/source.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const newFolder = tempFolders();
const KEYED: ReadSchema = { tables: [{ name: 'rows', primaryKey: ['n'] }] };
const LOOSE: ReadSchema = { tables: [{ name: 'rows' }] };
const DATASET: ReadSchema = { columns: [{ name: 'n', type: 'int' }], incremental: true };

/** Rows 1 to `count`, with a checkpoint before the first row and after each `every` of them. */
function counting(schema: ReadSchema, count: number, every: number): Source {
  const emit = (n: number): Emission => (schema === DATASET ? { n } : op.upsert('rows', { n }));
  return new Source(schema, function* ({ state }) {
    const from = Number(state['n'] ?? 0);
    yield op.checkpoint({ n: from });
    for (let n = from + 1; n <= count; n += 1) {
      yield emit(n);
      if (n % every === 0) yield op.checkpoint({ n });
    }
    yield op.checkpoint({ n: count });
  });
}

const stored = (place: DuckdbPlace): Promise<unknown[][]> => place.query('SELECT n FROM rows ORDER BY n');
const state = async (place: DuckdbPlace): Promise<unknown> =>
  (await place.query('SELECT state FROM _host_state'))[0]?.[0];
const numbers = (count: number): string[][] => Array.from({ length: count }, (_, n) => [String(n + 1)]);
const limited = (place: DuckdbPlace, connector: Source, limit?: number): Promise<SyncOutcome> =>
  place.run({ connector, ...(limit === undefined ? {} : { limit }), options: { mode: undefined } });

describe('a limit outside overwrite', () => {
  it('commits rows with a key after the last checkpoint, with its state', async () => {
    const place = new DuckdbPlace(await newFolder());
    const { error, report } = await limited(place, counting(KEYED, 10, 3), 5);
    expect([error, report.rowsRead, report.rowsWritten, report.warnings]).toEqual([undefined, 5, 5, []]);
    expect([await stored(place), await state(place)]).toEqual([numbers(5), '{"n":3}']);
  });

  it.each([
    ['operations', LOOSE],
    ['a dataset', DATASET],
  ])('leaves rows without a key after the last checkpoint out, and says so: %s', async (_name, schema) => {
    const place = new DuckdbPlace(await newFolder());
    const { error, report } = await limited(place, counting(schema, 10, 3), 5);
    expect([error, report.rowsRead, report.rowsWritten]).toEqual([undefined, 5, 3]);
    expect(report.tables.map(({ rows }) => rows)).toEqual([3]);
    expect(report.warnings).toEqual([
      '2 rows without a key came after the last checkpoint and were left out; the next run reads them',
    ]);
    expect([await stored(place), await state(place)]).toEqual([numbers(3), '{"n":3}']);
  });

  it('leaves all rows without a key out where nothing was offered yet', async () => {
    const place = new DuckdbPlace(await newFolder());
    const unordered = (): Source =>
      new Source(DATASET, function* ({ state }) {
        if (state['n'] === undefined) yield [{ n: 1 }, { n: 2 }, { n: 3 }];
        yield op.checkpoint({ n: 3 });
      });
    const { report } = await limited(place, unordered(), 2);
    expect([report.rowsWritten, report.warnings]).toEqual([
      0,
      ['2 rows without a key came after the last checkpoint and were left out; the next run reads them'],
    ]);
    await limited(place, unordered());
    expect(await stored(place)).toEqual(numbers(3));
  });

  it('leaves none out where the last row has its checkpoint', async () => {
    const place = new DuckdbPlace(await newFolder());
    const { report } = await limited(place, counting(LOOSE, 10, 3), 6);
    // The limit is reached before the checkpoint after its row is read.
    expect(report.rowsRead).toBe(6);
    expect(await stored(place)).toEqual(numbers((await state(place)) === '{"n":6}' ? 6 : 3));
  });

  it('holds rows back beyond one batch', async () => {
    const place = new DuckdbPlace(await newFolder());
    const { report } = await limited(place, counting(LOOSE, 20_000, 9000), 17_000);
    expect([report.rowsRead, report.rowsWritten]).toEqual([17_000, 9000]);
    expect(await place.query('SELECT count(*), max(n) FROM rows')).toEqual([['9000', '9000']]);
  });

  it.each([
    ['with a key', KEYED],
    ['without a key', LOOSE],
    ['of a dataset', DATASET],
  ])('and runs after it give each row %s once, for any limits and checkpoints', async (_name, schema) => {
    const folder = await newFolder();
    let databases = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
        async (count, every, limits) => {
          const place = new DuckdbPlace(folder, `${(databases += 1)}.duckdb`);
          for (const limit of limits) {
            expect((await limited(place, counting(schema, count, every), limit)).error).toBeUndefined();
          }
          expect((await limited(place, counting(schema, count, every))).error).toBeUndefined();
          expect(await stored(place)).toEqual(numbers(count));
        },
      ),
      { numRuns: 4 },
    );
  });
});

describe('a limit with overwrite', () => {
  it('keeps every row that it allows, since the next run reads from nothing', async () => {
    const place = new DuckdbPlace(await newFolder());
    const { report } = await place.run({
      connector: counting(DATASET, 10, 3),
      mode: 'overwrite',
      limit: 5,
    });
    expect([report.rowsWritten, report.warnings]).toEqual([5, []]);
    expect(await stored(place)).toEqual(numbers(5));
  });
});
