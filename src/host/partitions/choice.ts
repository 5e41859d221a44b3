import { parsePeriod } from '../../sdk/partitioning/calendar.js';
import type { PeriodSeries } from '../../sdk/partitioning/period-series.js';
import type { Spans } from './spans.js';

/** The values of one dimension that a selection chooses. */
export interface Choice {
  /** How many there are at most. */
  readonly size: number;
  /** Each of them once, in the order of the text. */
  values(): Iterable<string>;
  has(value: string): boolean;
}

/** Values of a dimension that is not of time. */
export class ValueChoice implements Choice {
  readonly #values: ReadonlySet<string>;

  constructor(values: ReadonlySet<string>) {
    this.#values = values;
  }

  get size(): number {
    return this.#values.size;
  }

  values(): Iterable<string> {
    return this.#values;
  }

  has(value: string): boolean {
    return this.#values.has(value);
  }
}

/** Periods of time, by their numbers. */
export class TimeChoice implements Choice {
  readonly #series: PeriodSeries;
  readonly #spans: Spans;

  constructor(series: PeriodSeries, spans: Spans) {
    this.#series = series;
    this.#spans = spans;
  }

  get size(): number {
    return this.#spans.size;
  }

  *values(): Iterable<string> {
    for (const { first, last } of this.#spans.pieces) {
      for (let number = first; number <= last; number += 1) {
        // The clock leaps over an hour in spring.
        if (this.#series.exists(number)) yield this.#series.format(number);
      }
    }
  }

  has(value: string): boolean {
    const parsed = parsePeriod(value);
    return parsed?.period === this.#series.period && this.#spans.has(parsed.number);
  }
}
