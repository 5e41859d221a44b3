import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatPeriod, parsePeriod, PERIODS } from '../../../src/sdk/partitioning/calendar.js';
import { PeriodSeries } from '../../../src/sdk/partitioning/period-series.js';
import { isTimeZone, TimeZone } from '../../../src/sdk/partitioning/time-zone.js';
import type { PartitionPeriod } from '../../../src/sdk/partitioning.js';

const HOUR = 3_600_000;
const ZONES = Intl.supportedValuesOf('timeZone');

const series = (period: PartitionPeriod, zone?: string) => new PeriodSeries(period, TimeZone.of(zone));
const numberOf = (text: string): number => parsePeriod(text)?.number ?? NaN;
const iso = (instant: number): string => new Date(instant).toISOString();

/** Length of a period in hours. */
function hours(text: string, zone: string): number {
  const of = series(parsePeriod(text)?.period ?? 'YEAR', zone);
  return (of.startOf(numberOf(text) + 1) - of.startOf(numberOf(text))) / HOUR;
}

const period = fc.constantFrom<PartitionPeriod>('YEAR', 'MONTH', 'DAY', 'HOUR');
const zone = fc.constantFrom(...ZONES);
/** From 1800 to 2100: no zone has moved its clock before, or is known to after. */
const instant = fc.integer({ min: Date.UTC(1800, 0), max: Date.UTC(2100, 0) });

describe('the text of a period', () => {
  it.each([
    ['0001', '9999'],
    ['0001-01', '9999-12'],
    ['0001-01-01', '9999-12-31'],
    ['0001-01-01-00', '9999-12-31-23'],
  ])('goes from %s to %s', (first, last) => {
    for (const text of [first, last]) {
      const parsed = parsePeriod(text);
      expect(parsed && formatPeriod(parsed.period, parsed.number)).toBe(text);
    }
    const of = series(parsePeriod(first)?.period ?? 'YEAR');
    expect([of.exists(numberOf(first) - 1), of.exists(numberOf(first))]).toEqual([false, true]);
    expect([of.exists(numberOf(last)), of.exists(numberOf(last) + 1)]).toEqual([true, false]);
    expect(of.neighbour(numberOf(last), 1)).toBeUndefined();
    expect(of.neighbour(numberOf(first), -1)).toBeUndefined();
  });

  it.each([
    ...['0000', '10000', '26', '2026-13', '2026-00', '2026-1', '2026-02-30', '2025-02-29', '2026-11-21-24'],
    ...[
      '1900-02-29',
      '2026-04-31',
      '2026-11-21-7',
      '2026-11-21T07',
      ' 2026',
      '2026 ',
      '２０２６',
      '',
      '2026-',
    ],
  ])('is not %j', (text) => {
    expect(parsePeriod(text)).toBeUndefined();
  });

  it.each(['2024-02-29', '2000-02-29', '0004-02-29'])('has the leap day %s', (text) => {
    expect(parsePeriod(text)?.period).toBe('DAY');
  });

  it('sorts and counts as its time does', () => {
    fc.assert(
      fc.property(period, fc.integer({ min: -60_000, max: 60_000 }), (unit, number) => {
        const base = numberOf(
          { YEAR: '5000', MONTH: '5000-06', DAY: '5000-06-15', HOUR: '5000-06-15-12' }[unit],
        );
        const at =
          unit === 'YEAR'
            ? base + (number % 4000)
            : unit === 'MONTH'
              ? base + (number % 40_000)
              : base + number;
        const text = formatPeriod(unit, at);
        expect(parsePeriod(text)).toEqual({ period: unit, number: at });
        expect(formatPeriod(unit, at + 1) > text).toBe(true);
      }),
    );
  });
});

