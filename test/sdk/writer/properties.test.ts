import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isHostError } from '../../../src/sdk/errors.js';
import { RandomSink, type SinkMood, type SinkPlan, type SinkRow } from './random-sink.js';
import { rowsInfo, testHost, type TestHost } from './test-host.js';

const MOODS: readonly SinkMood[] = ['takes', 'fails', 'takes and fails', 'limits', 'is too small'];

const plans = (moods: readonly SinkMood[] = MOODS): fc.Arbitrary<Omit<SinkPlan, 'reportsRows'>> =>
  fc.record({
    moods: fc.array(fc.constantFrom(...moods, 'takes' as const, 'takes' as const), {
      minLength: 1,
      maxLength: 12,
    }),
    delays: fc.array(fc.nat(6), { minLength: 1, maxLength: 12 }),
  });

const rowsOf = (kinds: readonly SinkRow['kind'][]): fc.Arbitrary<readonly SinkRow[]> =>
  fc
    .array(fc.record({ k: fc.nat(6), kind: fc.constantFrom(...kinds) }), { maxLength: 60 })
    .map((rows) => rows.map((row, index) => ({ n: index + 1, ...row })));

/** Gives the rows in calls of these sizes. @returns what the writer ended with, undefined: it closed */
async function write(
  sink: RandomSink,
  host: TestHost,
  rows: readonly SinkRow[],
  sizes: readonly number[],
  afterEach: (given: number) => void = () => undefined,
): Promise<unknown> {
  try {
    await sink.attach(host);
    for (let start = 0, call = 0; start < rows.length; call += 1) {
      const size = Math.max(1, sizes[call % sizes.length] ?? 1);
      const part = rows.slice(start, start + size);
      await sink.writeRows(part, rowsInfo(start + 1, part.length));
      start += part.length;
      afterEach(start);
      if (size % 7 === 0) await sink.flush();
    }
    await sink.close();
    return undefined;
  } catch (error) {
    await sink.abort();
    return error;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 6 });

describe('whatever an endpoint does', () => {
  it('each row is accepted or rejected, once', async () => {
    await fc.assert(
      fc.asyncProperty(
        plans(),
        rowsOf(['good', 'good', 'good', 'bad', 'poison', 'late']),
        sizes,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (plan, rows, cuts, maxInFlight, batch, reportsRows) => {
          const host = testHost();
          const sink = new RandomSink({ ...plan, reportsRows }, false, { rows: batch, maxInFlight });
          const error = await write(sink, host, rows, cuts);
          const taken = sink.taken.map(({ n }) => n);
          const rejected = host.rejected.map(({ number }) => number);
          const settled = [...taken, ...rejected].sort((a, b) => a - b);
          expect(new Set(settled).size).toBe(settled.length);
          if (error === undefined) expect(settled).toEqual(rows.map(({ n }) => n));
          // A row that nobody takes, with nothing behind it, is not told from an endpoint that is down.
          else expect(isHostError(error) && error.code).toBe('SOURCE_UNAVAILABLE');
          if (error !== undefined) expect(rows.some(({ kind }) => kind === 'poison')).toBe(true);
          for (const { row, number } of host.rejected) {
            expect((row as SinkRow).n).toBe(number);
            expect(['bad', 'poison']).toContain((row as SinkRow).kind);
          }
          expect(sink.mostUnderWay).toBeLessThanOrEqual(maxInFlight + 1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('rows of one key keep their order, with 8 in flight', async () => {
    await fc.assert(
      fc.asyncProperty(
        plans(),
        rowsOf(['good', 'good', 'good', 'bad', 'poison']),
        sizes,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (plan, rows, cuts, batch, isColumn) => {
          const host = testHost();
          const orderKey = isColumn ? 'k' : (row: object) => (row as SinkRow).k;
          const sink = new RandomSink({ ...plan, reportsRows: false }, true, {
            rows: batch,
            maxInFlight: 8,
            orderKey,
          });
          await write(sink, host, rows, cuts);
          expect(sink.problems).toEqual([]);
          for (let key = 0; key <= 6; key += 1) {
            const versions = sink.taken.filter(({ k }) => k === key).map(({ n }) => n);
            expect(versions).toEqual(versions.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('the last version of a primary key stays, also where rows are put off', async () => {
    await fc.assert(
      fc.asyncProperty(
        plans(),
        rowsOf(['good', 'good', 'late', 'bad']),
        sizes,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 8 }),
        async (plan, rows, cuts, batch, maxInFlight) => {
          const host = testHost({ primaryKey: ['k'] });
          const sink = new RandomSink({ ...plan, reportsRows: true }, true, { rows: batch, maxInFlight });
          expect(await write(sink, host, rows, cuts)).toBeUndefined();
          const last = (list: readonly SinkRow[]): Map<number, number> =>
            new Map(list.map(({ k, n }) => [k, n]));
          expect(sink.problems).toEqual([]);
          const right = last(rows.filter(({ kind }) => kind !== 'bad'));
          expect(new Map([...last(sink.taken)].sort())).toEqual(new Map([...right].sort()));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('it holds few rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        plans(['takes', 'fails', 'limits']),
        rowsOf(['good']),
        sizes,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        async (plan, rows, cuts, maxInFlight, batch) => {
          const host = testHost();
          const sink = new RandomSink({ ...plan, reportsRows: false }, false, { rows: batch, maxInFlight });
          const error = await write(sink, host, rows, cuts, (given) => {
            // As many batches as may be under way, fewer that wait, and the one that is being filled.
            expect(given - sink.taken.length).toBeLessThan(2 * maxInFlight * batch + batch);
          });
          expect(error).toBeUndefined();
        },
      ),
      { numRuns: 100 },
    );
  });
});
