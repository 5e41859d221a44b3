import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DatasetShape } from '../../../src/sync/shape/dataset-shape.js';
import { snakeCase } from '../../../src/sync/shape/snake-case.js';
import { declared, KeptChildren, shapeRows, usersShape } from './shaped.js';

const renames = (entries: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));

describe('snake_case', () => {
  it.each([
    ['orderID', 'order_id'],
    ['Order ID', 'order_id'],
    ['order-id', 'order_id'],
    ['HTTPServer', 'http_server'],
    ['OAuth2Token', 'o_auth2_token'],
    ['a__b', 'a_b'],
    ['_id', '_id'],
    ['@odata.id', 'odata_id'],
    ['trailing ', 'trailing'],
    ['2nd', '_2nd'],
    ['Größe', 'größe'],
    ['ИмяФайла', 'имя_файла'],
    ['名前', '名前'],
    ['!', '_'],
    ['', '_'],
    ['already_fine_1', 'already_fine_1'],
  ])('%j is %j', (name, expected) => expect(snakeCase(name)).toBe(expected));

  it('of snake_case is the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(snakeCase(snakeCase(name))).toBe(snakeCase(name));
      }),
    );
  });
});

describe('names', () => {
  it('are normalised in columns, tables, keys and child tables', () => {
    const dataset = new DatasetShape({ nested: 'child-tables', names: 'snake_case' }, 'run');
    const table = { columns: [declared('userID', 'int')], primaryKey: ['userID'] };
    const shape = dataset.table('UserAccounts', table);
    expect([shape.name, shape.columns, shape.primaryKey]).toEqual([
      'user_accounts',
      [declared('user_id', 'int')],
      ['user_id'],
    ]);
    const { rows, children } = shapeRows(shape, [
      { userID: 1, 'Home Address': { zipCode: 2 }, lastOrders: [{ itemNo: 3 }] },
    ]);
    expect(rows).toEqual([{ user_id: 1, home_address_zip_code: 2 }]);
    expect(children.rows('user_accounts__last_orders')).toEqual([
      { _parent_user_id: 1, _index: 0, item_no: 3 },
    ]);
  });

  it('leave the table of a dataset as it was asked for', () => {
    const shape = new DatasetShape({ names: 'snake_case' }, 'run').table(
      'x',
      { columns: [], primaryKey: [] },
      'MyTable',
    );
    expect(shape.name).toBe('MyTable');
  });

  it('are renamed, which goes before --names: columns, columns inside, lists, tables', () => {
    const rename = renames({
      name: 'Full Name',
      'users.a.b': 'inside',
      orders: 'purchases',
      'users__orders.sku': 'code',
      users__tags: 'labels',
      users: 'people',
    });
    const shape = new DatasetShape({ nested: 'child-tables', names: 'snake_case', rename }, 'run').table(
      'users',
      {
        columns: [],
        primaryKey: ['id'],
      },
    );
    expect(shape.name).toBe('people');
    const { rows, children } = shapeRows(shape, [
      { id: 1, name: 'Ada', a: { b: 2 }, orders: [{ sku: 'x', lines: [1] }], tags: ['t'] },
    ]);
    expect(rows).toEqual([{ id: 1, 'Full Name': 'Ada', inside: 2 }]);
    expect(shape.children).toEqual(['people__purchases', 'labels', 'people__purchases__lines']);
    expect(children.rows('people__purchases')).toEqual([{ _parent_id: 1, _index: 0, code: 'x' }]);
    expect(children.rows('people__purchases__lines')).toEqual([
      { _parent_id: 1, _purchases_index: 0, _index: 0, value: 1 },
    ]);
  });

  it('swap where each is given the name of the other', () => {
    const shape = usersShape({ rename: renames({ a: 'b', b: 'a' }) });
    expect(shapeRows(shape, [{ a: 1, b: 2 }]).rows).toEqual([{ b: 1, a: 2 }]);
  });

  it.each([
    [
      'a flattened column and one of its name',
      { nested: 'flatten' },
      { a_b: 1, a: { b: 2 } },
      'columns "a_b" and "a.b"',
      'users.a.b',
    ],
    [
      'the other way round',
      { nested: 'flatten' },
      { a: { b: 2 }, a_b: 1 },
      'columns "a.b" and "a_b"',
      'users.a_b',
    ],
    [
      'two normalised columns',
      { names: 'snake_case' },
      { orderId: 1, order_id: 2 },
      'columns "orderId" and "order_id"',
      'users.order_id',
    ],
    [
      'two that differ in case',
      { rename: renames({ x: 'y' }) },
      { A: 1, a: 2 },
      'columns "A" and "a"',
      'users.a',
    ],
    ['a renamed column', { rename: renames({ a: 'b' }) }, { b: 1, a: 2 }, 'columns "b" and "a"', 'users.a'],
  ] as const)('collide: %s', (_what, options, row, message, example) => {
    expect(() => shapeRows(usersShape(options), [row])).toThrow(
      expect.objectContaining({
        code: 'NAMES_COLLIDE',
        message: expect.stringContaining(message),
        action: `Give one of them another name: --rename ${example}=NAME`,
      }),
    );
  });

  it('collide with the columns of the host', () => {
    const row = { id: 1, l: [{ _index: 5 }] };
    expect(() => shapeRows(usersShape({ nested: 'child-tables' }), [row])).toThrow(
      expect.objectContaining({
        code: 'NAMES_COLLIDE',
        message:
          'column "_index" of table "users__l" would have the name "_index", which the host gives to a column of its own',
        action: 'Give one of them another name: --rename users__l._index=NAME',
      }),
    );
    const rename = renames({ 'users__l._index': 'position' });
    const { children } = shapeRows(usersShape({ nested: 'child-tables', rename }), [row]);
    expect(children.rows('users__l')).toEqual([{ _parent_id: 1, _index: 0, position: 5 }]);
  });

  it('collide whatever row they come in, and not where one was renamed', () => {
    const rows = [{ a: { b: 1 } }, { a_b: 2 }];
    for (const order of [rows, rows.toReversed()]) {
      expect(() => shapeRows(usersShape({ nested: 'flatten' }), order)).toThrow('would both be "a_b"');
      const rename = renames({ 'a.b': 'inside' });
      expect(shapeRows(usersShape({ nested: 'flatten', rename }), order).rows).toEqual(
        order.map((row) => ('a' in row ? { inside: 1 } : { a_b: 2 })),
      );
    }
  });

  it('collide among declared columns and tables before the first row', () => {
    const columns = [declared('orderId', 'int'), declared('order_id', 'int')];
    expect(() => usersShape({ names: 'snake_case' }, { columns })).toThrow('would both be "order_id"');
    const dataset = new DatasetShape({ names: 'snake_case' }, 'run');
    const none = { columns: [], primaryKey: [] };
    dataset.table('userAccounts', none);
    expect(() => dataset.table('UserAccounts', none)).toThrow(
      'tables "userAccounts" and "UserAccounts" would both be',
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a.b', 'é', '💩', '"'])(
    'may be %j',
    (name) => {
      const rows = [
        JSON.parse(JSON.stringify({ id: 1 }).replace('}', `,${JSON.stringify(name)}:{"x":1}}`)) as object,
      ].map((row) => row as Record<string, unknown>);
      const [row] = rows as [Record<string, unknown>];
      expect(
        Object.entries(shapeRows(usersShape({ names: 'keep', exclude: ['no'] }), rows).rows[0] as object),
      ).toEqual(Object.entries(row));
      expect(shapeRows(usersShape({ nested: 'flatten' }), rows).rows).toEqual([{ id: 1, [`${name}_x`]: 1 }]);
      const list = [{ id: 1, l: [row as { [key: string]: unknown }] }];
      const { children } = shapeRows(usersShape({ nested: 'child-tables' }), list);
      expect(children.rows('users__l')).toEqual([{ _parent_id: 1, _index: 0, id: 1, [`${name}_x`]: 1 }]);
    },
  );

  it('may be that of the prototype in the key', () => {
    const primaryKey = ['__proto__'];
    const row = JSON.parse('{"__proto__": 5, "l": [1]}') as Record<string, unknown>;
    const children = new KeptChildren();
    const shape = usersShape({ nested: 'child-tables' }, { primaryKey });
    expect(Object.entries(shape.row(row, children, 1))).toEqual([['__proto__', 5]]);
    expect(children.rows('users__l')).toEqual([{ _parent___proto__: 5, _index: 0, value: 1 }]);
    expect(() => shape.row({ l: [1] }, children, 2)).toThrow(
      'column "__proto__" of table "users" has no value',
    );
  });
});
