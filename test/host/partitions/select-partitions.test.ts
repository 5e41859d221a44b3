import { describe, expect, it } from '@jest/globals';
import { latestText } from '../../../src/host/partitions/latest.js';
import { selectPartitions } from '../../../src/host/partitions/select-partitions.js';
import type { Partitioning } from '../../../src/sdk/partitioning.js';
import { batchOf, FixedLedger, idsOf, partsOf, type Asked } from './partition-source.js';
import { BERLIN_DAY, BERLIN_HOUR, COUNTRY, DAY, DAY_COUNTRY, HOUR, MONTH } from './schemes.js';

const select = (asked: Asked): Promise<string[]> => idsOf(partsOf(asked));
const named = (partitioning: Partitioning, selection: string, now?: string): Promise<string[]> =>
  select({ partitioning, selection, ...(now === undefined ? {} : { now: new Date(now) }) });
const days = (month: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${month}-${String(index + 1).padStart(2, '0')}`);

describe('partitions that are named', () => {
  it.each<[Partitioning, string, string]>([
    [DAY, '2026-11-01', '2026-11-01'],
    [DAY, '"2026-11-01"', '2026-11-01'],
    [DAY, '2026-11-03, 2026-11-01,2026-11-03', '2026-11-03 2026-11-01'],
    [
      DAY,
      '2026-11-03,2026-11-02/2026-11-05,2026-11-01/2026-11-03',
      '2026-11-03 2026-11-02 2026-11-04 2026-11-05 2026-11-01',
    ],
    [DAY, '2026-12-30/2027-01-02', '2026-12-30 2026-12-31 2027-01-01 2027-01-02'],
    [DAY, '2024-02-28/2024-03-01', '2024-02-28 2024-02-29 2024-03-01'],
    [DAY, '2026-11-29/2026-12', ['2026-11-29', '2026-11-30', ...days('2026-12', 31)].join(' ')],
    [MONTH, '2025-12/2026-01', '2025-12 2026-01'],
    [HOUR, '2026-12-31-23/2027-01-01-01', '2026-12-31-23 2027-01-01-00 2027-01-01-01'],
    [DAY_COUNTRY, '2026-11-01/2026-11-02|FR,IT', '2026-11-01|FR 2026-11-01|IT 2026-11-02|FR 2026-11-02|IT'],
    [
      DAY_COUNTRY,
      '2026-11-01|FR;2026-11-02|IT; 2026-11-01 | FR,"DE"',
      '2026-11-01|FR 2026-11-02|IT 2026-11-01|DE',
    ],
    [COUNTRY, '"all",latest\\*,New York,"a/b",a\\/b,"c\\"d"', 'all latest* New York a/b c"d'],
    [COUNTRY, 'ALL,last_7_days,2026', 'ALL last_7_days 2026'],
  ])('%j: %s', async (partitioning, selection, ids) => {
    expect((await named(partitioning, selection)).join(' ')).toBe(ids);
  });

  it('of a month are its days', async () => {
    expect(await named(DAY, '2024-02')).toEqual(days('2024-02', 29));
    expect(await named(DAY, '2026-11')).toEqual(days('2026-11', 30));
    expect(await named(DAY, '2026')).toHaveLength(365);
  });

  it.each([
    ['2026-03-29', 23, '2026-03-29-01 2026-03-29-03'],
    ['2026-10-25', 24, '2026-10-25-01 2026-10-25-02'],
  ])('of the day %s, on which the clock is put, are the hours that exist', async (day, count, around) => {
    const ids = await named(BERLIN_HOUR, day);
    expect(ids).toHaveLength(count);
    expect(ids.slice(1, 3).join(' ')).toBe(around);
  });
});

describe('keywords', () => {
  const NOW = '2026-11-21T07:30:00Z';
  it.each<[Partitioning, string, string, string]>([
    [DAY, 'CURRENT_DAY', NOW, '2026-11-21'],
    [DAY, 'PREVIOUS_DAY,NEXT_DAY', NOW, '2026-11-20 2026-11-22'],
    [DAY, 'LAST_3_DAYS', NOW, '2026-11-18 2026-11-19 2026-11-20'],
    [DAY, 'LAST_1_DAY', NOW, '2026-11-20'],
    [DAY, 'PREVIOUS_MONTH', NOW, days('2026-10', 31).join(' ')],
    [DAY, 'CURRENT_MONTH/CURRENT_DAY', NOW, days('2026-11', 21).join(' ')],
    [DAY, 'CURRENT_MONTH', '2024-02-10T00:00:00Z', days('2024-02', 29).join(' ')],
    [
      DAY,
      'LAST_2_MONTHS',
      '2026-03-01T00:00:00Z',
      [...days('2026-01', 31), ...days('2026-02', 28)].join(' '),
    ],
    [MONTH, 'PREVIOUS_MONTH,CURRENT_MONTH,NEXT_MONTH', '2026-12-31T23:59:59Z', '2026-11 2026-12 2027-01'],
    [MONTH, 'CURRENT_YEAR/CURRENT_MONTH', '2026-02-01T00:00:00Z', '2026-01 2026-02'],
    [HOUR, 'LAST_2_HOURS,CURRENT_HOUR', '2026-01-01T00:10:00Z', '2025-12-31-22 2025-12-31-23 2026-01-01-00'],
    // In Berlin it is the next day, an hour came twice, and one not at all.
    [BERLIN_DAY, 'CURRENT_DAY', '2026-11-21T23:30:00Z', '2026-11-22'],
    [BERLIN_HOUR, 'CURRENT_HOUR', '2026-10-25T00:30:00Z', '2026-10-25-02'],
    [BERLIN_HOUR, 'CURRENT_HOUR', '2026-10-25T01:30:00Z', '2026-10-25-02'],
    [BERLIN_HOUR, 'PREVIOUS_HOUR', '2026-03-29T01:30:00Z', '2026-03-29-01'],
    [BERLIN_HOUR, 'LAST_2_HOURS', '2026-03-29T02:30:00Z', '2026-03-29-01 2026-03-29-03'],
  ])('%j: %s at %s', async (partitioning, selection, now, ids) => {
    expect((await named(partitioning, selection, now)).join(' ')).toBe(ids);
  });
});

describe('partitions that are listed', () => {
  const LISTED = ['2026-11-02|FR', '2026-11-10|IT', '2026-11-02|IT', '2026-11-01|FR', '2026-11-10|DE'];
  const listed: Asked = { partitioning: DAY_COUNTRY, listPartitions: () => LISTED };

  it.each<[string | null, string]>([
    [null, LISTED.join(' ')],
    ['all', LISTED.join(' ')],
    ['latest', '2026-11-10|IT 2026-11-10|DE'],
    ['*|*', LISTED.join(' ')],
    ['2026-11-02|*', '2026-11-02|FR 2026-11-02|IT'],
    ['*|FR', '2026-11-02|FR 2026-11-01|FR'],
    ['2026-11-01/2026-11-05|DE,*', '2026-11-02|FR 2026-11-02|IT 2026-11-01|FR'],
    [
      '2026-12-01|X;*|FR;2026-11-10|IT;2026-11-02|*',
      '2026-12-01|X 2026-11-02|FR 2026-11-02|IT 2026-11-01|FR 2026-11-10|IT',
    ],
  ])('%s', async (selection, ids) => {
    expect((await select({ ...listed, selection })).join(' ')).toBe(ids);
  });

  it.each<[string, Partitioning, string, string, string]>([
    ['one day', DAY, '2026-11-09 2026-11-10 2026-09-30', '2026-11-10', 'day 2026-11-10'],
    [
      'a day of all values, each once',
      DAY_COUNTRY,
      '2026-11-09|IT 2026-11-10|b 2026-11-10|a 2026-11-10|b 2026-11-09|z',
      '2026-11-10|b 2026-11-10|a',
      'day 2026-11-10',
    ],
    [
      'that of the time, wherever it stands',
      { dimensions: [...COUNTRY.dimensions, ...DAY.dimensions] },
      'ZA|2026-11-09 AT|2026-11-10 FR|2026-11-10',
      'AT|2026-11-10 FR|2026-11-10',
      'day 2026-11-10',
    ],
    [
      'the last of two times',
      { dimensions: [...MONTH.dimensions, ...COUNTRY.dimensions, ...DAY.dimensions] },
      '2026-10|x|2026-11-09 2026-11|b|2026-11-02 2026-11|x|2026-11-01 2026-11|a|2026-11-02',
      '2026-11|b|2026-11-02 2026-11|a|2026-11-02',
      'month 2026-11, day 2026-11-02',
    ],
    ['the last value where there is no time', COUNTRY, 'b c a c', 'c', 'c'],
  ])('latest is %s', async (_what, partitioning, all, ids, text) => {
    const found = await select({ partitioning, listPartitions: () => all.split(' '), selection: 'latest' });
    expect(found.join(' ')).toBe(ids);
    expect(latestText(found[0] as string, partitioning)).toBe(text);
  });

  it.each(['all', 'latest', 'missing', '*|*', '2026-11-01|*', null])('%s needs a list', async (selection) => {
    const failure = select({ partitioning: DAY_COUNTRY, selection, ledger: new FixedLedger([]) });
    await expect(failure).rejects.toMatchObject({ name: 'ConfigError', code: 'PARTITION_UNSELECTED' });
  });

  it('may be none', async () => {
    const none: Asked = { partitioning: DAY, listPartitions: () => [], ledger: new FixedLedger([]) };
    for (const selection of [null, 'all', 'missing', 'failed'])
      expect(await select({ ...none, selection })).toEqual([]);
    for (const selection of ['latest', '*']) {
      await expect(select({ ...none, selection })).rejects.toMatchObject({
        name: 'ConfigError',
        code: 'PARTITION_NOT_FOUND',
        message: 'no partition that is listed is among those that were chosen',
      });
    }
  });

  it('are not asked for where they are named', async () => {
    const listPartitions = (): never => {
      throw new Error('it was asked');
    };
    expect(await select({ partitioning: DAY, listPartitions, selection: '2026-11-01/2026-11-02' })).toEqual([
      '2026-11-01',
      '2026-11-02',
    ]);
  });
});

describe('partitions that were tried before', () => {
  const ledger = new FixedLedger([
    ['a', 'completed'],
    ['b', 'failed'],
    ['c', 'unfinished', 'new'],
    ['d', 'completed', 'new'],
    ['x', 'failed', 'new'],
  ]);
  const asked: Asked = { partitioning: COUNTRY, listPartitions: () => ['e', 'd', 'c', 'b', 'a'], ledger };
  const resumes = batchOf('new');

  it.each<[string | null, string, string]>([
    ['missing', 'e c b', 'e c b'],
    ['failed', 'b x', 'b x c'],
    ['all', 'e d c b a', 'e c b a'],
    [null, 'e d c b a', 'e c b a'],
    ['a,d,*', 'e d c b a', 'e c b a'],
    ['d,a', 'd a', 'a'],
    ['d', 'd', ''],
    ['latest', 'e', 'e'],
  ])('%s', async (selection, first, resumed) => {
    expect((await select({ ...asked, selection })).join(' ')).toBe(first);
    expect((await select({ ...asked, selection, resumes })).join(' ')).toBe(resumed);
  });

  it('are asked for once, and given in pages of 1,000', async () => {
    const many = new FixedLedger([]);
    const listPartitions = (): string[] => Array.from({ length: 25_000 }, (_, index) => `v${index}`);
    const pages: number[] = [];
    for await (const page of selectPartitions(
      partsOf({ partitioning: COUNTRY, listPartitions, ledger: many, selection: 'missing' }),
    )) {
      pages.push(page.length);
    }
    expect(many.questions).toBe(1);
    expect(pages).toEqual(Array.from({ length: 25 }, () => 1000));
  });

  it.each<[string | null, boolean]>([
    ['missing', false],
    ['failed', false],
    [null, true],
  ])('are not known without a ledger: %s', async (selection, isResumed) => {
    const parts = { ...asked, ledger: undefined, selection, ...(isResumed ? { resumes } : {}) };
    await expect(select(parts)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'PARTITIONS_UNSUPPORTED',
    });
  });
});

describe('partitionExists', () => {
  it('is asked about what is named, and what is not there is left out and counted', async () => {
    const questions: string[] = [];
    const counts: number[] = [];
    const ids = await select({
      partitioning: DAY,
      listPartitions: () => ['2026-12-01'],
      partitionExists: async (_partitioning, id) => {
        questions.push(id);
        return Number(id.slice(-2)) % 2 === 0;
      },
      selection: '2026-11-01/2026-11-09;2026-12-01;*',
      onNotThere: (count) => counts.push(count),
    });
    // The listed one was asked about before, as one that is named.
    expect(ids).toEqual(['2026-11-02', '2026-11-04', '2026-11-06', '2026-11-08']);
    expect(questions).toEqual([...days('2026-11', 9), '2026-12-01']);
    expect(counts).toEqual([6]);
  });

  it('is not asked about what a batch has completed', async () => {
    const questions: string[] = [];
    const ledger = new FixedLedger([['b', 'completed', 'new']]);
    const partitionExists = (_partitioning: Partitioning, id: string): boolean => {
      questions.push(id);
      return false;
    };
    expect(
      await select({
        partitioning: COUNTRY,
        partitionExists,
        ledger,
        resumes: batchOf('new'),
        selection: 'a,b',
      }),
    ).toEqual([]);
    expect(questions).toEqual(['a']);
  });

  it.each([
    ['a', 'the partition that was chosen is not there'],
    ['a,b', 'none of the 2 partitions that were chosen is there'],
  ])('makes an error of %s where nothing is there', async (selection, message) => {
    const counts: number[] = [];
    const failure = select({
      partitioning: COUNTRY,
      partitionExists: () => false,
      selection,
      onNotThere: (count) => counts.push(count),
    });
    await expect(failure).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'PARTITION_NOT_FOUND',
      message,
    });
    expect(counts).toEqual([selection.split(',').length]);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['string', 'yes'],
  ])('may not give %s', async (name, answer) => {
    const failure = select({ partitioning: COUNTRY, partitionExists: () => answer, selection: 'a' });
    await expect(failure).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'PARTITIONING_INVALID',
      message: `partitionExists gave ${name}, not true or false`,
    });
  });

  it('that fails is a failure of the connector', async () => {
    const partitionExists = (): never => {
      throw new TypeError('no');
    };
    const failure = select({ partitioning: COUNTRY, partitionExists, selection: 'a' });
    await expect(failure).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'PARTITIONING_INVALID',
      message: expect.stringMatching(/^partitionExists failed: TypeError: no/),
    });
  });

  it('that never answers is left when the run stops', async () => {
    const stop = new AbortController();
    const failure = select({
      partitioning: COUNTRY,
      partitionExists: () => new Promise<boolean>(() => undefined),
      selection: 'a',
      signal: stop.signal,
    });
    setImmediate(() => stop.abort(new Error('stopped')));
    await expect(failure).rejects.toThrow('stopped');
  });
});

describe('many partitions', () => {
  it('of a product come page by page, and no further than they are asked for', async () => {
    const selection = `2000-01-01/2020-12-31|${Array.from({ length: 1000 }, (_, index) => `c${index}`).join()}`;
    let count = 0;
    for await (const page of selectPartitions(partsOf({ partitioning: DAY_COUNTRY, selection }))) {
      expect(page.length).toBe(1000);
      count += page.length;
      if (count === 5000) expect(page.at(-1)).toBe('2000-01-05|c999');
      if (count === 100_000) break;
    }
    expect(count).toBe(100_000);
  });

  it('of a list, a million, are not kept', async () => {
    const listPartitions = function* (): Generator<string> {
      for (let index = 0; index < 1_000_000; index += 1) yield `value-of-a-partition-${index}`;
      yield 'value-of-a-partition-7';
    };
    const parts = partsOf({ partitioning: COUNTRY, listPartitions });
    const before = process.memoryUsage();
    let count = 0;
    let most = 0;
    for await (const page of selectPartitions(parts)) {
      count += page.length;
      if (count % 100_000 === 0) {
        const { arrayBuffers } = process.memoryUsage();
        most = Math.max(most, arrayBuffers - before.arrayBuffers);
      }
    }
    expect(count).toBe(1_000_000);
    // The hashes, and those that were there before they grew.
    expect(most).toBeLessThan(64 * 1024 * 1024);
    expect(parts.warnings).toEqual(['listPartitions gave 1 id again; each partition is taken once']);
  });
});
