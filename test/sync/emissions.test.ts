import { describe, expect, it } from '@jest/globals';
import { op } from '../../src/sdk/operations.js';
import { runRows } from '../../src/testing/run-rows.js';
import { WatchedTarget } from '../fixtures/watched-target.js';

/** Runs what a generator yields; both kinds of generator must treat it alike. */
async function yieldAll(
  emissions: readonly unknown[],
): Promise<{ code: unknown; message: unknown; details: unknown }> {
  const outcomes = [];
  const sources = [
    function* (): Generator<never> {
      yield* emissions as never[];
    },
    async function* (): AsyncGenerator<never> {
      yield* emissions as never[];
    },
  ];
  for (const rows of sources) {
    const target = new WatchedTarget();
    const { error } = await runRows({ target, rows });
    expect(target.count('commit')).toBe(error ? 0 : 1);
    outcomes.push({ code: error?.code, message: error?.message, details: error?.details });
  }
  expect(outcomes[0]).toEqual(outcomes[1]);
  return outcomes[0] as never;
}

describe('what generateRows may not yield', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'null as row 3'],
    ['undefined', undefined, 'undefined as row 3'],
    ['a number', 7, 'a number as row 3'],
    ['text', 'row', 'a string as row 3'],
    ['a function', () => 1, 'a function as row 3'],
    ['a list of numbers', [1, 2], 'a page with a number as row 3'],
    ['a page with null', [{ a: 1 }, null], 'a page with null as row 4'],
    ['a page of lists', [{ a: 1 }, { a: 2 }, [1]], 'a page with a list as row 5'],
    ['a sparse page', Object.assign([{ a: 1 }], { length: 2 }), 'a page with undefined as row 4'],
    ['a Map', new Map([['a', 1]]), 'a Map as row 3'],
    ['a Date', new Date(), 'a Date as row 3'],
    ['a page of Sets', [{ a: 1 }, new Set()], 'a page with a Set as row 4'],
  ])('%s', async (_name, emission, found) => {
    const { code, message, details } = await yieldAll([{ a: 1 }, [{ a: 2 }], emission]);
    expect(code).toBe('EMISSION_INVALID');
    expect(message).toBe(`generateRows yielded ${found}; a row must be an object`);
    expect(details).toEqual({ row: Number(/\d+/.exec(found)?.[0]) });
  });

  it('a promise, which a generator that is not async yields where an await is missing', async () => {
    const { error } = await runRows({
      target: new WatchedTarget(),
      rows: function* () {
        yield Promise.resolve([{ a: 1 }]) as never;
      },
    });
    expect([error?.code, error?.message]).toEqual([
      'EMISSION_INVALID',
      'generateRows yielded a Promise as row 1; a row must be an object',
    ]);
  });

  it.each([
    ['upsert', op.upsert('users', { id: 1 })],
    ['update', op.update('users', { id: 1 })],
    ['delete', op.delete('users', { id: 1 })],
    ['deleteWhere', op.deleteWhere('users', { id: 1 })],
    ['truncate', op.truncate('users')],
  ])('the operation %s after a plain row', async (kind, operation) => {
    const { code, message } = await yieldAll([{ a: 1 }, operation]);
    expect(code).toBe('OPERATION_INVALID');
    expect(message).toBe(
      `generateRows yielded the operation "${kind}" on table "users", although it is a dataset of plain rows`,
    );
  });

  it('a plain row or a page after an operation', async () => {
    for (const emission of [{ a: 1 }, [{ a: 1 }]]) {
      const { code, message } = await yieldAll([op.upsert('users', { id: 1 }), emission]);
      expect(code).toBe('OPERATION_INVALID');
      expect(message).toBe('generateRows yielded a plain row, although it yields operations on tables');
    }
  });

  it('an operation within a page', async () => {
    const { code, message } = await yieldAll([[{ a: 1 }, op.upsert('users', { id: 1 })]]);
    expect(code).toBe('OPERATION_INVALID');
    expect(message).toBe('generateRows yielded a page with the operation "upsert" after 1 rows');
  });

  it.each<[string, object, string]>([
    ['of an unknown kind', { kind: 'replace' }, 'generateRows yielded the unknown operation "replace"'],
    [
      'without a table',
      { table: '' },
      'generateRows yielded the operation "upsert" without the name of a table',
    ],
    [
      'on a table whose name is no text',
      { table: 7 },
      'generateRows yielded the operation "upsert" without the name of a table',
    ],
    ['without rows', { rows: undefined }, 'the operation "upsert" on "users" has no rows'],
  ])('an operation %s', async (_name, change, sentence) => {
    const { code, message } = await yieldAll([{ ...op.upsert('users', { id: 1 }), ...change }]);
    expect([code, message]).toEqual(['OPERATION_INVALID', sentence]);
  });

  it.each<[string, (rows: never) => unknown]>([
    ['upsert', (rows) => op.upsert('users', rows)],
    ['update', (rows) => op.update('users', rows)],
    ['delete', (rows) => op.delete('users', rows)],
    ['deleteWhere', (rows) => op.deleteWhere('users', rows)],
  ])('the operation %s with what is no row', async (_kind, operation) => {
    for (const nothing of [null, 7, 'text', new Map()]) {
      const { code } = await yieldAll([operation(nothing as never)]);
      expect(code).toBe('EMISSION_INVALID');
    }
  });

  it.each([
    ['update', op.update('users', { id: 1, a: 2 })],
    ['delete', op.delete('users', { id: 1 })],
  ])('the operation %s on a table without a key', async (kind, operation) => {
    const { code, message, details } = await yieldAll([operation]);
    expect(code).toBe('OPERATION_INVALID');
    expect(message).toBe(`the operation "${kind}" needs a primary key, and table "users" has none`);
    expect(details).toEqual({ table: 'users' });
  });
});

