import { describe, expect, it } from '@jest/globals';
import {
  comparePartitions,
  partitionId,
  partitionRange,
  partitionValues,
  type Partitioning,
} from 'connector-host';
import fc from 'fast-check';

const DAY_COUNTRY: Partitioning = {
  dimensions: [
    { name: 'day', type: 'time', params: { period: 'DAY' } },
    { name: 'country', type: 'value' },
  ],
};
const BERLIN: Partitioning = {
  dimensions: [
    { name: 'city', type: 'value' },
    { name: 'hour', type: 'time', params: { period: 'HOUR', timeZone: 'Europe/Berlin' } },
  ],
};

const range = (...args: Parameters<typeof partitionRange>): string[] => {
  const { start, end } = partitionRange(...args);
  return [start.toISOString(), end.toISOString()];
};

describe('an id', () => {
  it('is the values by dimension, and back', () => {
    const values = { day: '2026-11-21', country: 'FR' };
    expect(partitionValues('2026-11-21|FR', DAY_COUNTRY)).toEqual(values);
    expect(partitionId(values, DAY_COUNTRY)).toBe('2026-11-21|FR');
  });

  it('may have anything but "|" and control characters in a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (country) => {
        fc.pre(!/[\p{Cc}|]/u.test(country));
        const id = partitionId({ day: '2026-11-21', country }, DAY_COUNTRY);
        expect(partitionValues(id, DAY_COUNTRY)).toEqual({ day: '2026-11-21', country });
      }),
    );
  });

  it('takes a moment for the period that it lies in', () => {
    const at = new Date('2026-10-25T01:30:00Z');
    expect(partitionId({ city: 'a,b/"c"\\', hour: at }, BERLIN)).toBe('a,b/"c"\\|2026-10-25-02');
    expect(partitionId({ city: 'a', hour: new Date('2026-10-25T00:30:00Z') }, BERLIN)).toBe(
      'a|2026-10-25-02',
    );
    expect(partitionId({ city: 'a', hour: new Date('2026-03-29T01:00:00Z') }, BERLIN)).toBe(
      'a|2026-03-29-03',
    );
  });

  it('names a dimension __proto__ like any other', () => {
    const odd: Partitioning = { dimensions: [{ name: '__proto__', type: 'value' }] };
    expect(Object.entries(partitionValues('x', odd))).toEqual([['__proto__', 'x']]);
    expect(() => partitionId({}, odd)).toThrow('dimension "__proto__" has no value');
  });

  it.each([
    ['2026-11-21', '1 value stands where the dimensions are day|country'],
    ['2026-11-21|FR|x', '3 values stand where the dimensions are day|country'],
    ['', '1 value stands where the dimensions are day|country'],
    ['2026-11-21|', 'the value of dimension "country" is empty'],
    ['2026-11-21|F\nR', 'the value of dimension "country" has a control character or half of a character'],
    [
      '2026-11-21|F\u0085R',
      'the value of dimension "country" has a control character or half of a character',
    ],
    ['2026-11-21|F\ud800', 'the value of dimension "country" has a control character or half of a character'],
    ['2026-02-30|FR', '"2026-02-30" of dimension "day" does not exist'],
    ['2026-11|FR', '"2026-11" is of the period MONTH, and dimension "day" is cut by DAY'],
    ['today|FR', '"today" of dimension "day" is no DAY, which looks like 2026-11-21'],
    ['|FR', '"" of dimension "day" is no DAY, which looks like 2026-11-21'],
    [
      `${'9'.repeat(100)}|FR`,
      `"${'9'.repeat(60)}…" of dimension "day" is no DAY, which looks like 2026-11-21`,
    ],
  ])('%j is none', (id, problem) => {
    const error = {
      name: 'ConfigError',
      code: 'PARTITION_SPEC_INVALID',
      message: `that is no partition: ${problem}`,
    };
    expect(() => partitionValues(id, DAY_COUNTRY)).toThrow(expect.objectContaining(error));
    expect(() => partitionRange(id, DAY_COUNTRY)).toThrow(expect.objectContaining(error));
  });

  it.each<[Record<string, string | Date>, string]>([
    [{ day: '2026-11-21' }, 'dimension "country" has no value'],
    [
      { day: '2026-11-21', country: 'a|b' },
      'the value of dimension "country" has a "|", which stands between values only',
    ],
    [{ day: '2026-11-21', country: new Date(0) }, 'dimension "country" is not of time, and was given a Date'],
    [{ day: new Date(NaN), country: 'FR' }, 'the Date of dimension "day" is none'],
    [
      { day: new Date(-1e14), country: 'FR' },
      'the Date of dimension "day" lies outside of the years 1 to 9999',
    ],
  ])('is not made of %j', (values, problem) => {
    expect(() => partitionId(values, DAY_COUNTRY)).toThrow(`that is no partition: ${problem}`);
  });

  it('of an hour that the clock leaps over is none', () => {
    expect(() => partitionValues('x|2026-03-29-02', BERLIN)).toThrow(
      'that is no partition: "2026-03-29-02" of dimension "hour" does not exist in Europe/Berlin',
    );
  });
});

