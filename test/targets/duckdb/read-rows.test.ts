import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import type { ColumnType } from '../../../src/sdk/column-types.js';
import type { Row } from '../../../src/sdk/schema.js';
import { ChunkAppender } from '../../../src/targets/duckdb/chunk-appender.js';
import { createTableSql } from '../../../src/targets/duckdb/ddl.js';
import { readRows } from '../../../src/targets/duckdb/read-rows.js';
import { quoteName } from '../../../src/targets/duckdb/sql.js';
import type { TableColumn } from '../../../src/targets/target.js';
import { jsonText } from '../../../src/targets/values/json-text.js';
import { declared } from '../files/fixture.js';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
let tables = 0;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function read(table: string, columns: readonly TableColumn[], batchRows = 1000): Promise<Row[][]> {
  const batches: Row[][] = [];
  await connection.run('BEGIN TRANSACTION READ ONLY');
  for await (const rows of readRows(connection, table, columns, batchRows)) batches.push(rows);
  await connection.run('COMMIT');
  return batches;
}

/** What rows are after they were written to a table and read again. */
async function throughTable(columns: readonly TableColumn[], rows: readonly Row[]): Promise<Row[]> {
  const table = `t${(tables += 1)}`;
  await connection.run(createTableSql(table, columns));
  const appender = new ChunkAppender(await connection.createAppender(table), table, columns);
  appender.append({ rows, firstRow: 1 });
  appender.close();
  return (await read(table, columns)).flat();
}

const through = async (type: ColumnType, values: readonly unknown[]): Promise<unknown[]> =>
  (
    await throughTable(
      [declared('v', type)],
      values.map((v) => ({ v })),
    )
  ).map(({ v }) => v);

/** Values that come back as they were given, and those that come back in another form. */
const SAME: readonly (readonly [ColumnType, readonly unknown[]])[] = [
  ['string', ['', 'plain', 'exactly 12 b', 'thirteen byte', 'NUL \0 within', 'a\r\n"b"', '😀 ü', null]],
  ['boolean', [true, false, null]],
  ['int', [2147483647, -2147483648, 0, null]],
  [
    'bigint',
    [
      9223372036854775807n,
      -9223372036854775808n,
      9007199254740993n,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      0,
      null,
    ],
  ],
  ['float', [1.5, 0.1, 16777216, 3.4028235e38, -1e-45, 0.3333333, -0, NaN, Infinity, -Infinity, null]],
  [
    'double',
    [0.1, 1e-7, Number.MAX_VALUE, Number.MIN_VALUE, 3, -0, 2 ** 53 + 2, NaN, Infinity, -Infinity, null],
  ],
  [
    'decimal(38,9)',
    [
      '12345678901234567890123456789.123456789',
      '-99999999999999999999999999999.999999999',
      '-0.000000001',
      null,
    ],
  ],
  ['decimal(38,0)', ['99999999999999999999999999999999999999', '-1', '0', null]],
  ['decimal(38,38)', ['0.00000000000000000000000000000000000001', null]],
  ['decimal(4,2)', ['99.99', '-1.00', '0.05', '-0.05', null]],
  ['decimal(9,0)', ['-999999999', null]],
  ['decimal(18,3)', ['-999999999999999.999', '0.001', null]],
  ['date', ['1969-12-31', '0001-01-01', '9999-12-31', '+010000-01-01', '-000001-06-01', null]],
  [
    'timestamp',
    [
      '1969-12-31T23:59:59.999999',
      '2026-11-21T07:08:09',
      '0001-01-01T00:00:00.000001',
      '9999-12-31T23:59:59.999999',
      '2026-11-21T07:08:09.120',
      null,
    ],
  ],
  [
    'timestamptz',
    ['1969-12-31T23:59:59.999999Z', '2026-11-21T05:08:09.123456Z', '1901-01-01T00:00:00Z', null],
  ],
  ['time', ['00:00:00', '23:59:59.999999', '12:00:00.500', null]],
  ['binary', [Uint8Array.of(0, 255, 10), new Uint8Array(0), new Uint8Array(300).fill(7), null]],
  [
    'json',
    [
      { z: { big: 9007199254740993n, small: 1 }, a: [1, 'two', null, true, 0.5] },
      [],
      {},
      'text',
      12,
      9223372036854775807n,
      false,
      null,
    ],
  ],
];

