import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { op, type Operation } from '../../src/sdk/operations.js';
import type { Row } from '../../src/sdk/schema.js';
import { RowBatchBuilder, type FoldingRule } from '../../src/sync/row-batch-builder.js';
import { DELETE, rowNumber, UPSERT, type DeleteMode, type RowBatch } from '../../src/targets/target.js';
import { TableModel } from '../../src/testing/table-model.js';

type Change = Exclude<Operation, { kind: 'checkpoint' }>;

const value = fc.constantFrom<unknown>(1, 2, 'x', null, undefined);
const columns = fc.record({ v: value, w: value }, { requiredKeys: [] });

const keys = fc.oneof(
  fc.constant([fc.constantFrom<unknown>(1, 2), fc.constantFrom<unknown>('a', 'b')] as const),
  // What is one key only in a column of text.
  fc.constant([fc.constantFrom<unknown>(1, '1', 2), fc.constantFrom<unknown>(true, 'true', 1n, 1)] as const),
);

const cases = keys.chain(([k, j]) => {
  const key = fc.record({ k, j });
  const row = fc.tuple(key, columns).map(([ofRow, others]) => ({ ...ofRow, ...others }));
  const step = fc.oneof(
    { weight: 4, arbitrary: row.map((one) => op.upsert('t', one)) },
    { weight: 4, arbitrary: row.map((one) => op.update('t', one)) },
    { weight: 3, arbitrary: key.map((one) => op.delete('t', one)) },
    { weight: 1, arbitrary: columns.map((where) => op.deleteWhere('t', where)) },
    { weight: 1, arbitrary: fc.constant('take' as const) },
  );
  return fc.record({
    steps: fc.array(step, { maxLength: 30 }),
    deletes: fc.constantFrom<DeleteMode>('hard', 'soft'),
    key: fc.constantFrom<readonly string[]>(['k'], ['k', 'j']),
  });
});

const rule = (more: Partial<FoldingRule> = {}): FoldingRule => ({
  table: 't',
  key: ['k'],
  keyTypes: more.key?.map(() => null) ?? [null],
  deletes: 'hard',
  ...more,
});

describe('a batch', () => {
  it('does what the operations do one by one, with no more rows than they have', () => {
    fc.assert(
      fc.property(cases, ({ steps, deletes, key }) => {
        const expected = new TableModel({ key, deletes });
        const folded = new TableModel({ key, deletes });
        const builder = new RowBatchBuilder(rule({ key, deletes }));
        let count = 0;
        for (const step of [...steps, 'take' as const]) {
          if (step === 'take') {
            const batch = builder.take();
            expect(batch.rows.length + (batch.removals?.length ?? 0)).toBeLessThanOrEqual(count);
            for (const change of changesOf(batch)) folded.apply(change);
            count = 0;
          } else {
            expected.apply(step);
            give(builder, step, (count += 1));
          }
        }
        expect(folded.texts()).toEqual(expected.texts());
      }),
      { numRuns: 1000 },
    );
  });

  it('has one row for a million operations on one key', () => {
    const builder = new RowBatchBuilder(rule());
    for (let n = 1; n <= 1_000_000; n += 1) {
      if (n % 3 === 0) builder.delete({ k: 'a' }, n);
      else if (n % 3 === 1) builder.upsert({ k: 'a', n }, n);
      else builder.update({ k: 'a', more: n }, n);
    }
    expect(builder.length).toBe(1);
    const batch = builder.take();
    expect(batch.rows).toEqual([{ k: 'a', n: 1_000_000 }]);
    expect(batch.kinds).toEqual([UPSERT]);
    expect(rowNumber(batch, 0)).toBe(1_000_000);
    expect(builder.length).toBe(0);
  });

  it.each([
    ['decimal(9,2)', '1.5', '1.50'],
    ['bigint', '007', 7n],
    ['timestamptz', '2026-01-01T00:00:00Z', '2026-01-01T02:00:00+02:00'],
    ['float', 0.1, Math.fround(0.1)],
    ['binary', 'AP8K', Uint8Array.of(0, 255, 10)],
    ['string', 1, '1'],
  ] as const)('knows what is one key in a column declared as %s', (type, first, second) => {
    const builder = new RowBatchBuilder(rule({ keyTypes: [type] }));
    builder.upsert({ k: first, v: 1 }, 1);
    builder.update({ k: second, w: 2 }, 2);
    expect(builder.take().rows).toEqual([{ k: second, v: 1, w: 2 }]);
  });

  it.each([[null], [undefined], ['missing']])('refuses a key that is %s', (given) => {
    const builder = new RowBatchBuilder(rule({ key: ['k', 'j'] }));
    const row: Row = given === 'missing' ? { k: 1 } : { k: 1, j: given };
    for (const write of ['upsert', 'update', 'delete'] as const) {
      expect(() => builder[write](row, 7)).toThrow(
        expect.objectContaining({ code: 'KEY_MISSING', details: { table: 't', column: 'j', row: 7 } }),
      );
    }
    expect(builder.length).toBe(0);
  });

  it('keeps every row of a table without a key', () => {
    const builder = new RowBatchBuilder(rule({ key: [], keyTypes: [] }));
    builder.upsert({ v: 1 }, 1);
    builder.remove({ v: 1 });
    builder.upsert({ v: 1 }, 2);
    expect(builder.take()).toMatchObject({
      rows: [{ v: 1 }, { v: 1 }],
      numbers: [1, 2],
      removals: [{ at: 1, where: { v: 1 } }],
    });
  });
});

function give(builder: RowBatchBuilder, change: Change, number: number): void {
  if (change.kind === 'upsert') for (const row of change.rows) builder.upsert(row, number);
  else if (change.kind === 'update') for (const row of change.rows) builder.update(row, number);
  else if (change.kind === 'delete') for (const key of change.keys) builder.delete(key, number);
  else builder.remove(change.kind === 'deleteWhere' ? change.columns : {});
}

/** What a batch says, one by one and in its order. */
function changesOf({ rows, kinds, columnSets, removals = [] }: RowBatch): Change[] {
  const changes: Change[] = [];
  let next = 0;
  for (let i = 0; i <= rows.length; i += 1) {
    for (; removals[next]?.at === i; next += 1)
      changes.push(op.deleteWhere('t', removals[next]?.where ?? {}));
    const row = rows[i];
    if (!row) break;
    const kind = kinds?.[i] ?? UPSERT;
    if (kind === UPSERT) changes.push(op.upsert('t', row));
    else if (kind === DELETE) changes.push(op.delete('t', row));
    else {
      const named = ['k', 'j', ...(columnSets?.[kind - 1] ?? [])].filter((name) => name in row);
      changes.push(op.update('t', Object.fromEntries(named.map((name) => [name, row[name]]))));
    }
  }
  return changes;
}
