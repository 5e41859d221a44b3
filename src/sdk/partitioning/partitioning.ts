/** Length of the periods of a time dimension. */
export type PartitionPeriod = 'YEAR' | 'MONTH' | 'DAY' | 'HOUR';

/** A dimension whose values are periods of time: `2026`, `2026-11`, `2026-11-21`, `2026-11-21-07`. */
export interface TimeDimension {
  readonly name: string;
  readonly type: 'time';
  readonly params: {
    readonly period: PartitionPeriod;
    /** IANA name of the time zone that periods begin in, as `Europe/Berlin`. Default UTC. */
    readonly timeZone?: string;
  };
}

/** A dimension whose values are any text. */
export interface ValueDimension {
  readonly name: string;
  readonly type: 'value';
}

/** How a dataset is cut. A partition id joins one value for each dimension, in this order, by `|`. */
export interface Partitioning {
  readonly dimensions: readonly (TimeDimension | ValueDimension)[];
}