describe('the range of an id', () => {
  it('is that of its dimension of time', () => {
    expect(range('2026-11-21|FR', DAY_COUNTRY)).toEqual([
      '2026-11-21T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
    ]);
    expect(range('x|2026-10-25-02', BERLIN)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  it.each([
    ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['FR|2026-12-31', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-12-31-23|x', '2026-12-31T23:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['9999-12-31', '9999-12-31T00:00:00.000Z', '+010000-01-01T00:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z', '0001-01-02T00:00:00.000Z'],
  ])('%s without dimensions is from %s to %s', (id, start, end) => {
    expect(range(id)).toEqual([start, end]);
    expect(range(id, null)).toEqual([start, end]);
  });

  it.each([
    ['FR', '0 of the values of "FR" are periods of time'],
    ['2026|2026-11', '2 of the values of "2026|2026-11" are periods of time'],
    ['2026-02-30', '0 of the values of "2026-02-30" are periods of time'],
  ])('%s without dimensions has none', (id, problem) => {
    expect(() => partitionRange(id)).toThrow(`that is no partition: ${problem}`);
  });

  it('asks which dimension is meant', () => {
    const two: Partitioning = {
      dimensions: [
        { name: 'made', type: 'time', params: { period: 'YEAR' } },
        { name: 'seen', type: 'time', params: { period: 'MONTH' } },
      ],
    };
    expect(() => partitionRange('2026|2026-11', two)).toThrow('2 of its dimensions are of time');
    expect(range('2026|2026-11', two, 'seen')).toEqual([
      '2026-11-01T00:00:00.000Z',
      '2026-12-01T00:00:00.000Z',
    ]);
    expect(() => partitionRange('2026|2026-11', two, 'sold')).toThrow('no dimension "sold" is of time');
    expect(() => partitionRange('FR', { dimensions: [{ name: 'c', type: 'value' }] })).toThrow(
      '0 of its dimensions are of time',
    );
  });
});

describe('the order of ids', () => {
  it('is that of the first dimension, then of the next', () => {
    const ids = ['b|1', 'a!|2', 'a|3', 'a|10', 'a'];
    expect(ids.sort(comparePartitions)).toEqual(['a', 'a|10', 'a|3', 'a!|2', 'b|1']);
    expect(comparePartitions('2026-11-21|FR', '2026-11-21|FR')).toBe(0);
    expect(comparePartitions('a|b', 'a')).toBe(1);
  });

  it('is one order', () => {
    const id = fc.array(fc.constantFrom('', 'a', 'b', '!', '~'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(id, id, id, (one, two, three) => {
        const [a, b, c] = [one.join('|'), two.join('|'), three.join('|')];
        expect(comparePartitions(a, b) + comparePartitions(b, a)).toBe(0);
        expect(comparePartitions(a, b) === 0).toBe(a === b);
        if (comparePartitions(a, b) < 0 && comparePartitions(b, c) < 0)
          expect(comparePartitions(a, c)).toBe(-1);
      }),
    );
  });
});
