import type { CalendarPeriod } from '../../sdk/partitioning/calendar.js';
import { PeriodSeries } from '../../sdk/partitioning/period-series.js';
import type { PartitionPeriod } from '../../sdk/partitioning/partitioning.js';
import type { TimeZone } from '../../sdk/partitioning/time-zone.js';
import { suggest } from '../suggest.js';

const ONE = /^(CURRENT|PREVIOUS|NEXT)_(HOUR|DAY|MONTH|YEAR)$/;
const SEVERAL = /^LAST_([1-9]\d{0,6})_(HOUR|DAY|MONTH|YEAR)S?$/;
const OFFSETS = { CURRENT: 0, PREVIOUS: -1, NEXT: 1 } as const;
const NAMES = ['HOUR', 'DAY', 'MONTH', 'YEAR'] as const;

/** Periods that are told by their distance from the current one. */
export interface TimeKeyword {
  readonly period: PartitionPeriod;
  /** Distances of the first and of the last, 0 for the current one. */
  readonly from: number;
  readonly to: number;
}

/** Reads `CURRENT_DAY`, `LAST_7_DAYS` and the like; undefined: the text is no keyword. */
export function parseTimeKeyword(text: string): TimeKeyword | undefined {
  const one = ONE.exec(text);
  if (one) {
    const offset = OFFSETS[one[1] as keyof typeof OFFSETS];
    return { period: one[2] as PartitionPeriod, from: offset, to: offset };
  }
  const several = SEVERAL.exec(text);
  return several ? { period: several[2] as PartitionPeriod, from: -Number(several[1]), to: -1 } : undefined;
}

/**
 * The first and the last period that a keyword stands for. Of several only those that exist count.
 *
 * @returns null: they lie outside of the years 1 to 9999
 */
export function resolveTimeKeyword(
  { period, from, to }: TimeKeyword,
  zone: TimeZone,
  now: Date,
): { readonly first: CalendarPeriod; readonly last: CalendarPeriod } | null {
  const series = new PeriodSeries(period, zone);
  const current = series.at(now.getTime());
  const first = series.neighbour(current, from);
  const last = series.neighbour(current, to);
  if (first === undefined || last === undefined) return null;
  return { first: { period, number: first }, last: { period, number: last } };
}

/** The keyword that a mistyped one most likely means. */
export function suggestTimeKeyword(text: string): string | undefined {
  const number = /[1-9]\d{0,6}/.exec(text)?.[0] ?? '7';
  const known = NAMES.flatMap((name) => [
    ...Object.keys(OFFSETS).map((which) => `${which}_${name}`),
    `LAST_${number}_${name}S`,
  ]);
  return suggest(text, known);
}
