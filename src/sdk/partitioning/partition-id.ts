import { ConfigError } from '../errors.js';
import { idProblem, valueProblem } from './partition-problem.js';
import type { Partitioning, TimeDimension, ValueDimension } from './partitioning.js';
import { PeriodSeries } from './period-series.js';

/**
 * The values of a partition by the name of their dimension: `2026-11-21|FR` is `{ day: '2026-11-21', country: 'FR' }`.
 *
 * @throws ConfigError PARTITION_SPEC_INVALID for an id that does not fit the dimensions
 */
export function partitionValues(id: string, partitioning: Partitioning): Record<string, string> {
  const problem = idProblem(id, partitioning);
  if (problem !== undefined) throw invalidPartition(problem);
  const values = id.split('|');
  return Object.fromEntries(partitioning.dimensions.map(({ name }, index) => [name, values[index] ?? '']));
}

/**
 * The id of a partition: the other way round than {@link partitionValues}.
 *
 * @param values a value for each dimension; for one of time also a moment, which stands for the period it lies in
 * @throws ConfigError PARTITION_SPEC_INVALID for a value that is missing or does not fit its dimension
 */
export function partitionId(
  values: Readonly<Record<string, string | Date>>,
  { dimensions }: Partitioning,
): string {
  return dimensions
    .map((dimension) => {
      const { name } = dimension;
      const given = Object.hasOwn(values, name) ? values[name] : undefined;
      const value = given instanceof Date ? periodOf(given, dimension) : given;
      if (typeof value !== 'string') throw invalidPartition(`dimension "${name}" has no value`);
      const problem = valueProblem(value, dimension);
      if (problem !== undefined) throw invalidPartition(problem);
      return value;
    })
    .join('|');
}

/** @param problem a sentence that names the dimension */
export function invalidPartition(problem: string): ConfigError {
  return new ConfigError(`that is no partition: ${problem}`, { code: 'PARTITION_SPEC_INVALID' });
}

function periodOf(moment: Date, dimension: TimeDimension | ValueDimension): string | undefined {
  const { name, type } = dimension;
  if (type !== 'time') throw invalidPartition(`dimension "${name}" is not of time, and was given a Date`);
  if (Number.isNaN(moment.getTime())) throw invalidPartition(`the Date of dimension "${name}" is none`);
  const series = PeriodSeries.of(dimension);
  const number = series.at(moment.getTime());
  if (!series.exists(number)) {
    throw invalidPartition(`the Date of dimension "${name}" lies outside of the years 1 to 9999`);
  }
  return series.format(number);
}
