import { describe, expect, it } from '@jest/globals';
import type { Row } from '../../../src/sdk/schema.js';
import { DatasetShape } from '../../../src/sync/shape/dataset-shape.js';
import { declared, KeptChildren, shapeRows, usersShape } from './shaped.js';

const ADA = {
  id: 1,
  name: 'Ada',
  address: { city: 'Paris', geo: { lat: 48.9 } },
  tags: ['a', 'b'],
  orders: [
    { sku: 'x', price: { amount: 5 }, lines: [{ n: 1 }, { n: 2 }] },
    { sku: 'y', lines: [{ n: 3 }] },
  ],
};

describe('flatten', () => {
  it('makes columns of objects and leaves lists as they are', () => {
    expect(shapeRows(usersShape({ nested: 'flatten' }), [ADA]).rows).toEqual([
      {
        id: 1,
        name: 'Ada',
        address_city: 'Paris',
        address_geo_lat: 48.9,
        tags: ADA.tags,
        orders: ADA.orders,
      },
    ]);
  });

  it.each([
    [0, { a: { b: { c: { d: { e: 1 } } } } }],
    [1, { a_b: { c: { d: { e: 1 } } } }],
    [2, { a_b_c: { d: { e: 1 } } }],
    [3, { a_b_c_d: { e: 1 } }],
    [4, { a_b_c_d_e: 1 }],
  ])('opens %i levels', (maxDepth, expected) => {
    const row = { a: { b: { c: { d: { e: 1 } } } } };
    expect(shapeRows(usersShape({ nested: 'flatten', maxDepth }), [row]).rows).toEqual([expected]);
  });

  it('keeps a plain value where other rows have an object, under its own name', () => {
    const rows = [{ a: { b: 1 } }, { a: 5 }, { a: null }];
    expect(shapeRows(usersShape({ nested: 'flatten' }), rows).rows).toEqual([
      { a_b: 1 },
      { a: 5 },
      { a: null },
    ]);
  });

  it('makes no column of a null that may stand for an object', () => {
    const shape = usersShape({ nested: 'flatten', exclude: ['x'] });
    const rows = [
      { a: null, b: null, x: null },
      { a: { c: 1 }, b: null },
    ];
    expect(shapeRows(shape, rows).rows).toEqual([{}, { a_c: 1 }]);
    expect(shape.nullColumns()).toEqual([{ table: 'users', column: 'b' }]);
  });

  it('leaves what stands for a value of its own: dates, bytes, objects with toJSON', () => {
    class Money {
      readonly cents = 5;
      toJSON(): string {
        return '0.05';
      }
    }
    class Point {
      readonly x = 1;
    }
    const row = { at: new Date(0), bytes: new Uint8Array([1]), money: new Money(), point: new Point() };
    const { at, bytes, money } = row;
    expect(shapeRows(usersShape({ nested: 'flatten' }), [row]).rows).toEqual([
      { at, bytes, money, point_x: 1 },
    ]);
  });

  it('opens neither declared columns nor those of the key', () => {
    const shape = usersShape(
      { nested: 'child-tables' },
      { columns: [declared('a', 'json'), declared('l', 'json')] },
    );
    const row = { id: { x: 1 }, a: { b: 1 }, l: [1], c: { d: 1 } };
    expect(shapeRows(shape, [row]).rows).toEqual([{ id: { x: 1 }, a: { b: 1 }, l: [1], c_d: 1 }]);
  });
});

