import { looksLikePeriod, parsePeriod, type CalendarPeriod } from '../../sdk/partitioning/calendar.js';
import { shownValue, valueProblem } from '../../sdk/partitioning/partition-problem.js';
import { PeriodSeries } from '../../sdk/partitioning/period-series.js';
import type { Partitioning, TimeDimension, ValueDimension } from '../../sdk/partitioning.js';
import { ChosenProduct } from './chosen-product.js';
import { TimeChoice, ValueChoice, type Choice } from './choice.js';
import { selectionError } from './selection-error.js';
import type { Item, Product, Value } from './selection.js';
import { Spans, type Span } from './spans.js';
import { parseTimeKeyword, resolveTimeKeyword, suggestTimeKeyword } from './time-keyword.js';

/** Periods that a range, a keyword or a longer period may stand for. */
const MAX_SPAN = 1_000_000;
/** Partitions that a text may name. */
const MAX_PARTITIONS = 10_000_000;

/** What the products of a text are held against. */
export interface SelectionContext {
  /** The text that they were read from, for errors. */
  readonly text: string;
  readonly partitioning: Partitioning;
  /** The instant that keywords stand for. */
  readonly now: Date;
}

/**
 * Finds out which values of each dimension the products of a text mean.
 *
 * @throws ConfigError PARTITION_SPEC_INVALID for what does not fit the dimensions, or is too much
 */
export function bindSelection(products: readonly Product[], context: SelectionContext): ChosenProduct[] {
  let total = 0;
  return products.map((product) => {
    const chosen = bindProduct(product, context);
    total += chosen.size;
    if (total > MAX_PARTITIONS) {
      throw selectionError(
        context.text,
        product.start,
        `these are ${grouped(total)} partitions, and one run takes ${grouped(MAX_PARTITIONS)} at most`,
      );
    }
    return chosen;
  });
}

function bindProduct({ lists, end }: Product, context: SelectionContext): ChosenProduct {
  const { text, partitioning } = context;
  const { dimensions } = partitioning;
  if (lists.length !== dimensions.length) {
    const surplus = lists[dimensions.length]?.[0];
    const names = dimensions.map(({ name }) => name).join('|');
    throw selectionError(
      text,
      surplus ? startOf(surplus) : end,
      `${lists.length} ${lists.length === 1 ? 'value' : 'values'} for ${dimensions.length} ${dimensions.length === 1 ? 'dimension' : 'dimensions'}: ${names}`,
    );
  }
  return new ChosenProduct(
    dimensions.map((dimension, index) => {
      const items = lists[index] ?? [];
      if (items.some(({ kind }) => kind === 'any')) return bindAny(items, dimension, context);
      return bindList(items, dimension, context);
    }),
  );
}

/** A list with `*` has every value; the others are looked at all the same. */
function bindAny(
  items: readonly Item[],
  dimension: TimeDimension | ValueDimension,
  context: SelectionContext,
): null {
  bindList(items, dimension, context);
  return null;
}

function bindList(
  items: readonly Item[],
  dimension: TimeDimension | ValueDimension,
  context: SelectionContext,
): Choice {
  return dimension.type === 'time'
    ? bindTimes(items, dimension, context)
    : bindValues(items, dimension, context);
}

function bindValues(
  items: readonly Item[],
  dimension: ValueDimension,
  { text }: SelectionContext,
): ValueChoice {
  const values = new Set<string>();
  for (const item of items) {
    if (item.kind === 'any') continue;
    if (item.kind === 'range') {
      throw selectionError(
        text,
        item.from.start,
        `dimension "${dimension.name}" is not of time, so it has no ranges; a "/" in a value is quoted`,
      );
    }
    const { value } = item;
    if (!value.isLiteral && parseTimeKeyword(value.text)) {
      throw selectionError(
        text,
        value.start,
        `"${value.text}" is a keyword, and dimension "${dimension.name}" is not of time; as a value it is quoted`,
      );
    }
    const problem = valueProblem(value.text, dimension);
    if (problem !== undefined) throw selectionError(text, value.start, problem);
    values.add(value.text);
  }
  return new ValueChoice(values);
}

function bindTimes(items: readonly Item[], dimension: TimeDimension, context: SelectionContext): TimeChoice {
  const spans = new Spans();
  for (const item of items) {
    if (item.kind === 'any') continue;
    const start = startOf(item);
    const span =
      item.kind === 'value' ? spanOf(item.value, dimension, context) : rangeOf(item, dimension, context);
    const size = span.last - span.first + 1;
    if (size > MAX_SPAN) {
      throw selectionError(
        context.text,
        start,
        `these are ${grouped(size)} periods (${dimension.params.period}), and ${grouped(MAX_SPAN)} are allowed`,
      );
    }
    spans.add(span);
  }
  return new TimeChoice(PeriodSeries.of(dimension), spans);
}

function rangeOf(
  { from, to }: Extract<Item, { kind: 'range' }>,
  dimension: TimeDimension,
  context: SelectionContext,
): Span {
  const { first } = spanOf(from, dimension, context);
  const { last } = spanOf(to, dimension, context);
  if (first > last) {
    throw selectionError(
      context.text,
      from.start,
      `the range ends at ${shownValue(to.text)}, before it begins`,
    );
  }
  return { first, last };
}

/** The periods of the dimension that one value stands for: a longer period is all of those that it is made of. */
function spanOf(value: Value, dimension: TimeDimension, context: SelectionContext): Span {
  const { text } = context;
  const series = PeriodSeries.of(dimension);
  const fail = (problem: string): never => {
    throw selectionError(text, value.start, problem);
  };
  const keyword = value.isLiteral ? undefined : parseTimeKeyword(value.text);
  const meant = keyword
    ? resolveTimeKeyword(keyword, series.zone, context.now)
    : periodOf(value, dimension, fail);
  if (!meant) return fail(`"${value.text}" goes beyond the years 1 to 9999`);
  const first = series.within(meant.first);
  const last = series.within(meant.last);
  if (!first || !last) {
    return fail(
      `"${value.text}" is of the period ${meant.first.period}, and dimension "${dimension.name}" is cut by ${series.period}`,
    );
  }
  return { first: first.first, last: last.last };
}

function periodOf(
  value: Value,
  dimension: TimeDimension,
  fail: (problem: string) => never,
): { first: CalendarPeriod; last: CalendarPeriod } {
  const parsed = parsePeriod(value.text);
  if (!parsed) {
    if (!value.isLiteral && !looksLikePeriod(value.text) && /^[A-Za-z]/.test(value.text)) {
      const near = suggestTimeKeyword(value.text);
      const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
      fail(`${shownValue(value.text)} is no keyword and no period of time${hint}`);
    }
    return fail(valueProblem(value.text, dimension) ?? 'that is no period of time');
  }
  const zone = PeriodSeries.of(dimension).zone;
  if (!new PeriodSeries(parsed.period, zone).exists(parsed.number)) {
    fail(`${shownValue(value.text)} of dimension "${dimension.name}" does not exist in ${zone.name}`);
  }
  return { first: parsed, last: parsed };
}

function startOf(item: Item): number {
  if (item.kind === 'any') return item.start;
  return (item.kind === 'value' ? item.value : item.from).start;
}

/** 1000000 as `1,000,000`. */
function grouped(number: number): string {
  return number.toLocaleString('en-US');
}
