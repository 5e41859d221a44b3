import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLUMN_KINDS } from '../../python-connectors/my-plugin-random-data/column-kinds.js';
import type { RandomDataConfig } from '../../python-connectors/my-plugin-random-data/config-problems.js';
import RandomDataConnector from '../../python-connectors/my-plugin-random-data/connector.js';
import { parseColumnType, type ConfigError, type Row } from '../../src/index.js';
import { valueReader } from '../../src/targets/values/read-value.js';
import { fakeContext, readPages, readRows } from './fake-context.js';

const FOLDER = join(__dirname, '../../python-connectors/my-plugin-random-data');

function connector(config: RandomDataConfig): RandomDataConnector {
  return new RandomDataConnector(config, fakeContext());
}

function problemsOf(config: RandomDataConfig): readonly string[] {
  try {
    connector(config);
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
    return (error as ConfigError).details.problems ?? [];
  }
  throw new Error('the config was taken');
}

describe('my-plugin-random-data', () => {
  it('declares the types of its columns, string where none is given', () => {
    const columns = ['id', 'amount', 'day', 'code', 'more'];
    expect(connector({ columns, column_types: ['int', 'float', 'date', 'string'] }).getReadSchema()).toEqual({
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'amount', type: 'double' },
        { name: 'day', type: 'date' },
        { name: 'code', type: 'string' },
        { name: 'more', type: 'string' },
      ],
    });
  });

  it('keeps the ranges of the guide, and reaches both ends', async () => {
    const rows = await readRows(
      connector({
        num_rows: 60_000,
        columns: ['i', 'f', 'd', 's'],
        column_types: ['int', 'float', 'date'],
        seed: 1,
      }),
    );
    const integers = rows.map((row) => row.i as number);
    expect(integers.every(Number.isInteger)).toBe(true);
    expect([Math.min(...integers), Math.max(...integers)]).toEqual([0, 1000]);
    const fractions = rows.map((row) => row.f as number);
    expect(
      fractions.every((value) => value >= 0 && value <= 1000 && Number(value.toFixed(2)) === value),
    ).toBe(true);
    const days = rows.map((row) => row.d as string).sort();
    expect([days[0], days.at(-1), new Set(days).size]).toEqual(['2025-01-01', '2026-01-01', 366]);
    const texts = rows.map((row) => row.s as string);
    expect(texts.every((text) => /^[A-Za-z]{5,15}$/.test(text))).toBe(true);
    expect(new Set(texts.map((text) => text.length)).size).toBe(11);
  });

  it('spreads values evenly', async () => {
    const rows = await readRows(
      connector({ num_rows: 100_000, columns: ['i'], column_types: ['int'], seed: 7 }),
    );
    const counts = new Array<number>(10).fill(0);
    for (const { i } of rows) {
      const bin = Math.min(9, Math.floor((i as number) / 100));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(9_500);
    expect(Math.max(...counts)).toBeLessThan(10_500);
  });

  it('counts days from today where there is no seed', async () => {
    const before = Date.now();
    const rows = await readRows(
      connector({ num_rows: 5_000, columns: ['d', 't'], column_types: ['date', 'timestamp'] }),
    );
    const dayOf = (time: number): string => {
      const date = new Date(time);
      return new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()))
        .toISOString()
        .slice(0, 10);
    };
    const days = rows.map((row) => row.d as string).sort();
    expect([dayOf(before), dayOf(Date.now())]).toContain(days.at(-1));
    const times = rows.map((row) => Date.parse(`${row.t as string}Z`));
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
    expect(Math.min(...times)).toBeGreaterThanOrEqual(before - 365 * 86_400_000);
  });

  it('gives the same rows for the same seed, and others for others', async () => {
    const columns = [...COLUMN_KINDS.keys()];
    const read = (seed?: number): Promise<Row[]> =>
      readRows(
        connector({ num_rows: 50, columns, column_types: columns, ...(seed === undefined ? {} : { seed }) }),
      );
    const rows = await read(42);
    expect(await read(42)).toEqual(rows);
    expect(await read(43)).not.toEqual(rows);
    expect(await read()).not.toEqual(await read());
  });

  it('gives rows that are known beforehand for a seed, whatever the day and the time zone', async () => {
    const given = { columns: ['id', 'amount', 'day', 'code', 'created_at'], seed: 42, num_rows: 1 };
    const column_types = ['int', 'float', 'date', 'string', 'timestamp'];
    expect(await readRows(connector({ ...given, column_types }))).toEqual([
      {
        id: 601,
        amount: 448.29,
        day: '2025-02-23',
        code: 'jBoGTymTMpkA',
        created_at: '2025-04-25T09:16:43.403',
      },
    ]);
  });

  it.each([...COLUMN_KINDS])('makes values of kind %s that its type takes', async (kind, { type }) => {
    const rows = await readRows(
      connector({ num_rows: 200, columns: ['value'], column_types: [kind], seed: 3 }),
    );
    expect(parseColumnType(type)).toBe(type);
    const read = valueReader(type);
    expect(rows.filter(({ value }) => value === undefined || read(value) === undefined)).toEqual([]);
    expect(new Set(rows.map(({ value }) => value)).size).toBeGreaterThan(1);
  });

  it('yields pages of 1000 rows and stops at the limit', async () => {
    const config = { num_rows: 2500, columns: ['a'] };
    const sizes = async (recordsLimit: number): Promise<number[]> =>
      (await readPages(connector(config), { recordsLimit })).map((page) => page.length);
    expect(await sizes(-1)).toEqual([1000, 1000, 500]);
    expect(await sizes(1200)).toEqual([1000, 200]);
    expect(await sizes(1)).toEqual([1]);
    expect(await sizes(9999)).toEqual([1000, 1000, 500]);
  });

  it('gives the first rows of a full read where a limit is set', async () => {
    const config = { num_rows: 30, columns: ['a', 'b'], column_types: ['name', 'int'], seed: 5 };
    const all = await readRows(connector(config));
    expect(await readRows(connector(config), { recordsLimit: 7 })).toEqual(all.slice(0, 7));
  });

  it('makes 100 rows by default, and none for 0', async () => {
    expect(await readRows(connector({ columns: ['a'] }))).toHaveLength(100);
    expect(await readPages(connector({ num_rows: 0, columns: ['a'] }))).toEqual([]);
  });

  it.each<[string, RandomDataConfig, readonly (string | RegExp)[]]>([
    ['no columns', { columns: [] }, ['param "columns" must name at least one column']],
    ['columns absent', {}, ['param "columns" must name at least one column']],
    [
      'more types than columns',
      { columns: ['a'], column_types: ['int', 'date'] },
      ['param "column_types" has 2 types for 1 columns'],
    ],
    ['a name twice', { columns: ['a', 'b', 'a'] }, ['param "columns": "a" is there twice']],
    [
      'names but for case',
      { columns: ['Id', 'iD'] },
      ['param "columns": "Id" and "iD" differ in upper and lower case only'],
    ],
    [
      'empty names',
      { columns: ['', ' '] },
      ['param "columns": name 1 is empty', 'param "columns": name 2 is empty'],
    ],
    [
      'a name that sets the prototype',
      { columns: ['__proto__'] },
      ['param "columns": "__proto__" cannot be a name'],
    ],
    [
      'unknown types',
      { columns: ['a', 'b'], column_types: ['integer', ''] },
      [
        /^param "column_types" has the unknown types "integer", ""; the types are string, int, float, date, .*sentence$/,
      ],
    ],
    [
      'a negative number of rows',
      { num_rows: -1, columns: ['a'] },
      ['param "num_rows" must be an integer of at least 0 (got -1)'],
    ],
    ['a fraction as seed', { columns: ['a'], seed: 0.5 }, ['param "seed" must be an integer (got 0.5)']],
  ])('refuses %s', (_what, config, problems) => {
    const found = problemsOf(config);
    expect(found).toHaveLength(problems.length);
    for (const [index, problem] of problems.entries())
      expect(found[index]).toEqual(expect.stringMatching(asPattern(problem)));
  });

  it('lists all problems at once', () => {
    expect(() => connector({ num_rows: -1, columns: ['a', 'A', ''], column_types: ['x'] })).toThrow(
      /^4 problems:\n {2}- param "num_rows".*\n {2}- .*case only\n {2}- .*is empty\n {2}- .*unknown type "x"; /,
    );
  });

  it('takes any other names', async () => {
    const names = fc.uniqueArray(
      fc
        .string({ minLength: 1, unit: 'grapheme' })
        .filter((name) => name.trim() !== '' && name !== '__proto__'),
      { minLength: 1, maxLength: 8, selector: (name) => name.toLowerCase() },
    );
    await fc.assert(
      fc.asyncProperty(names, async (columns) => {
        const [row] = await readRows(
          connector({ num_rows: 1, columns, column_types: columns.map(() => 'int') }),
        );
        expect(new Set(Object.keys(row as Row))).toEqual(new Set(columns));
      }),
      { numRuns: 100 },
    );
  });

  it('lists every kind with its type in its README and in the description of the parameter', async () => {
    const readme = await readFile(join(FOLDER, 'README.md'), 'utf8');
    const manifest = await readFile(join(FOLDER, 'connector.json'), 'utf8');
    for (const [kind, { type }] of COLUMN_KINDS) {
      expect(readme).toMatch(new RegExp(`\\| \`${kind}\` +\\| ${type} +\\|`));
      expect(manifest).toMatch(new RegExp(`Types: [a-z_, ]*\\b${kind}\\b`));
    }
  });
});

function asPattern(problem: string | RegExp): RegExp {
  return problem instanceof RegExp
    ? problem
    : new RegExp(`^${problem.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
