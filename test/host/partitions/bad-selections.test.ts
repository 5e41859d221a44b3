import { describe, expect, it } from '@jest/globals';
import { checkSelection } from '../../../src/host/partitions/select-partitions.js';
import type { HostError } from '../../../src/sdk/errors.js';
import { BERLIN_HOUR, COUNTRY, DAY, DAY_COUNTRY, HOUR, MONTH } from './schemes.js';

const NOW = new Date('2026-11-21T07:30:00Z');

/** Spec, dimensions, column (from 1), sentence. */
const BAD = [
  // The grammar.
  ['', DAY, 1, 'it names no partition'],
  ['   ', DAY, 1, 'it names no partition'],
  [',', DAY, 1, 'a value is expected here'],
  ['2026-11-01,', DAY, 12, 'a value is expected here'],
  ['2026-11-01,,2026-11-02', DAY, 12, 'a value is expected here'],
  ['2026-11-01/', DAY, 12, 'a value is expected here'],
  ['/2026-11-01', DAY, 1, 'a value is expected here'],
  ['2026-11-01/2026-11-02/2026-11-03', DAY, 22, 'one of , / | ; or the end is expected here'],
  ['2026-11-01/*', DAY, 12, 'a value is expected here'],
  ['*/2026-11-01', DAY, 2, 'one of , / | ; or the end is expected here'],
  ['2026-11-01;', DAY, 12, 'a value is expected here'],
  ['|FR', DAY_COUNTRY, 1, 'a value is expected here'],
  ['2026-11-01|', DAY_COUNTRY, 12, 'a value is expected here'],
  ['F*', COUNTRY, 2, 'one of , / | ; or the end is expected here'],
  ['"FR"IT', COUNTRY, 5, 'one of , / | ; or the end is expected here'],
  ['FR"IT"', COUNTRY, 3, 'one of , / | ; or the end is expected here'],
  ['"FR', COUNTRY, 1, 'this quote is not closed'],
  ['FR,"IT\\"', COUNTRY, 4, 'this quote is not closed'],
  ['F\\R', COUNTRY, 2, 'a "\\" stands before one of , / | ; " \\ * only'],
  ['"F\\n"', COUNTRY, 3, 'a "\\" stands before one of , / | ; " \\ * only'],
  ['FR\\', COUNTRY, 3, 'a "\\" stands before one of , / | ; " \\ * only'],
  // Words.
  [
    'all,FR',
    COUNTRY,
    1,
    '"all" stands alone; as a value of a dimension it is quoted, and every listed value is *',
  ],
  [
    '2026-11-01|all',
    DAY_COUNTRY,
    12,
    '"all" stands alone; as a value of a dimension it is quoted, and every listed value is *',
  ],
  [
    'missing;latest',
    DAY,
    1,
    '"missing" stands alone; as a value of a dimension it is quoted, and every listed value is *',
  ],
  [
    'FR/failed',
    COUNTRY,
    4,
    '"failed" stands alone; as a value of a dimension it is quoted, and every listed value is *',
  ],
  ['"all"', DAY, 1, '"all" of dimension "day" is no DAY, which looks like 2026-11-21'],
  // The dimensions.
  ['2026-11-01', DAY_COUNTRY, 11, '1 value for 2 dimensions: day|country'],
  ['2026-11-01;2026-11-02|FR', DAY_COUNTRY, 11, '1 value for 2 dimensions: day|country'],
  ['2026-11-01|FR|x', DAY_COUNTRY, 15, '3 values for 2 dimensions: day|country'],
  ['2026-11-01|FR', DAY, 12, '2 values for 1 dimension: day'],
  ['2026-11-01|FR, 2026-11-01|IT', DAY_COUNTRY, 27, '3 values for 2 dimensions: day|country'],
  [
    'FR/IT',
    COUNTRY,
    1,
    'dimension "country" is not of time, so it has no ranges; a "/" in a value is quoted',
  ],
  [
    'FR,CURRENT_DAY',
    COUNTRY,
    4,
    '"CURRENT_DAY" is a keyword, and dimension "country" is not of time; as a value it is quoted',
  ],
  ['FR,""', COUNTRY, 4, 'the value of dimension "country" is empty'],
  ['FR,"a\\|b"', COUNTRY, 4, 'the value of dimension "country" has a "|", which stands between values only'],
  ['FR,a\\|b', COUNTRY, 4, 'the value of dimension "country" has a "|", which stands between values only'],
  [
    'FR,a\u0001b',
    COUNTRY,
    4,
    'the value of dimension "country" has a control character or half of a character',
  ],
  [
    '*,a\u0001b',
    COUNTRY,
    3,
    'the value of dimension "country" has a control character or half of a character',
  ],
  [
    '2026-11-01|F\ud83dR',
    DAY_COUNTRY,
    12,
    'the value of dimension "country" has a control character or half of a character',
  ],
  // Times.
  ['2026-02-30', DAY, 1, '"2026-02-30" of dimension "day" does not exist'],
  ['2026-11-01, 2025-02-29', DAY, 13, '"2025-02-29" of dimension "day" does not exist'],
  ['2026-11-01/2026-11-31', DAY, 12, '"2026-11-31" of dimension "day" does not exist'],
  ['0000-01-01', DAY, 1, '"0000-01-01" of dimension "day" does not exist'],
  ['2026-13', MONTH, 1, '"2026-13" of dimension "month" does not exist'],
  ['2026-11-21-24', HOUR, 1, '"2026-11-21-24" of dimension "hour" does not exist'],
  ['2026-03-29-02', BERLIN_HOUR, 1, '"2026-03-29-02" of dimension "hour" does not exist in Europe/Berlin'],
  ['2026-11-21', MONTH, 1, '"2026-11-21" is of the period DAY, and dimension "month" is cut by MONTH'],
  ['2026-11-21-07', DAY, 1, '"2026-11-21-07" is of the period HOUR, and dimension "day" is cut by DAY'],
  ['21.11.2026', DAY, 1, '"21.11.2026" of dimension "day" is no DAY, which looks like 2026-11-21'],
  [
    '2026-11-21T07',
    HOUR,
    1,
    '"2026-11-21T07" of dimension "hour" is no HOUR, which looks like 2026-11-21-07',
  ],
  ['2026-11-30/2026-11-01', DAY, 1, 'the range ends at "2026-11-01", before it begins'],
  ['2026-12/2026-11-30', DAY, 1, 'the range ends at "2026-11-30", before it begins'],
  ['NEXT_DAY/CURRENT_DAY', DAY, 1, 'the range ends at "CURRENT_DAY", before it begins'],
  // Keywords.
  ['CURENT_DAY', DAY, 1, '"CURENT_DAY" is no keyword and no period of time (did you mean CURRENT_DAY?)'],
  [
    '2026-11-01/current_day',
    DAY,
    12,
    '"current_day" is no keyword and no period of time (did you mean CURRENT_DAY?)',
  ],
  [
    'LAST_30_DAY_S',
    DAY,
    1,
    '"LAST_30_DAY_S" is no keyword and no period of time (did you mean LAST_30_DAYS?)',
  ],
  ['LAST_0_DAYS', DAY, 1, '"LAST_0_DAYS" is no keyword and no period of time (did you mean LAST_7_DAYS?)'],
  ['All', DAY, 1, '"All" is no keyword and no period of time'],
  ['yesterday', DAY, 1, '"yesterday" is no keyword and no period of time'],
  ['"CURRENT_DAY"', DAY, 1, '"CURRENT_DAY" of dimension "day" is no DAY, which looks like 2026-11-21'],
  ['CURRENT_HOUR', DAY, 1, '"CURRENT_HOUR" is of the period HOUR, and dimension "day" is cut by DAY'],
  ['LAST_2_DAYS', MONTH, 1, '"LAST_2_DAYS" is of the period DAY, and dimension "month" is cut by MONTH'],
  ['LAST_9999_YEARS', DAY, 1, '"LAST_9999_YEARS" goes beyond the years 1 to 9999'],
  // Too much.
  ['0001/9999', DAY, 1, 'these are 3,652,059 periods (DAY), and 1,000,000 are allowed'],
  ['LAST_200_YEARS', HOUR, 1, 'these are 1,753,176 periods (HOUR), and 1,000,000 are allowed'],
  [
    `2026-11-01|FR;0001-01-01/2600-01-01|${Array.from({ length: 11 }, (_, index) => `c${index}`).join()}`,
    DAY_COUNTRY,
    15,
    'these are 10,441,927 partitions, and one run takes 10,000,000 at most',
  ],
] as const;

