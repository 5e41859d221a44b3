import { looksLikePeriod, parsePeriod } from './calendar.js';
import { PeriodSeries } from './period-series.js';
import type { Partitioning, TimeDimension, ValueDimension } from './partitioning.js';

/** A period of each length, as messages show what one looks like. */
const EXAMPLES = { YEAR: '2026', MONTH: '2026-11', DAY: '2026-11-21', HOUR: '2026-11-21-07' } as const;
/** Longest part of a value that a message shows. */
const SHOWN = 60;
/** Lone halves of a character have no form in UTF-8, so that a target could not tell them apart. */
const UNTENABLE = /[\p{Cc}\p{Cs}]/u;

/** What is wrong with an id, as a sentence without its first words: `has 1 value, and ...`; undefined: nothing. */
export function idProblem(id: string, { dimensions }: Partitioning): string | undefined {
  const values = id.split('|');
  if (values.length !== dimensions.length) {
    const names = dimensions.map(({ name }) => name).join('|');
    return `${count(values.length, 'value')} ${values.length === 1 ? 'stands' : 'stand'} where the dimensions are ${names}`;
  }
  for (const [index, dimension] of dimensions.entries()) {
    const problem = valueProblem(values[index] ?? '', dimension);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What is wrong with the value of one dimension, as a sentence that names the dimension; undefined: nothing. */
export function valueProblem(value: string, dimension: TimeDimension | ValueDimension): string | undefined {
  return dimension.type === 'time' ? timeProblem(value, dimension) : textProblem(value, dimension);
}

/** A value as messages show it: quoted and cut. */
export function shownValue(value: string): string {
  return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
}

/** `1 value`, `2 values`. */
function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function textProblem(value: string, { name }: ValueDimension): string | undefined {
  if (value === '') return `the value of dimension "${name}" is empty`;
  if (value.includes('|'))
    return `the value of dimension "${name}" has a "|", which stands between values only`;
  if (UNTENABLE.test(value)) {
    return `the value of dimension "${name}" has a control character or half of a character`;
  }
  return undefined;
}

function timeProblem(value: string, dimension: TimeDimension): string | undefined {
  const { name, params } = dimension;
  const { period } = params;
  const parsed = parsePeriod(value);
  if (!parsed) {
    return looksLikePeriod(value)
      ? `${shownValue(value)} of dimension "${name}" does not exist`
      : `${shownValue(value)} of dimension "${name}" is no ${period}, which looks like ${EXAMPLES[period]}`;
  }
  if (parsed.period !== period) {
    return `${shownValue(value)} is of the period ${parsed.period}, and dimension "${name}" is cut by ${period}`;
  }
  if (!PeriodSeries.of(dimension).exists(parsed.number)) {
    return `${shownValue(value)} of dimension "${name}" does not exist in ${params.timeZone ?? 'UTC'}`;
  }
  return undefined;
}
