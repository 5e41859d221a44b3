import {
  formatPeriod,
  isWithinYears,
  periodNumber,
  PERIODS,
  periodStart,
  type CalendarPeriod,
} from './calendar.js';
import type { PartitionPeriod, TimeDimension } from './partitioning.js';
import { TimeZone } from './time-zone.js';

const seriesOfDimensions = new WeakMap<TimeDimension, PeriodSeries>();

/**
 * The periods of one length in one time zone, by their numbers in the calendar. Each begins at the first instant whose local
 * time is at or after its name, and ends where the next begins: an hour that the clock shows twice is one of two hours, and
 * one that it leaps over does not exist.
 */
export class PeriodSeries {
  readonly period: PartitionPeriod;
  readonly zone: TimeZone;

  constructor(period: PartitionPeriod, zone: TimeZone) {
    this.period = period;
    this.zone = zone;
  }

  /** @throws ConfigError for a time zone that there is not */
  static of(dimension: TimeDimension): PeriodSeries {
    let series = seriesOfDimensions.get(dimension);
    if (!series) {
      series = new PeriodSeries(dimension.params.period, TimeZone.of(dimension.params.timeZone));
      seriesOfDimensions.set(dimension, series);
    }
    return series;
  }

  /** The instant that a period begins at, in milliseconds since 1970. */
  startOf(number: number): number {
    return this.zone.instantOf(periodStart(this.period, number));
  }

  /** False: the clock leaps over it, or it lies outside of the years 1 to 9999. */
  exists(number: number): boolean {
    if (!isWithinYears({ period: this.period, number })) return false;
    return this.zone.isUtc || this.startOf(number) < this.startOf(number + 1);
  }

  /** The period that an instant lies in. */
  at(instant: number): number {
    let number = periodNumber(this.period, this.zone.localAt(instant));
    // After the clock was put back it shows an earlier period, which has ended.
    while (this.startOf(number + 1) <= instant) number += 1;
    return number;
  }

  /** The period that exists `count` periods later, or earlier where it is negative; undefined: the years do not reach. */
  neighbour(number: number, count: number): number | undefined {
    const step = Math.sign(count);
    let found = number;
    if (this.zone.isUtc) found += count;
    else {
      for (let left = Math.abs(count); left > 0; left -= 1) {
        do found += step;
        while (this.#isLeaptOver(found));
      }
    }
    return isWithinYears({ period: this.period, number: found }) ? found : undefined;
  }

  /** The periods that a period of the same length or a longer one is made of; null: it is a shorter one. */
  within({ period, number }: CalendarPeriod): { readonly first: number; readonly last: number } | null {
    if (PERIODS.indexOf(period) > PERIODS.indexOf(this.period)) return null;
    const first = periodNumber(this.period, periodStart(period, number));
    return { first, last: periodNumber(this.period, periodStart(period, number + 1)) - 1 };
  }

  format(number: number): string {
    return formatPeriod(this.period, number);
  }

  #isLeaptOver(number: number): boolean {
    return isWithinYears({ period: this.period, number }) && !this.exists(number);
  }
}