const errorOf = (...args: Parameters<typeof checkSelection>): HostError => {
  try {
    checkSelection(...args);
  } catch (error) {
    return error as HostError;
  }
  throw new Error('it was taken');
};

describe('a wrong text of --partition', () => {
  it.each(BAD)('%j', (text, partitioning, column, sentence) => {
    const error = errorOf(text, partitioning, NOW);
    expect(error).toMatchObject({
      name: 'ConfigError',
      code: 'PARTITION_SPEC_INVALID',
      exitCode: 2,
      details: { columnNumber: column },
    });
    const [first, shown, mark] = error.message.split('\n');
    expect(first).toBe(`partitions, column ${column}: ${sentence}`);
    expect(mark?.trimStart()).toBe('^');
    // The mark stands below the character, or behind the last one.
    const marked = Array.from(shown ?? '')[(mark?.length ?? 0) - 1];
    const meant = Array.from(text)[column - 1];
    expect(marked).toBe(meant);
  });

  it('is shown around the place when it is long, with what does not print replaced', () => {
    const text = `${'2026-11-01,'.repeat(20)}\u{1f600}\t2026-11-01,2026-11-02,2026-11-03,2026-11-04`;
    expect(errorOf(text, DAY, NOW).message.split('\n')).toEqual([
      'partitions, column 221: "\u{1f600}\\t2026-11-01" of dimension "day" is no DAY, which looks like 2026-11-21',
      '  …-11-01,2026-11-01,2026-11-01,2026-11-01,\u{1f600}\u{fffd}2026-11-01,2026-11-02,2026-1…',
      `  ${' '.repeat(41)}^`,
    ]);
  });
});
