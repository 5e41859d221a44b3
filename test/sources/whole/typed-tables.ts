import fc from 'fast-check';

/** A table with values of DuckDB's types, as the SQL that makes it. */
export interface TypedTable {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isRequired: boolean }[];
  /** Literals, row by row. */
  readonly rows: readonly (readonly string[])[];
  /** How often the rows are there. */
  readonly copies: number;
}

/** A type, its usual values, and those that the host has no form for. */
interface SqlType {
  readonly type: string;
  readonly value: fc.Arbitrary<string>;
  readonly refused?: readonly string[];
}

const NAMES = ['id', 'Name', 'we"ird', 'select', 'ü', 'constructor', 'a b', '_x'];

const integer = (type: string, bits: number, isSigned = true): SqlType => {
  const max = 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n;
  return { type, value: fc.bigInt(isSigned ? -max - 1n : 0n, max).map((n) => `'${n}'::${type}`) };
};
/** Up to 38 digits. */
const wide = (type: string, min: bigint): SqlType => ({
  type,
  value: fc.bigInt(min, 10n ** 38n - 1n).map((n) => `'${n}'::${type}`),
  refused: [`'${10n ** 38n}'::${type}`],
});
const decimal = (width: number, scale: number): SqlType => ({
  type: `DECIMAL(${width},${scale})`,
  value: fc.bigInt(1n - 10n ** BigInt(width), 10n ** BigInt(width) - 1n).map((n) => {
    const digits = String(n < 0n ? -n : n).padStart(scale + 1, '0');
    return `'${n < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}'::DECIMAL(${width},${scale})`;
  }),
});
const fraction = (type: string, value: fc.Arbitrary<number>): SqlType => ({
  type,
  value: value.map((n) => `'${Object.is(n, -0) ? '-0.0' : n}'::${type}`),
});
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const FARTHEST = 8_640_000_000_000_000_000n;
const micros = (digits: bigint): fc.Arbitrary<bigint> => fc.bigInt(-(10n ** digits), 10n ** digits);
const instant = (type: string, sql: (n: bigint) => string): SqlType => ({
  type,
  value: fc.oneof(micros(16n), fc.bigInt(-FARTHEST, FARTHEST)).map(sql),
  refused: [`'infinity'::${type}`, `'-infinity'::${type}`, sql(-FARTHEST - 1_000_000_000n)],
});
const simple = (type: string, ...values: readonly string[]): SqlType => ({
  type,
  value: fc.constantFrom(...values.map((value) => `${value}::${type}`)),
});