describe('child tables', () => {
  const shaped = shapeRows(usersShape({ nested: 'child-tables' }), [ADA]);

  it('leave the rest of the row', () => {
    expect(shaped.rows).toEqual([{ id: 1, name: 'Ada', address_city: 'Paris', address_geo_lat: 48.9 }]);
  });

  it('have the key of the root, the places in the lists, and the columns of the items', () => {
    const parentKey = { _parent_id: 1 };
    expect(shaped.children.calls).toEqual([
      {
        table: 'users__tags',
        parentKey,
        rows: [
          { _parent_id: 1, _index: 0, value: 'a' },
          { _parent_id: 1, _index: 1, value: 'b' },
        ],
      },
      {
        table: 'users__orders',
        parentKey,
        rows: [
          { _parent_id: 1, _index: 0, sku: 'x', price_amount: 5 },
          { _parent_id: 1, _index: 1, sku: 'y' },
        ],
      },
      {
        table: 'users__orders__lines',
        parentKey,
        rows: [
          { _parent_id: 1, _orders_index: 0, _index: 0, n: 1 },
          { _parent_id: 1, _orders_index: 0, _index: 1, n: 2 },
          { _parent_id: 1, _orders_index: 1, _index: 0, n: 3 },
        ],
      },
    ]);
  });

  it('have the host’s columns first', () => {
    const [row] = shaped.children.rows('users__orders__lines');
    expect(Object.keys(row as Row)).toEqual(['_parent_id', '_orders_index', '_index', 'n']);
  });

  it('stop at the depth that is set: a list and its items are one level', () => {
    const { children } = shapeRows(usersShape({ nested: 'child-tables', maxDepth: 1 }), [ADA]);
    expect(children.rows('users__orders')).toEqual([
      { _parent_id: 1, _index: 0, ...ADA.orders[0] },
      { _parent_id: 1, _index: 1, ...ADA.orders[1] },
    ]);
    expect(children.calls.map(({ table }) => table)).toEqual(['users__tags', 'users__orders']);
  });

  it('take the key wherever it stands in the row, and every column of it', () => {
    const shape = usersShape({ nested: 'child-tables' }, { primaryKey: ['b', 'a'] });
    const { children } = shapeRows(shape, [{ l: [1], a: 1, b: 'x' }]);
    expect(children.rows('users__l')).toEqual([{ _parent_b: 'x', _parent_a: 1, _index: 0, value: 1 }]);
  });

  it('are of lists inside objects too', () => {
    const { children } = shapeRows(usersShape({ nested: 'child-tables' }), [
      { id: 1, a: { l: [{ m: [7] }] } },
    ]);
    expect(children.rows('users__a_l')).toEqual([{ _parent_id: 1, _index: 0 }]);
    expect(children.rows('users__a_l__m')).toEqual([{ _parent_id: 1, _a_l_index: 0, _index: 0, value: 7 }]);
  });

  it('take what is no object as `value`, a list in a list as its table', () => {
    const { children } = shapeRows(usersShape({ nested: 'child-tables' }), [
      { id: 1, l: [{ a: 1 }, 2, null, [3, 4]] },
    ]);
    expect(children.rows('users__l')).toEqual([
      { _parent_id: 1, _index: 0, a: 1 },
      { _parent_id: 1, _index: 1, value: 2 },
      { _parent_id: 1, _index: 2, value: null },
      { _parent_id: 1, _index: 3 },
    ]);
    expect(children.rows('users__l__value')).toEqual([
      { _parent_id: 1, _l_index: 3, _index: 0, value: 3 },
      { _parent_id: 1, _l_index: 3, _index: 1, value: 4 },
    ]);
  });

  it('tell lists of one name in each other apart', () => {
    const tree = { id: 1, c: [{ c: [{ c: [{ n: 1 }] }] }] };
    const { children } = shapeRows(usersShape({ nested: 'child-tables' }), [tree]);
    expect(children.rows('users__c__c__c')).toEqual([
      { _parent_id: 1, _c_index: 0, _c_2_index: 0, _index: 0, n: 1 },
    ]);
  });

  it('get no rows of a list that is empty, null or missing, which is said once the table is known', () => {
    const shape = usersShape({ nested: 'child-tables' });
    const rows = [{ id: 1 }, { id: 2, l: [{ m: [1] }] }, { id: 3, l: [] }, { id: 4, l: null }, { id: 5 }];
    const { children } = shapeRows(shape, rows);
    expect(
      children.calls.map(({ table, parentKey, rows: { length } }) => [table, parentKey, length]),
    ).toEqual([
      ['users__l', { _parent_id: 2 }, 1],
      ['users__l__m', { _parent_id: 2 }, 1],
      ...[3, 4, 5].flatMap((id) => [
        ['users__l', { _parent_id: id }, 0],
        ['users__l__m', { _parent_id: id }, 0],
      ]),
    ]);
    expect(shape.children).toEqual(['users__l', 'users__l__m']);
  });

  it('of earlier runs are replaced as well', () => {
    const shape = usersShape({ nested: 'child-tables' });
    shape.expectChildren(['users__l__m', 'users__l']);
    const { children } = shapeRows(shape, [{ id: 1 }, { id: 2, l: [{ a: 1 }] }]);
    expect(children.calls).toEqual([
      { table: 'users__l', parentKey: { _parent_id: 1 }, rows: [] },
      { table: 'users__l__m', parentKey: { _parent_id: 1 }, rows: [] },
      { table: 'users__l', parentKey: { _parent_id: 2 }, rows: [{ _parent_id: 2, _index: 0, a: 1 }] },
      { table: 'users__l__m', parentKey: { _parent_id: 2 }, rows: [] },
    ]);
  });

  it('of a root without key hang on an id of its rows', () => {
    const shape = usersShape({ nested: 'child-tables' }, { primaryKey: [] });
    const { rows, children } = shapeRows(shape, [{ l: [1] }, { a: 1 }, { l: [2] }]);
    expect(rows).toEqual([{ _row_id: 'run-1' }, { _row_id: 'run-2', a: 1 }, { _row_id: 'run-3' }]);
    expect(children.calls.map(({ rows: childRows }) => childRows)).toEqual([
      [{ _parent__row_id: 'run-1', _index: 0, value: 1 }],
      [{ _parent__row_id: 'run-3', _index: 0, value: 2 }],
    ]);
    expect(shape.columns).toEqual([{ name: '_row_id', type: 'string', declared: true, nullable: false }]);
  });

  it.each([null, undefined])('need a key: %s is none', (id) => {
    const shape = usersShape({ nested: 'child-tables' });
    const children = new KeptChildren();
    expect(() => shape.row({ id, l: ['secret'] }, children, 7)).toThrow(
      expect.objectContaining({
        code: 'ROW_INVALID',
        message: 'row 7: column "id" of table "users" has no value, but must have one',
        details: { table: 'users', column: 'id', row: 7 },
      }),
    );
    expect(children.calls).toEqual([]);
    shape.row({ id: 1, l: ['a'] }, children, 8);
    expect(children.rows('users__l')).toEqual([{ _parent_id: 1, _index: 0, value: 'a' }]);
  });

  it('declare the columns of the host where the key is declared', () => {
    const shape = usersShape({ nested: 'child-tables' }, { columns: [declared('id', 'int')] });
    shapeRows(shape, [ADA]);
    const held = { declared: true, nullable: false };
    expect(shape.childColumns('users__orders__lines')).toEqual([
      { name: '_parent_id', type: 'int', ...held },
      { name: '_orders_index', type: 'bigint', ...held },
      { name: '_index', type: 'bigint', ...held },
    ]);
    expect(shape.childColumns('users__none')).toEqual([]);
    const inferred = usersShape({ nested: 'child-tables' });
    shapeRows(inferred, [ADA]);
    expect(inferred.childColumns('users__orders')).toEqual([]);
  });

  it('say which of their columns had nulls only', () => {
    const shape = usersShape({ nested: 'child-tables' });
    shapeRows(shape, [{ id: 1, l: [{ a: null, m: [null] }] }]);
    expect(shape.nullColumns()).toEqual([
      { table: 'users__l', column: 'a' },
      { table: 'users__l__m', column: 'value' },
    ]);
  });

  it('of two tables must differ in name', () => {
    const dataset = new DatasetShape({ nested: 'child-tables' }, 'run');
    const none = { columns: [], primaryKey: ['id'] };
    const users = dataset.table('users', none);
    dataset.table('users__orders', none);
    expect(() => users.row({ id: 1, orders: [] }, new KeptChildren(), 1)).toThrow(
      expect.objectContaining({
        code: 'NAMES_COLLIDE',
        message: 'tables "users__orders" and "users.orders" would both be "users__orders" in the target',
        action: 'Give one of them another name: --rename users.orders=NAME',
      }),
    );
  });
});

