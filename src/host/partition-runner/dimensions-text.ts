import type { Partitioning } from '../../sdk/partitioning.js';

type Dimension = Partitioning['dimensions'][number];

/** How the command line writes dimensions: `day:DAY,country`, with a time zone `day:DAY:Europe/Berlin`. */
export function dimensionsText({ dimensions }: Partitioning): string {
  return dimensions.map(dimensionText).join(',');
}

/** The same of one of them. */
export function dimensionText(dimension: Dimension): string {
  if (dimension.type === 'value') return dimension.name;
  const { period, timeZone = 'UTC' } = dimension.params;
  return [dimension.name, period, ...(timeZone === 'UTC' ? [] : [timeZone])].join(':');
}
