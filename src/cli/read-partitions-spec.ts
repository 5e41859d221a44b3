import type { RunSpec } from '../host/run-spec.js';
import type { Partitioning, PartitionPeriod } from '../sdk/partitioning.js';
import { usageError } from './options.js';

/** Options that say which partitions are read. */
export interface PartitionOptions {
  readonly partition?: string;
  readonly dimensions?: string;
  readonly now?: string;
}

type Dimension = Partitioning['dimensions'][number];

const PERIODS: readonly string[] = ['YEAR', 'MONTH', 'DAY', 'HOUR'] satisfies PartitionPeriod[];

/** @throws ConfigError CLI_USAGE for dimensions that do not read */
export function readPartitionsSpec({
  partition,
  dimensions,
  now,
}: PartitionOptions): Pick<RunSpec, 'partition' | 'dimensions' | 'now'> {
  return {
    partition,
    dimensions: dimensions === undefined ? undefined : dimensions.split(',').map(readDimension),
    now,
  };
}

/** `country`, `day:DAY` or `day:DAY:Europe/Berlin` */
function readDimension(text: string): Dimension {
  const [name = '', period, timeZone, more] = text.split(':').map((part) => part.trim());
  if (name !== '' && period === undefined) return { name, type: 'value' };
  const upper = period?.toUpperCase() ?? '';
  if (name === '' || !PERIODS.includes(upper) || timeZone === '' || more !== undefined) {
    throw usageError(
      `--dimensions must be names, those of time with a period as in day:DAY (got ${JSON.stringify(text)})`,
      `Give them as in --dimensions day:DAY,country, with a period of ${PERIODS.join(', ')}.`,
    );
  }
  return {
    name,
    type: 'time',
    params: { period: upper as PartitionPeriod, ...(timeZone === undefined ? {} : { timeZone }) },
  };
}
