import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { COLUMN_TYPE_NAMES, parseColumnType, type ColumnType } from '../../src/sdk/column-types.js';
import { inferType, widen, type InferredType } from '../../src/targets/values/inferred-type.js';
import { sqlType } from '../../src/targets/duckdb/sql.js';
import { valueReader } from '../../src/targets/values/read-value.js';
import { textOf } from '../../src/targets/values/text-of.js';
import { codeSpans, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/types.md');
const COLUMN_TYPES = tableRows(section(PAGE, 'Column types')).map(
  ([name = '', , takes = '', refuses = '', sql]) => ({
    type: codeSpans(name)[0] as ColumnType,
    takes: codeSpans(takes),
    refuses: codeSpans(refuses),
    sql,
  }),
);
const INFERRED: readonly InferredType[] = [
  'string',
  'boolean',
  'bigint',
  'double',
  'json',
  'timestamptz',
  'binary',
];

describe('docs/reference/types.md', () => {
  it('has every column type and every alias, and no other', () => {
    const types = COLUMN_TYPES.map(({ type }) => (type.startsWith('decimal') ? 'decimal' : type));
    const aliases = tableRows(section(PAGE, 'Aliases')).map(([name = '']) => codeSpans(name)[0]);
    // decimal is a type with digits and an alias without.
    expect([...new Set([...types, ...aliases])].sort()).toEqual([...COLUMN_TYPE_NAMES].sort());
  });

  it('says of every alias which type it is', () => {
    for (const [name = '', type = ''] of tableRows(section(PAGE, 'Aliases'))) {
      const [alias] = codeSpans(name);
      expect([alias, parseColumnType(alias ?? '')]).toEqual([alias, codeSpans(type)[0]]);
    }
  });

  it('names the DuckDB type of every column type', () => {
    for (const { type, sql } of COLUMN_TYPES) expect([type, sql]).toEqual([type, sqlType(type)]);
  });

  it('gives values that each type takes, and values that it refuses', () => {
    for (const { type, takes, refuses } of COLUMN_TYPES) {
      const read = valueReader(type);
      for (const code of takes)
        expect([type, code, read(evaluate(code)) !== undefined]).toEqual([type, code, true]);
      for (const code of refuses) expect([type, code, read(evaluate(code))]).toEqual([type, code, undefined]);
      expect(takes.length).toBeGreaterThan(0);
      expect(refuses.length).toBeGreaterThan(0);
    }
  });

  it('says what each value infers, and has every type that inference gives', () => {
    const rows = tableRows(section(PAGE, 'Inference'));
    for (const [values = '', type = ''] of rows) {
      for (const code of codeSpans(values)) {
        expect([code, inferType(evaluate(code))]).toEqual([code, codeSpans(type)[0]]);
      }
    }
    const documented = new Set(rows.map(([, type = '']) => codeSpans(type)[0]));
    expect([...documented].sort()).toEqual([...INFERRED].sort());
  });

  it('has what every pair of inferred types widens to', () => {
    const documented = tableRows(section(PAGE, 'Widening'));
    expect(documented).toEqual(INFERRED.map((a) => [`**${a}**`, ...INFERRED.map((b) => widened(a, b))]));
  });

  it('says the text of values', () => {
    for (const [value = '', text = ''] of tableRows(section(PAGE, 'Text of values'))) {
      const [code] = codeSpans(value);
      expect([code, textOf(evaluate(code ?? ''))]).toEqual([code, codeSpans(text)[0]]);
    }
  });
});

/** The words of the table: what a pair becomes where integers are exact as doubles, and where they are not. */
function widened(a: InferredType, b: InferredType): string {
  return [...new Set([widen(a, b, true), widen(a, b, false)])].join(', or ');
}

/** The value of a JavaScript expression on the page. */
function evaluate(code: string): unknown {
  return runInNewContext(`(${code})`, { Date, Uint8Array });
}
