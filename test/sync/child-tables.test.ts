import { describe, expect, it } from '@jest/globals';
import { op, type Emission, type ReadSchema } from '../../src/index.js';
import type { SyncOptions } from '../../src/sync/sync-options.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const tempFolder = tempFolders();
const USERS: ReadSchema = { tables: [{ name: 'users', primaryKey: ['id'] }] };
const ORDERS = 'SELECT _parent_id, _index, item FROM users__orders ORDER BY 1, 2, 3';

const order = (item: string): object => ({ item });
const user = (id: number, ...items: readonly string[]): Record<string, unknown> => ({
  id,
  orders: items.map(order),
});

class Place {
  readonly #place: DuckdbPlace;
  readonly #options: SyncOptions;

  constructor(place: DuckdbPlace, options: SyncOptions) {
    this.#place = place;
    this.#options = options;
  }

  static async make(options: SyncOptions = {}): Promise<Place> {
    return new Place(new DuckdbPlace(await tempFolder()), options);
  }

  async run(rows: readonly Emission[], options: SyncOptions = {}): Promise<void> {
    const all = { mode: undefined, shape: { nested: 'child-tables' }, ...this.#options, ...options } as const;
    const { error } = await this.#place.run({ pipeline: 'p', schema: USERS, rows, options: all });
    expect(error).toBeUndefined();
  }

  query(sql: string): Promise<unknown[][]> {
    return this.#place.query(sql);
  }
}

const EACH_CHECKPOINT = { commitEvery: { seconds: 0, rows: 0 } };

describe('child tables follow their parents', () => {
  it.each<[string, SyncOptions]>([
    ['in one commit', {}],
    ['across commits', EACH_CHECKPOINT],
  ])('%s: written again with other, fewer and no items', async (_how, options) => {
    const place = await Place.make(options);
    await place.run([
      op.upsert('users', user(1, 'a', 'b')),
      op.checkpoint({ n: 1 }),
      op.upsert('users', [user(2, 'c'), user(3, 'd')]),
      op.upsert('users', user(1, 'e')),
      op.checkpoint({ n: 2 }),
      op.upsert('users', { id: 3 }),
      op.checkpoint({ n: 3 }),
    ]);
    expect(await place.query(ORDERS)).toEqual([
      ['1', '0', 'e'],
      ['2', '0', 'c'],
    ]);
    await place.run([op.upsert('users', [user(2), user(1, 'x', 'y', 'z')]), op.checkpoint({ n: 4 })]);
    expect(await place.query(ORDERS)).toEqual([
      ['1', '0', 'x'],
      ['1', '1', 'y'],
      ['1', '2', 'z'],
    ]);
  });

  it.each<[string, SyncOptions]>([
    ['in one commit', {}],
    ['across commits', EACH_CHECKPOINT],
  ])(
    '%s: updates touch them where the list is given; deletes and truncates reach them',
    async (_how, options) => {
      const place = await Place.make(options);
      await place.run([
        op.upsert('users', [user(1, 'a'), user(2, 'b'), user(3, 'c')]),
        op.checkpoint({ n: 1 }),
        op.update('users', { id: 1, name: 'Ann' }),
        op.update('users', user(2, 'B', 'BB')),
        op.delete('users', { id: 3 }),
        op.checkpoint({ n: 2 }),
      ]);
      expect(await place.query(ORDERS)).toEqual([
        ['1', '0', 'a'],
        ['2', '0', 'B'],
        ['2', '1', 'BB'],
      ]);
      await place.run([op.truncate('users'), op.upsert('users', user(4, 'd')), op.checkpoint({ n: 3 })]);
      expect(await place.query(ORDERS)).toEqual([['4', '0', 'd']]);
      expect(await place.query('SELECT id FROM users')).toEqual([['4']]);
    },
  );

  it('soft deletes mark them, and a parent that comes back has new ones', async () => {
    const place = await Place.make({ deletes: 'soft' });
    await place.run([op.upsert('users', [user(1, 'a'), user(2, 'b')]), op.checkpoint({ n: 1 })]);
    await place.run([op.delete('users', { id: 1 }), op.checkpoint({ n: 2 })]);
    const living = 'SELECT _parent_id, item FROM users__orders WHERE _deleted_at IS NULL ORDER BY 1, 2';
    expect(await place.query(living)).toEqual([['2', 'b']]);
    expect(await place.query('SELECT count(*) FROM users__orders')).toEqual([['2']]);
    await place.run([op.upsert('users', user(1, 'n')), op.checkpoint({ n: 3 })]);
    expect(await place.query(living)).toEqual([
      ['1', 'n'],
      ['2', 'b'],
    ]);
  });

  it('several levels are replaced together', async () => {
    const place = await Place.make({ shape: { nested: 'child-tables', maxDepth: 6 } });
    const deep = (id: number, skus: readonly string[]): Record<string, unknown> => ({
      id,
      orders: [{ item: 'a', lines: skus.map((sku) => ({ sku })) }],
    });
    const lines = 'SELECT _parent_id, _orders_index, _index, sku FROM users__orders__lines ORDER BY 1, 2, 3';
    await place.run([op.upsert('users', [deep(1, ['x', 'y']), deep(2, ['z'])]), op.checkpoint({ n: 1 })]);
    await place.run([
      op.upsert('users', deep(1, ['w'])),
      op.delete('users', { id: 2 }),
      op.checkpoint({ n: 2 }),
    ]);
    expect(await place.query(lines)).toEqual([['1', '0', '0', 'w']]);
  });

  it('a full refresh empties those that get no rows', async () => {
    const place = await Place.make();
    await place.run([op.upsert('users', user(1, 'a')), op.checkpoint({ n: 1 })]);
    await place.run([op.upsert('users', { id: 1 }), op.checkpoint({ n: 1 })], { fullRefresh: true });
    expect(await place.query('SELECT count(*) FROM users__orders')).toEqual([['0']]);
  });

  it('scalars go to value, beside the columns of objects', async () => {
    const place = await Place.make();
    await place.run([
      op.upsert('users', { id: 1, orders: ['x', { item: 'a' }, null] }),
      op.checkpoint({ n: 1 }),
    ]);
    expect(await place.query('SELECT _index, value, item FROM users__orders ORDER BY 1')).toEqual([
      ['0', 'x', null],
      ['1', null, 'a'],
      ['2', null, null],
    ]);
  });
});
