import type { PartitionPeriod } from './partitioning.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEARS_FROM = localTime(1, 0, 1);
const YEARS_TO = localTime(10_000, 0, 1);
const SHAPE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:-(\d\d))?)?)?$/;

/** The periods from the longest to the shortest. */
export const PERIODS: readonly PartitionPeriod[] = ['YEAR', 'MONTH', 'DAY', 'HOUR'];

/**
 * A period of the calendar by its number: years and months count from the year 0, days and hours from 1970, so that
 * neighbours differ by one.
 */
export interface CalendarPeriod {
  readonly period: PartitionPeriod;
  readonly number: number;
}

/** Whether a text looks like a period, be it one that exists or not. */
export function looksLikePeriod(text: string): boolean {
  return SHAPE.test(text);
}

/** Reads `2026`, `2026-11`, `2026-11-21` or `2026-11-21-07`; undefined: it is none of them, or the calendar lacks it. */
export function parsePeriod(text: string): CalendarPeriod | undefined {
  const parts = SHAPE.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour] = parts;
  const period = hour ? 'HOUR' : day ? 'DAY' : month ? 'MONTH' : 'YEAR';
  const start =
    localTime(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)) + Number(hour ?? 0) * HOUR_MS;
  const number = periodNumber(period, start);
  // What does not exist, as 2026-02-30, has become another date; the year 0 is none of ours.
  return isWithinYears({ period, number }) && formatPeriod(period, number) === text
    ? { period, number }
    : undefined;
}

/** The text of a period of the years 1 to 9999. */
export function formatPeriod(period: PartitionPeriod, number: number): string {
  const text = new Date(periodStart(period, number)).toISOString();
  switch (period) {
    case 'YEAR':
      return text.slice(0, 4);
    case 'MONTH':
      return text.slice(0, 7);
    case 'DAY':
      return text.slice(0, 10);
    case 'HOUR':
      return `${text.slice(0, 10)}-${text.slice(11, 13)}`;
  }
}

/** Whether a period lies in the years 1 to 9999, which a text of four digits can name. */
export function isWithinYears({ period, number }: CalendarPeriod): boolean {
  const start = periodStart(period, number);
  return start >= YEARS_FROM && start < YEARS_TO;
}

/** Number of the period that a local time lies in. @param local milliseconds, as if the clock on the wall showed UTC */
export function periodNumber(period: PartitionPeriod, local: number): number {
  switch (period) {
    case 'YEAR':
      return new Date(local).getUTCFullYear();
    case 'MONTH': {
      const date = new Date(local);
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    }
    case 'DAY':
      return Math.floor(local / DAY_MS);
    case 'HOUR':
      return Math.floor(local / HOUR_MS);
  }
}

/** Local time that a period begins at, in milliseconds as if the clock on the wall showed UTC. */
export function periodStart(period: PartitionPeriod, number: number): number {
  switch (period) {
    case 'YEAR':
      return localTime(number, 0, 1);
    case 'MONTH':
      return localTime(Math.floor(number / 12), ((number % 12) + 12) % 12, 1);
    case 'DAY':
      return number * DAY_MS;
    case 'HOUR':
      return number * HOUR_MS;
  }
}

/** Not Date.UTC, which takes the years 0 to 99 for those of the 20th century. */
function localTime(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}