describe('what generateRows may yield', () => {
  it('checkpoints between plain rows', async () => {
    const { code } = await yieldAll([op.checkpoint({}), { a: 1 }, op.checkpoint({ page: 1 }), [{ a: 2 }]]);
    expect(code).toBeUndefined();
  });

  it('rows of a class, rows without a prototype, frozen pages and empty ones', async () => {
    class User {
      readonly id = 1;
    }
    const bare = Object.assign(Object.create(null) as object, { id: 2 });
    const { code } = await yieldAll([new User(), bare, [], Object.freeze([Object.freeze({ id: 3 })])]);
    expect(code).toBeUndefined();
  });

  it('any iterable, also one that cannot be closed', async () => {
    const target = new WatchedTarget();
    const once = (value: object | undefined): IteratorResult<object> =>
      value ? { value, done: false } : { value: undefined, done: true };
    const sources = [
      new Set([{ a: 1 }, { a: 2 }]),
      {
        [Symbol.iterator]: () => ({
          next: (
            (rows) => () =>
              once(rows.pop())
          )([{ a: 2 }, { a: 1 }]),
        }),
      },
      {
        [Symbol.asyncIterator]: () => ({
          next: (
            (rows) => async () =>
              once(rows.pop())
          )([{ a: 2 }, { a: 1 }]),
        }),
      },
    ];
    for (const source of sources) {
      const { error, report } = await runRows({ target, rows: () => source as never, limit: 1 });
      expect([error, report.rowsRead]).toEqual([undefined, 1]);
    }
    expect(target.rows).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }]);
  });
});

describe('what generateRows may not return', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a promise of rows', Promise.resolve([{ a: 1 }])],
    ['text', 'rows'],
    ['a number', 7],
    ['an object', { a: 1 }],
  ])('%s', async (_name, returned) => {
    const target = new WatchedTarget();
    const { error } = await runRows({ target, rows: () => returned as never });
    expect(error?.code).toBe('EMISSION_INVALID');
    expect(error?.message).toBe('generateRows returned nothing to iterate over');
    expect(error?.action).toBe('Write it as a generator: *generateRows() or async *generateRows().');
    expect(target.calls.slice(-1)).toEqual(['rollback']);
  });
});