describe('periods in a time zone', () => {
  it.each([
    ['2026-03-29', 'Europe/Berlin', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-10-25-02', 'Europe/Berlin', 2],
    ['2026-03-29-02', 'Europe/Berlin', 0],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5],
    ['2026-04-05', 'Australia/Lord_Howe', 24.5],
    ['2026-04-05-01', 'Australia/Lord_Howe', 1.5],
    ['2026-10-04-02', 'Australia/Lord_Howe', 0.5],
    ['2018-11-04', 'America/Sao_Paulo', 23],
    ['2018-02-17', 'America/Sao_Paulo', 25],
    ['2011-12-30', 'Pacific/Apia', 0],
    ['2011-12', 'Pacific/Apia', 720],
    ['1969-09-30', 'Pacific/Kwajalein', 47],
    ['2024-02', 'UTC', 696],
    ['2024', 'Europe/Berlin', 8784],
    ['2026', 'Europe/Berlin', 8760],
  ])('%s in %s has %d hours', (text, name, length) => {
    expect(hours(text, name)).toBe(length);
  });

  it.each([
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z'],
    ['2026-07-01-00', 'Asia/Kathmandu', '2026-06-30T18:15:00.000Z'],
    // Midnight does not exist.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['2018-11-04-01', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    // Before there were time zones, clocks followed the sun.
    ['1800-01-01', 'Europe/Berlin', '1799-12-31T23:06:32.000Z'],
    ['0001', 'America/New_York', '0001-01-01T04:56:02.000Z'],
    ['9999-12-31-23', 'Asia/Tokyo', '9999-12-31T14:00:00.000Z'],
    // One minute after midnight the clock went back by an hour: the day begins the first time.
    ['2006-10-29', 'America/St_Johns', '2006-10-29T02:30:00.000Z'],
    ['2006-10-29-01', 'America/St_Johns', '2006-10-29T04:30:00.000Z'],
  ])('%s in %s begins at %s', (text, name, start) => {
    expect(iso(series(parsePeriod(text)?.period ?? 'YEAR', name).startOf(numberOf(text)))).toBe(start);
  });

  it('does not have an hour and a day that the clock leaps over, and steps over them', () => {
    const berlin = series('HOUR', 'Europe/Berlin');
    expect(berlin.exists(numberOf('2026-03-29-02'))).toBe(false);
    expect(berlin.neighbour(numberOf('2026-03-29-01'), 1)).toBe(numberOf('2026-03-29-03'));
    expect(berlin.neighbour(numberOf('2026-03-29-03'), -1)).toBe(numberOf('2026-03-29-01'));
    expect(berlin.neighbour(numberOf('2026-03-29-03'), -24)).toBe(numberOf('2026-03-28-02'));
    const apia = series('DAY', 'Pacific/Apia');
    expect(apia.exists(numberOf('2011-12-30'))).toBe(false);
    expect(apia.neighbour(numberOf('2011-12-31'), -1)).toBe(numberOf('2011-12-29'));
  });

  it('every instant lies in the one period that it is said to lie in', () => {
    fc.assert(
      fc.property(period, zone, instant, (unit, name, at) => {
        const of = series(unit, name);
        const number = of.at(at);
        expect(of.startOf(number)).toBeLessThanOrEqual(at);
        expect(of.startOf(number + 1)).toBeGreaterThan(at);
        expect(of.exists(number)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('begin at the first instant at which the clock shows their time', () => {
    fc.assert(
      fc.property(zone, instant, (name, at) => {
        const clock = TimeZone.of(name);
        const of = series('HOUR', name);
        const number = of.at(at);
        const start = of.startOf(number);
        expect(clock.localAt(start)).toBeGreaterThanOrEqual(number * HOUR);
        for (const before of [1, 1000, 60_000, 30 * 60_000, HOUR, 2 * HOUR, 12 * HOUR]) {
          expect(clock.localAt(start - before)).toBeLessThan(number * HOUR);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of the days of a month are the month, of the hours of a day the day', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3), zone, instant, (length, name, at) => {
        const [longer, shorter] = [PERIODS[length - 1] ?? 'YEAR', PERIODS[length] ?? 'HOUR'];
        const whole = series(longer, name);
        const parts = series(shorter, name);
        const number = whole.at(at);
        const span = parts.within({ period: longer, number }) ?? { first: NaN, last: NaN };
        let end = whole.startOf(number);
        for (let part = span.first; part <= span.last; part += 1) {
          expect(parts.startOf(part)).toBe(end);
          end = parts.startOf(part + 1);
        }
        expect(end).toBe(whole.startOf(number + 1));
      }),
      { numRuns: 100 },
    );
  });

  it.each(['Europe/Berlin', 'utc', 'Etc/UTC', 'GMT'])('%s is a time zone', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Berlin', '+01:00', 'Europe/berlin/x', ' UTC'])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(() => TimeZone.of(name)).toThrow(`there is no time zone ${JSON.stringify(name)}`);
  });
});
