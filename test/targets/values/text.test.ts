import { expect, test } from '@jest/globals';
import type { ColumnType } from '../../../src/sdk/column-types.js';
import { cellText, rowCells } from '../../../src/targets/values/cell-text.js';
import { jsonText, sortedJsonText } from '../../../src/targets/values/json-text.js';
import { jsonValue, rowJson } from '../../../src/targets/values/json-value.js';
import { textOf } from '../../../src/targets/values/text-of.js';
import type { TableColumn } from '../../../src/targets/target.js';

const column = (name: string, type: ColumnType | null, more: Partial<TableColumn> = {}): TableColumn => ({
  name,
  type,
  declared: true,
  nullable: true,
  ...more,
});

/** Declared type, value, CSV text, JSON value. */
const FORMS: readonly (readonly [ColumnType, unknown, string, unknown])[] = [
  ['string', 12, '12', '12'],
  ['boolean', 'TRUE', 'true', true],
  ['int', '7', '7', 7],
  ['bigint', '9223372036854775807', '9223372036854775807', 9223372036854775807n],
  ['double', '1e21', '1e+21', 1e21],
  ['double', 'NaN', 'NaN', NaN],
  ['decimal(9,3)', '1.5', '1.500', '1.500'],
  ['date', '2026-11-21T00:00:00Z', '2026-11-21', '2026-11-21'],
  ['timestamp', '2026-11-21 07:00', '2026-11-21T07:00:00', '2026-11-21T07:00:00'],
  ['timestamp', '2026-11-21 07:00:00.25', '2026-11-21T07:00:00.250', '2026-11-21T07:00:00.250'],
  ['timestamptz', '2026-11-21T07:00:00+01:00', '2026-11-21T06:00:00Z', '2026-11-21T06:00:00Z'],
  [
    'timestamptz',
    '1969-12-31T23:59:59.999999Z',
    '1969-12-31T23:59:59.999999Z',
    '1969-12-31T23:59:59.999999Z',
  ],
  ['time', '07:00', '07:00:00', '07:00:00'],
  ['binary', new Uint8Array([1, 2, 255]), 'AQL/', 'AQL/'],
  ['json', { b: 1, a: 2n }, '{"b":1,"a":2}', { b: 1, a: 2n }],
];

test.each(FORMS)('declared %s %p is %p in CSV and %p in JSON', (type, value, text, json) => {
  expect(cellText(column('c', type))(value)).toBe(text);
  expect(jsonValue(type)(value)).toEqual(json);
});

test('an inferred column keeps the form of each value, whatever its type is by now', () => {
  for (const type of [null, 'bigint', 'double', 'string', 'timestamptz'] as const) {
    const write = cellText(column('c', type, { declared: false }));
    expect([1, 0.1, 1e-7, '2026', { b: 1, a: 2 }].map(write)).toEqual([
      '1',
      '0.1',
      '1e-7',
      '2026',
      '{"a":2,"b":1}',
    ]);
  }
});

test.each([
  [{ b: new Uint8Array([1, 2, 255]) }, '{"b":"AQL/"}'],
  [{ b: [Buffer.from([1, 2, 255])], n: 1n }, '{"b":["AQL/"],"n":1}'],
  [new Uint8Array([1, 2, 255]), '"AQL/"'],
  [{ d: new Date(0), n: 1n }, '{"d":"1970-01-01T00:00:00.000Z","n":1}'],
  [[NaN, Infinity, undefined, () => 1], '[null,null,null,null]'],
  [{ u: undefined, f: () => 1 }, '{}'],
  ['\ud800', '"\\ud800"'],
  [{ toJSON: () => ({ n: 1n }) }, '{"n":1}'],
])('JSON text of %p', (value, text) => {
  expect(jsonText(value)).toBe(text);
});

test('what JSON cannot say has no text', () => {
  const circular: unknown[] = [];
  circular.push({ circular });
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  for (const value of [circular, deep, () => 1, Symbol('s'), undefined]) {
    expect(jsonText(value)).toBeUndefined();
    expect(sortedJsonText(value)).toBeUndefined();
    expect(textOf(value)).toBeUndefined();
  }
});

test('what an object gives for itself is sorted too', () => {
  class Money {
    constructor(readonly cents: number) {}
    toJSON() {
      return { unit: 'EUR', cents: this.cents };
    }
  }
  expect(sortedJsonText({ price: new Money(5) })).toBe('{"price":{"cents":5,"unit":"EUR"}}');
});

test('one object in two places is not circular', () => {
  const twin = { a: 1n };
  expect(sortedJsonText([twin, twin])).toBe('[{"a":1},{"a":1}]');
});

test('a wrong value is a RowError that names the place and never the value', () => {
  const amount = column('amount', 'double', { nullable: false });
  const expected = {
    name: 'RowError',
    code: 'ROW_INVALID',
    message: 'row 12: column "amount" of table "orders" does not take this text as double',
    details: { table: 'orders', column: 'amount', row: 12 },
  };
  expect(() => rowCells('orders', [amount])({ amount: 's3cret' }, 12)).toThrow(
    expect.objectContaining(expected),
  );
  expect(() => rowJson('orders', [amount])({ amount: 's3cret' }, 12)).toThrow(
    expect.objectContaining(expected),
  );
  const missing = {
    ...expected,
    message: 'row 12: column "amount" of table "orders" has no value, but must have one',
  };
  for (const row of [{}, { amount: null }, { amount: undefined }]) {
    expect(() => rowCells('orders', [amount])(row, 12)).toThrow(expect.objectContaining(missing));
    expect(() => rowJson('orders', [amount])(row, 12)).toThrow(expect.objectContaining(missing));
  }
});

test('columns named like what every object inherits hold what the row has, or nothing', () => {
  const names = ['constructor', '__proto__', 'toString'];
  const row = JSON.parse('{"constructor":"1","__proto__":"2","toString":"3"}') as Record<string, unknown>;
  const columns = names.map((name) => column(name, 'int'));
  expect(rowCells('t', columns)(row, 1)).toEqual(['1', '2', '3']);
  expect(rowCells('t', columns)({}, 1)).toEqual([null, null, null]);
  expect(jsonText(rowJson('t', columns)(row, 1))).toBe('{"constructor":1,"__proto__":2,"toString":3}');
  expect(jsonText(rowJson('t', columns)({}, 1))).toBe('{}');
});

test('rows are never changed: a copy where a column is declared, else the row itself', () => {
  const row = Object.freeze({ z: 1, d: '2026-11-21T00:00:00Z' });
  expect(rowJson('t', [column('z', 'bigint', { declared: false })])(row, 1)).toBe(row);
  expect(jsonText(rowJson('t', [column('d', 'date')])(row, 1))).toBe('{"z":1,"d":"2026-11-21"}');
});
