import type { ColumnTypeName } from '../sdk/column-types.js';

/** Values of one column type: what a row gives, and the text of what must be in the table. */
export interface TypeSample {
  readonly type: ColumnTypeName;
  readonly values: readonly (readonly [given: unknown, stored: string | null])[];
}

/** Every column type with its extremes. A target's `read` must give back the second text of each pair. */
export const TYPE_SAMPLES: readonly TypeSample[] = [
  {
    type: 'string',
    values: [
      ['', ''],
      ['plain', 'plain'],
      ['exactly 12 b', 'exactly 12 b'],
      ['thirteen byte', 'thirteen byte'],
      ['a "quoted", text\r\nof two lines', 'a "quoted", text\r\nof two lines'],
      ['NUL \0 within', 'NUL \0 within'],
      ['emoji 😀 and ümlaut', 'emoji 😀 and ümlaut'],
      [' padded ', ' padded '],
      ['null', 'null'],
      [null, null],
    ],
  },
  {
    type: 'boolean',
    values: [
      [true, 'true'],
      [false, 'false'],
      [null, null],
    ],
  },
  {
    type: 'int',
    values: [
      [2147483647, '2147483647'],
      [-2147483648, '-2147483648'],
      [0, '0'],
      [null, null],
    ],
  },
  {
    type: 'bigint',
    values: [
      [9223372036854775807n, '9223372036854775807'],
      [-9223372036854775808n, '-9223372036854775808'],
      [9007199254740993n, '9007199254740993'],
      [Number.MAX_SAFE_INTEGER, '9007199254740991'],
      [Number.MIN_SAFE_INTEGER, '-9007199254740991'],
      [-1, '-1'],
      ['42', '42'],
      [null, null],
    ],
  },
  {
    type: 'float',
    values: [
      [1.5, '1.5'],
      [-0.25, '-0.25'],
      [null, null],
    ],
  },
  {
    type: 'double',
    values: [
      [0.1, '0.1'],
      [1e-7, '1e-7'],
      [1.7976931348623157e308, '1.7976931348623157e+308'],
      [5e-324, '5e-324'],
      [3, '3'],
      [null, null],
    ],
  },
  {
    type: 'decimal(38,9)',
    values: [
      ['12345678901234567890123456789.123456789', '12345678901234567890123456789.123456789'],
      ['-0.000000001', '-0.000000001'],
      [0.1, '0.100000000'],
      [null, null],
    ],
  },
  {
    type: 'decimal(4,2)',
    values: [
      ['99.99', '99.99'],
      ['-1', '-1.00'],
      [null, null],
    ],
  },
  {
    type: 'decimal(9,0)',
    values: [
      ['-999999999', '-999999999'],
      [null, null],
    ],
  },
  {
    type: 'decimal(18,3)',
    values: [
      ['-999999999999999.999', '-999999999999999.999'],
      [null, null],
    ],
  },
  {
    type: 'date',
    values: [
      ['1969-12-31', '1969-12-31'],
      ['0001-01-01', '0001-01-01'],
      ['9999-12-31', '9999-12-31'],
      ['2024-02-29', '2024-02-29'],
      [null, null],
    ],
  },
  {
    type: 'timestamp',
    values: [
      ['1969-12-31T23:59:59.999999', '1969-12-31T23:59:59.999999'],
      ['2026-11-21 07:08:09', '2026-11-21T07:08:09'],
      ['9999-12-31T23:59:59.5', '9999-12-31T23:59:59.500'],
      [null, null],
    ],
  },
  {
    type: 'timestamptz',
    values: [
      ['2026-11-21T07:08:09.123456+02:00', '2026-11-21T05:08:09.123456Z'],
      ['1901-01-01T00:00:00Z', '1901-01-01T00:00:00Z'],
      [new Date(1234567890123), '2009-02-13T23:31:30.123Z'],
      [null, null],
    ],
  },
  {
    type: 'time',
    values: [
      ['00:00', '00:00:00'],
      ['23:59:59.999999', '23:59:59.999999'],
      [null, null],
    ],
  },
  {
    type: 'binary',
    values: [
      [Uint8Array.of(0, 255, 10), 'AP8K'],
      [new Uint8Array(0), ''],
      [null, null],
    ],
  },
  {
    type: 'json',
    values: [
      [
        { deep: { big: 9007199254740993n }, list: [1, 'two', null] },
        '{"deep":{"big":9007199254740993},"list":[1,"two",null]}',
      ],
      [[], '[]'],
      [null, null],
    ],
  },
];