describe('readRows', () => {
  it.each(SAME)('%s with its extremes', async (type, values) => {
    expect(await through(type, values)).toEqual(values);
  });

  it('a column that had nulls only is text', async () => {
    expect(await throughTable([{ ...declared('v', 'string'), type: null }], [{ v: null }, {}])).toEqual([
      { v: null },
      { v: null },
    ]);
  });

  it('what JavaScript has no name for is DuckDB’s own text', async () => {
    await connection.run(
      `CREATE OR REPLACE TABLE far AS SELECT CAST('infinity' AS DATE) d, CAST('-infinity' AS TIMESTAMP) t,
       CAST('290000-01-01 00:00:00.000001' AS TIMESTAMP) y`,
    );
    const columns = [declared('d', 'date'), declared('t', 'timestamp'), declared('y', 'timestamp')];
    expect(await read('far', columns)).toEqual([
      [{ d: 'infinity', t: '-infinity', y: '290000-01-01 00:00:00.000001' }],
    ]);
  });

  it('names may be anything', async () => {
    const names = ['__proto__', 'constructor', 'a "b"', 'with.dot', 'größe 😀', 'select'];
    const columns = names.map((name) => declared(name, 'int'));
    const row = Object.fromEntries(names.map((name, i) => [name, i]));
    const [back] = await throughTable(columns, [row]);
    expect(Object.entries(back ?? {})).toEqual(Object.entries(row));
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  });

  it('rows come in the order in which they were written, in batches of the size asked for', async () => {
    const count = 300_000;
    await connection.run(`CREATE OR REPLACE TABLE many AS SELECT r AS id FROM range(${count}) x(r)`);
    await connection.run('DELETE FROM many WHERE id % 3 = 0');
    await connection.run('INSERT INTO many SELECT -r FROM range(1, 1000) x(r)');
    const batches = await read('many', [declared('id', 'bigint')], 500);
    expect(Math.max(...batches.map(({ length }) => length))).toBe(500);
    const expected = Array.from({ length: count }, (_, id) => id).filter((id) => id % 3 !== 0);
    for (let id = 1; id < 1000; id += 1) expected.push(-id);
    expect(batches.flat().map(({ id }) => id)).toEqual(expected);
  });

  it('an empty table has no batch', async () => {
    await connection.run(`CREATE OR REPLACE TABLE ${quoteName('none')} (a INTEGER)`);
    expect(await read('none', [declared('a', 'int')])).toEqual([]);
  });

  it('any value comes back as it was', async () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const arbitraries = {
      string: fc.string({ unit: 'grapheme', maxLength: 40 }),
      bigint: long.map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
      double: fc.double(),
      float: fc.float(),
      'decimal(38,10)': fc
        .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
        .map((value) => decimalText(value, 10)),
      binary: fc.uint8Array({ maxLength: 40 }),
      json: fc.jsonValue({ maxDepth: 3 }).filter((value) => value !== null),
    } satisfies Partial<Record<ColumnType, fc.Arbitrary<unknown>>>;
    for (const [type, values] of Object.entries(arbitraries) as [ColumnType, fc.Arbitrary<unknown>][]) {
      await fc.assert(
        fc.asyncProperty(fc.array(values, { maxLength: 20 }), async (list) => {
          const back = await through(type, list);
          if (type === 'float') expect(back.map((value) => Math.fround(value as number))).toEqual(list);
          else if (type === 'json') expect(jsonText(back)).toBe(jsonText(list));
          else expect(back).toEqual(list);
        }),
        { numRuns: 20 },
      );
    }
  });
});

function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
