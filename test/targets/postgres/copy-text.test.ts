import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Row } from '../../../src/sdk/schema.js';
import { copyWriter } from '../../../src/targets/postgres/copy-text.js';
import { doubleText } from '../../../src/targets/postgres/double-text.js';
import type { TableColumn } from '../../../src/targets/target.js';

const column = (name: string, type: TableColumn['type'], nullable = true): TableColumn => ({
  name,
  type,
  declared: true,
  nullable,
});

const UNESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

/** What COPY reads from lines; null for `\N`. */
function fieldsOf(lines: Buffer): (string | null)[][] {
  const text = lines.toString();
  expect(text.endsWith('\n') || text === '').toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line
        .split('\t')
        .map((field) =>
          field === '\\N' ? null : field.replace(/\\(.)/g, (_whole, code: string) => UNESCAPED[code] ?? ''),
        ),
    );
}

/** Texts of which some have what COPY takes for something else. */
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string() },
  fc
    .array(fc.constantFrom('\\', '\t', '\n', '\r', 'N', '.', '\u0001', 'é', '😀'), { maxLength: 4 })
    .map((parts) => parts.join('')),
);

describe('lines for COPY', () => {
  it('say what the rows say, whatever is in their texts and in those of the batches before', () => {
    const columns = [column('a', 'string'), column('n', 'bigint'), column('j', 'json'), column('b', null)];
    const rows = fc.array(
      fc.record({
        a: fc.option(texts),
        n: fc.option(fc.maxSafeInteger()),
        j: fc.option(fc.record({ text: texts })),
        b: fc.oneof(texts, fc.integer(), fc.boolean()),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 12 }), fc.boolean(), (batches, hasOwn) => {
        const write = copyWriter('t', columns, hasOwn ? (i) => `${i}\t0\t` : undefined);
        for (const batch of batches) {
          const expected = batch.map(({ a, n, j, b }, i) => [
            ...(hasOwn ? [String(i), '0'] : []),
            a,
            n === null ? null : String(n),
            j === null ? null : JSON.stringify(j),
            String(b),
          ]);
          expect(fieldsOf(write({ rows: batch, firstRow: 1 }))).toEqual(expected);
        }
      }),
    );
  });

  it('have what all rows of a batch have in common, with care', () => {
    const write = copyWriter('t', [column('region', 'string'), column('n', 'int')]);
    const batch = { rows: [{ n: 1 }, { n: 2 }], firstRow: 1, constants: { region: 'a\\b' } };
    expect(write(batch).toString()).toBe('a\\\\b\t1\na\\\\b\t2\n');
  });

  it('fail for the first bad value of a batch, whichever way it is bad', () => {
    const columns = [column('a', 'string'), column('n', 'bigint', false)];
    const failure = (rows: readonly Row[]): unknown => {
      try {
        return copyWriter('t', columns)({ rows, firstRow: 11 });
      } catch (error) {
        return (error as Error).message;
      }
    };
    const good = { a: 'x', n: 1 };
    const [nul, none, text] = [
      { a: '\0', n: 1 },
      { a: 'x', n: null },
      { a: 'x', n: 'one' },
    ];
    const cannot =
      'row 12: column "a" of table "t" has a value that PostgreSQL cannot store: text with a NUL character';
    expect(failure([good, nul, none])).toBe(cannot);
    expect(failure([good, nul, text])).toBe(cannot);
    expect(failure([good, none, nul])).toBe(
      'row 12: column "n" of table "t" has no value, but must have one',
    );
    expect(failure([good, text, nul])).toBe(
      'row 12: column "n" of table "t" does not take this text as bigint',
    );
  });
});

describe('the text of a double', () => {
  it('is the one that JavaScript gives it, and reads as the same double', () => {
    const hundredths = fc.maxSafeInteger().map((n) => n / 100);
    const tenths = fc.integer().map((n) => n / 10);
    fc.assert(
      fc.property(fc.oneof(fc.double(), hundredths, tenths, fc.integer()), (value) => {
        expect(doubleText(value)).toBe(Object.is(value, -0) ? '-0' : String(value));
      }),
      { numRuns: 2000 },
    );
    const values = [
      0,
      -0,
      0.01,
      -0.05,
      0.1,
      1.005,
      99.99,
      9999999999999.99,
      1e15,
      1e21,
      5e-324,
      NaN,
      -Infinity,
    ];
    expect(values.map(doubleText)).toEqual([
      '0',
      '-0',
      '0.01',
      '-0.05',
      '0.1',
      '1.005',
      '99.99',
      '9999999999999.99',
      '1000000000000000',
      '1e+21',
      '5e-324',
      'NaN',
      '-Infinity',
    ]);
  });
});
