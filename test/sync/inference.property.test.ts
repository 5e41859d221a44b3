import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { SchemaTracker } from '../../src/sync/schema-tracker.js';
import type { TableColumn, WriteMode } from '../../src/targets/target.js';
import { DuckdbTarget } from '../../src/targets/duckdb/duckdb-target.js';
import { runRows } from '../../src/testing/run-rows.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { readDuckdb } from '../helpers/read-duckdb.js';

/** Everything a column can be inferred from, with the borders of each type more often than chance would have them. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    0,
    -0,
    1,
    0.5,
    1e-7,
    1e21,
    2 ** 53,
    2 ** 62,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_VALUE,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 62n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 64n,
    7n,
    'text',
    '',
    '7',
    true,
    false,
  ),
  fc.integer(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  fc.string({ unit: 'grapheme' }),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 5 }),
  // A key of this name is not kept by the JSON parser that reads a stored value back.
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
  fc.constantFrom({ b: 1, a: [2] }, { a: [2], b: 1 }, [], {}, { big: 2n ** 60n }),
);

/** Values of few kinds, so that types which are not text come about as well. */
const numbers = fc.oneof(fc.integer(), fc.double(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const exactNumbers = fc.oneof(fc.integer(), fc.double({ noNaN: true }));
const valuesOfSomeKind: fc.Arbitrary<unknown[]> = fc.oneof(
  fc.array(anyValue, { minLength: 1, maxLength: 8 }),
  fc.array(fc.oneof(numbers, fc.constantFrom(null, 'x')), { minLength: 1, maxLength: 8 }),
  fc.array(exactNumbers, { minLength: 1, maxLength: 8 }),
);

const inTwoOrders = valuesOfSomeKind.chain((values) =>
  fc.record({
    values: fc.constant(values),
    shuffled: fc.shuffledSubarray(
      values.map((_, n) => n),
      { minLength: values.length },
    ),
    cut: fc.nat(values.length),
    otherCut: fc.nat(values.length),
  }),
);

async function typeOf(batches: readonly (readonly unknown[])[]): Promise<TableColumn['type']> {
  const tracker = new SchemaTracker('rows', [], null);
  for (const batch of batches) {
    tracker.observe({ rows: batch.map((v) => ({ n: 1, v })), firstRow: 1 });
    await tracker.takeChange(async () => true);
  }
  return tracker.columns[1]?.type ?? null;
}

describe('the type of an inferred column', () => {
  it('is the same for every order of the values and every cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(inTwoOrders, async ({ values, shuffled, cut, otherCut }) => {
        const other = shuffled.map((n) => values[n]);
        const first = await typeOf([values.slice(0, cut), values.slice(cut)]);
        const second = await typeOf([other.slice(0, otherCut), other.slice(otherCut)]);
        expect(second).toBe(first);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an inferred column in DuckDB', () => {
  const folder = tempFolders();

  it('has the same type and text for every order of the values, also when a part is appended later', async () => {
    const place = await folder();
    let databases = 0;
    const load = async (
      file: string,
      values: readonly unknown[],
      mode: WriteMode,
      order: readonly number[],
    ): Promise<void> => {
      const target = await DuckdbTarget.open(file);
      const rows = values.map((v, index) => ({ n: order[index], v }));
      const { error } = await runRows({ target, rows, mode });
      await target.close();
      if (error) throw error;
    };
    const stored = async (
      values: readonly unknown[],
      order: readonly number[],
      cut: number,
    ): Promise<unknown> => {
      const file = join(place, `${(databases += 1)}.duckdb`);
      const ordered = order.map((n) => values[n]);
      await load(file, ordered.slice(0, cut), 'overwrite', order);
      await load(file, ordered.slice(cut), 'append', order.slice(cut));
      const rows = (await readDuckdb(file, 'rows')) ?? [];
      return rows.map(({ n, v }) => [Number(n), v ?? null]).sort(([a], [b]) => (a as number) - (b as number));
    };
    await fc.assert(
      fc.asyncProperty(inTwoOrders, async ({ values, shuffled, cut, otherCut }) => {
        const inOrder = values.map((_, n) => n);
        const first = await stored(values, inOrder, cut);
        expect(await stored(values, shuffled, otherCut)).toEqual(first);
        expect(await stored(values, inOrder, values.length)).toEqual(first);
      }),
      { numRuns: 4 },
    );
    // 48 loads, each of which opens a database, on a machine that may be busy.
  }, 120_000);
});
