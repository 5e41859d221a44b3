import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnType } from '../../../src/sdk/column-types.js';
import type { Row } from '../../../src/sdk/schema.js';
import { readAddress } from '../../../src/targets/postgres/connect-postgres.js';
import { PostgresConnection } from '../../../src/targets/postgres/postgres-connection.js';
import { readRows, readTypeOf } from '../../../src/targets/postgres/read-rows.js';
import { describeTable } from '../../../src/targets/postgres/table-facts.js';
import { textOf } from '../../../src/targets/values/text-of.js';
import { PostgresPlace } from '../../fixtures/postgres-place.js';
import { usePostgres } from '../../helpers/postgres-server.js';

const server = usePostgres();

/** The rows of a table in the order of `n`, as a source reads them. */
async function readTable(url: string, table: string): Promise<Row[]> {
  const connection = await PostgresConnection.open(readAddress(url), {
    applicationName: 'test',
    schema: 'public',
    lockTimeoutMs: 1000,
  });
  try {
    const columns = (await describeTable(connection, table)).map(({ name, sqlType, nullable }) => ({
      name,
      sqlType,
      type: readTypeOf(sqlType),
      declared: true,
      nullable,
    }));
    const rows: Row[] = [];
    for await (const batch of readRows(connection, `SELECT * FROM ${table} ORDER BY n`, columns, 3))
      rows.push(...batch);
    return rows;
  } finally {
    await connection.close();
  }
}

/** Values of each type as they are read, each of which can be written. */
const VALUES: readonly (readonly [ColumnType, readonly unknown[]])[] = [
  ['string', ['', '\\', '\\N', 'a\tb\nc\r\\d', '😀', ' x ', null]],
  ['boolean', [true, false, null]],
  ['int', [2147483647, -2147483648]],
  ['bigint', [9223372036854775807n, -9223372036854775808n, 9007199254740991, 9007199254740993n]],
  ['float', [0.1, -1.5, 3.4028235e38, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  [
    'double',
    [0.1, 5e-324, 1.7976931348623157e308, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ],
  ['decimal(38,9)', ['12345678901234567890123456789.123456789', '-0.000000001', '0.000000000']],
  [
    'date',
    [
      '2026-11-21',
      '0001-01-01',
      '0000-12-31',
      '-004712-01-01',
      '+012345-06-07',
      'infinity',
      '-infinity',
      null,
    ],
  ],
  [
    'timestamp',
    [
      '2026-11-21T07:08:09.123456',
      '2026-11-21T07:08:09.120',
      '-000043-03-15T00:00:00',
      '+275760-09-12T23:59:59.999999',
      'infinity',
    ],
  ],
  [
    'timestamptz',
    [
      '2026-11-21T07:08:09.000001Z',
      '1900-01-01T00:00:00Z',
      '-000043-03-15T01:02:03Z',
      '+012345-06-07T08:09:10Z',
      '-infinity',
    ],
  ],
  ['time', ['00:00:00', '23:59:59.999999', '07:08:09.120']],
  ['binary', [Uint8Array.of(0, 92, 255), new Uint8Array(0)]],
  ['json', [{ big: 9007199254740993n, list: [1.5, 'a\\b\n"'] }, [], 'text', 0, false, { '': null }]],
];

describe('values', () => {
  it('of every type are the same after they were written, read, written and read', async () => {
    const place = new PostgresPlace(await server.newDatabase());
    for (const [i, [type, values]] of VALUES.entries()) {
      const rows = values.map((v, n) => ({ n, v }));
      const schema = {
        columns: [
          { name: 'n', type: 'int' as const },
          { name: 'v', type },
        ],
      };
      for (const table of [`a${i}`, `b${i}`]) {
        const given = table === `a${i}` ? rows : await readTable(place.url, `a${i}`);
        const { error } = await place.run({ table, schema, rows: [given] });
        expect(error).toBeUndefined();
        expect([type, await readTable(place.url, table)]).toEqual([type, rows]);
      }
    }
  });

  it('of types that the host does not make are read as text, lists as json', async () => {
    const place = new PostgresPlace(await server.newDatabase());
    await place.query(`CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (n int, u uuid, m mood, i inet, l bigint[], ll text[][],
      p numeric, d interval, r int4range, c char(4), s smallint, ts timestamptz(0))`);
    await place.query(`INSERT INTO t VALUES (1, '6b1f3c9e-0000-4000-8000-000000000001', 'ok', '10.0.0.1', '{9007199254740993,NULL}',
      '{{a,b},{"c d",null}}', 1.50, '1 day 2 hours', '[1,5)', 'ab', 7, '2026-11-21 07:00:00+02')`);
    expect(await readTable(place.url, 't')).toEqual([
      {
        n: 1,
        u: '6b1f3c9e-0000-4000-8000-000000000001',
        m: 'ok',
        i: '10.0.0.1',
        l: [9007199254740993n, null],
        ll: [
          ['a', 'b'],
          ['c d', null],
        ],
        p: '1.50',
        d: 'P1DT2H',
        r: '[1,5)',
        c: 'ab  ',
        s: 7,
        ts: '2026-11-21T05:00:00Z',
      },
    ]);
  });

  it('of a filled table become the text that they would have got at once', async () => {
    const place = new PostgresPlace(await server.newDatabase());
    const kinds = [
      fc.double(),
      fc.double({ min: -1e-4, max: 1e-4 }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.boolean(),
      fc.date({ noInvalidDate: true, min: new Date('-002000-01-01T00:00:00Z') }),
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      // PostgreSQL keeps numbers of JSON as decimals, so that one like 1e21 comes back with all its digits.
      fc.jsonValue({ maxDepth: 2, noUnicodeString: false }).filter(
        (value) =>
          typeof value === 'object' &&
          value !== null &&
          !/e\+|\\u|__proto__|-0\b/.test(JSON.stringify(value)) &&
          // Of keys beyond U+FFFF PostgreSQL knows another order than JavaScript.
          !/[\ud800-\uffff]/.test(JSON.stringify(value)),
      ),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          ...kinds.map((kind) => fc.array(kind as fc.Arbitrary<unknown>, { minLength: 20, maxLength: 20 })),
        ),
        async (values) => {
          const rows = values.map((v, n) => ({ n, v }));
          for (const step of [rows, [{ n: values.length, v: 'text' }]]) {
            const { error } = await place.run({
              table: 't',
              mode: step === rows ? 'overwrite' : 'append',
              rows: [step],
            });
            expect(error).toBeUndefined();
          }
          const stored = await readTable(place.url, 't');
          expect(stored.map(({ v }) => v)).toEqual([...values.map((value) => textOf(value)), 'text']);
        },
      ),
      { numRuns: 6 },
    );
  });
});