describe('an update', () => {
  const patch = (shape: ReturnType<typeof usersShape>, row: Row): { row: Row; children: KeptChildren } => {
    const children = new KeptChildren();
    return { row: shape.patch(row, children, 1), children };
  };

  it('changes what is given of an object', () => {
    const shape = usersShape({ nested: 'flatten' });
    expect(patch(shape, { id: 1, a: { b: 2 } }).row).toEqual({ id: 1, a_b: 2 });
  });

  it('clears with null what is known of an object, and else the column of that name', () => {
    const shape = usersShape({ nested: 'child-tables' });
    shapeRows(shape, [{ id: 1, a: { b: 2, c: { d: 3, l: [1] } } }]);
    const { row, children } = patch(shape, { id: 1, a: null, z: null });
    expect(row).toEqual({ id: 1, a_b: null, a_c_d: null, z: null });
    expect(children.calls).toEqual([{ table: 'users__a_c_l', parentKey: { _parent_id: 1 }, rows: [] }]);
  });

  it('touches children only where their list is given', () => {
    const shape = usersShape({ nested: 'child-tables' });
    shapeRows(shape, [ADA]);
    expect(patch(shape, { id: 1, name: 'B' }).children.calls).toEqual([]);
    expect(patch(shape, { id: 1, orders: [{ sku: 'z', note: null }] }).children.calls).toEqual([
      {
        table: 'users__orders',
        parentKey: { _parent_id: 1 },
        rows: [{ _parent_id: 1, _index: 0, sku: 'z' }],
      },
      { table: 'users__orders__lines', parentKey: { _parent_id: 1 }, rows: [] },
    ]);
    expect(patch(shape, { id: 1, tags: null })).toMatchObject({
      row: { id: 1 },
      children: { calls: [{ table: 'users__tags', rows: [] }] },
    });
  });

  it('knows lists of earlier runs by their tables', () => {
    const shape = usersShape({ nested: 'child-tables' });
    shape.expectChildren(['users__l', 'users__l__m', 'users__other']);
    const { row, children } = patch(shape, { id: 1, l: null });
    expect(row).toEqual({ id: 1 });
    expect(children.calls.map(({ table }) => table)).toEqual(['users__l', 'users__l__m']);
  });
});

describe('columns to remove rows by', () => {
  it('are those of the target', () => {
    const shape = usersShape({ nested: 'child-tables', names: 'snake_case' }, { primaryKey: ['userID'] });
    expect(shape.primaryKey).toEqual(['user_id']);
    expect(shape.columnsOf({ userID: 1, a: { b: null, c: 'x' } })).toEqual({
      user_id: 1,
      a_b: null,
      a_c: 'x',
    });
    expect(shape.parentKey(shape.columnsOf({ userID: 1 }))).toEqual({ _parent_user_id: 1 });
  });

  it.each<[string, Row]>([
    ['an excluded column', { id: 1, gone: 'x' }],
    ['an excluded column, null', { id: 1, gone: null }],
    ['an object without columns', { a: {} }],
    ['a list', { id: 1, l: [1] }],
  ])('must all be there: not %s', (_what, columns) => {
    const shape = usersShape({ nested: 'child-tables', exclude: ['gone'] });
    expect(() => shape.columnsOf(columns)).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }));
  });
});
