import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLUMN_TYPE_NAMES, decimalDigits, parseColumnType } from '../../src/sdk/column-types.js';

const NAMES: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  int: 'int',
  bigint: 'bigint',
  float: 'float',
  double: 'double',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  time: 'time',
  binary: 'binary',
  json: 'json',
  object: 'json',
  array: 'json',
  map: 'json',
  tinyint: 'int',
  smallint: 'int',
  dateonly: 'date',
  datetimenotz: 'timestamp',
  datetimewithtz: 'timestamptz',
  geopoint: 'string',
  geometry: 'string',
  short: 'int',
  long: 'bigint',
  naive_date: 'date',
  naive_datetime: 'timestamp',
  utc_datetime: 'timestamptz',
  naive_time: 'time',
  xml: 'string',
  text: 'string',
  varchar: 'string',
  bool: 'boolean',
  integer: 'int',
  real: 'float',
  numeric: 'decimal(38,9)',
  decimal: 'decimal(38,9)',
  blob: 'binary',
  bytea: 'binary',
};

describe('parseColumnType', () => {
  it.each(Object.entries(NAMES))('reads %s as %s in every case', (name, type) => {
    expect(parseColumnType(name)).toBe(type);
    expect(parseColumnType(name.toUpperCase())).toBe(type);
    expect(parseColumnType(` ${name.slice(0, 1).toUpperCase()}${name.slice(1)}\n`)).toBe(type);
  });

  it('reads every name that it lists, and lists every name that it reads', () => {
    expect([...COLUMN_TYPE_NAMES].sort()).toEqual(Object.keys(NAMES).sort());
  });

  it.each([
    ['decimal(10,2)', 'decimal(10,2)'],
    ['DECIMAL( 10 , 2 )', 'decimal(10,2)'],
    ['numeric (38, 38)', 'decimal(38,38)'],
    ['Numeric(5)', 'decimal(5,0)'],
    ['decimal(1,0)', 'decimal(1,0)'],
    ['decimal(010,02)', 'decimal(10,2)'],
  ])('reads %s as %s', (text, type) => {
    expect(parseColumnType(text)).toBe(type);
  });

  it.each([
    '',
    ' ',
    'strings',
    'decimal()',
    'decimal(0,0)',
    'decimal(39,0)',
    'decimal(10,11)',
    'decimal(-1,0)',
    'decimal(1.5,0)',
    'decimal(10,2',
    'decimal(10,2,3)',
    'decimal(10;2)',
    'decimal(99999999999999999999,1)',
    'varchar(20)',
    'int[]',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'int\0',
  ])('reads nothing in %j', (text) => {
    expect(parseColumnType(text)).toBeUndefined();
  });

  it('reads its own answer as itself, for any text', () => {
    const likely = fc.constantFrom(...COLUMN_TYPE_NAMES);
    const decimals = fc.tuple(fc.nat(45), fc.nat(45)).map(([p, s]) => `decimal(${p},${s})`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), likely, decimals), (text) => {
        const type = parseColumnType(text);
        if (type !== undefined) expect(parseColumnType(type)).toBe(type);
      }),
    );
  });
});

describe('decimalDigits', () => {
  it('gives precision and scale of decimals only', () => {
    expect(decimalDigits('decimal(38,9)')).toEqual({ precision: 38, scale: 9 });
    expect(decimalDigits('decimal(4,0)')).toEqual({ precision: 4, scale: 0 });
    expect(decimalDigits('double')).toBeUndefined();
    expect(decimalDigits('json')).toBeUndefined();
  });
});