const FLAT: readonly SqlType[] = [
  simple('BOOLEAN', 'true', 'false'),
  integer('TINYINT', 8),
  integer('SMALLINT', 16),
  integer('INTEGER', 32),
  integer('BIGINT', 64),
  integer('UTINYINT', 8, false),
  integer('USMALLINT', 16, false),
  integer('UINTEGER', 32, false),
  integer('UBIGINT', 64, false),
  wide('HUGEINT', 1n - 10n ** 38n),
  wide('UHUGEINT', 0n),
  decimal(4, 1),
  decimal(9, 3),
  decimal(18, 5),
  decimal(38, 10),
  fraction('FLOAT', fc.float()),
  fraction('DOUBLE', fc.double()),
  {
    type: 'VARCHAR',
    value: fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => `decode(unhex('${hex(Buffer.from(text))}'))`),
  },
  { type: 'BLOB', value: fc.uint8Array({ maxLength: 20 }).map((bytes) => `unhex('${hex(bytes)}')`) },
  {
    type: 'DATE',
    value: fc
      .oneof(fc.integer({ min: -20_000, max: 40_000 }), fc.integer({ min: -1e8, max: 1e8 }))
      .map((days) => `DATE '1970-01-01' + (${days})`),
    refused: [`'infinity'::DATE`, `DATE '1970-01-01' + 100000001`, `DATE '1970-01-01' - 100000001`],
  },
  {
    type: 'TIME',
    value: fc
      .bigInt(0n, 86_399_999_999n)
      .map(
        (n) =>
          `make_time(${n / 3_600_000_000n}, ${(n / 60_000_000n) % 60n}, ${Number(n % 60_000_000n) / 1e6})`,
      ),
    refused: [`'24:00:00'::TIME`],
  },
  instant('TIMESTAMP', (n) => `make_timestamp(${n})`),
  instant('TIMESTAMPTZ', (n) => `(make_timestamp(${n}) AT TIME ZONE 'UTC')`),
  { type: 'TIMESTAMP_S', value: micros(16n).map((n) => `make_timestamp(${n})::TIMESTAMP_S`) },
  { type: 'TIMESTAMP_MS', value: micros(16n).map((n) => `make_timestamp(${n})::TIMESTAMP_MS`) },
  { type: 'TIMESTAMP_NS', value: micros(15n).map((n) => `make_timestamp_ns(${n * 1000n + 7n})`) },
  simple('TIMETZ', `'12:00:00+02'`, `'23:59:59.5-03:30'`),
  simple('INTERVAL', `'1 month 2 days'`, `'00:00:01.5'`, `'0 days'`),
  { type: 'UUID', value: fc.uuid().map((id) => `'${id}'::UUID`) },
  simple(`ENUM('low', 'hi''gh')`, `'low'`, `'hi''gh'`),
  simple('BIT', `'0101'`, `'1'`),
];
/** Types that are JSON in the target. */
const NESTED: readonly SqlType[] = [
  simple('INTEGER[]', '[]', '[1, NULL, 3]'),
  simple('DOUBLE[2]', '[1.0, 2.5]'),
  simple('STRUCT(b INTEGER, a VARCHAR)', `{b: 1, a: 'x'}`),
  simple('MAP(VARCHAR, INTEGER)', `MAP {'k': 1}`),
  simple('JSON', `'{"b": 1.0, "a": [1e2]}'`, `'null'`),
];

/** Tables whose every value the host has a form for. */
export const flatTables = tables(fc.constantFrom(...FLAT), 0);
/** Tables of any type, where some values are such that the host has no form for them. */
export const allTables = tables(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...FLAT.filter(({ refused }) => refused)) },
    { weight: 6, arbitrary: fc.constantFrom(...FLAT) },
    { weight: 1, arbitrary: fc.constantFrom(...NESTED) },
  ),
  2,
);

/** @param refusedWeight how often a value is one that the host has no form for, beside 20 that it has */
function tables(types: fc.Arbitrary<SqlType>, refusedWeight: number): fc.Arbitrary<TypedTable> {
  const column = fc.record({ of: types, isRequired: fc.boolean() });
  const given = fc.tuple(
    fc.shuffledSubarray(NAMES, { minLength: 1, maxLength: 5 }),
    fc.array(column, { minLength: 5, maxLength: 5 }),
  );
  return given.chain(([names, columns]) => {
    const used = columns.slice(0, names.length);
    const row = fc.tuple(
      ...used.map(({ of, isRequired }) =>
        fc.oneof(
          { weight: 20, arbitrary: of.value },
          { weight: isRequired ? 0 : 5, arbitrary: fc.constant('NULL') },
          {
            weight: of.refused ? refusedWeight : 0,
            arbitrary: fc.constantFrom(...(of.refused ?? ['NULL'])),
          },
        ),
      ),
    );
    return fc.record({
      columns: fc.constant(
        used.map(({ of, isRequired }, i) => ({ name: names[i] as string, type: of.type, isRequired })),
      ),
      rows: fc.array(row, { maxLength: 12, size: 'max' }),
      copies: fc.constantFrom(1, 1, 400),
    });
  });
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The statements that make a table of the name `t`. */
export function tableSql({ columns, rows, copies }: TypedTable): string[] {
  const list = columns.map(
    ({ name, type, isRequired }) => `${quote(name)} ${type}${isRequired ? ' NOT NULL' : ''}`,
  );
  const create = `CREATE TABLE t (${list.join(', ')})`;
  if (rows.length === 0) return [create];
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  return [create, `INSERT INTO t SELECT v.* FROM (VALUES ${values}) v, range(${copies})`];
}
