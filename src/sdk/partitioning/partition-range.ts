import { parsePeriod } from './calendar.js';
import { invalidPartition, partitionValues } from './partition-id.js';
import { shownValue } from './partition-problem.js';
import type { Partitioning, TimeDimension } from './partitioning.js';
import { PeriodSeries } from './period-series.js';
import { TimeZone } from './time-zone.js';

/** A stretch of time: from `start` on, and before `end`. */
export interface InstantRange {
  readonly start: Date;
  readonly end: Date;
}

/**
 * The time that a partition is of. `end` is the `start` of the next one, so ask for `>= start` and `< end`.
 *
 * @param partitioning `request.datasetPartitioning`; left out, the id's one value that looks like a period counts, in UTC
 * @param dimension which one is meant, where several are of time
 * @throws ConfigError PARTITION_SPEC_INVALID for an id that does not fit the dimensions, or has not one dimension of time
 */
export function partitionRange(
  id: string,
  partitioning?: Partitioning | null,
  dimension?: string,
): InstantRange {
  if (!partitioning) return rangeOfText(id);
  const values = partitionValues(id, partitioning);
  const ofTime = partitioning.dimensions.filter(
    (one): one is TimeDimension => one.type === 'time' && (dimension === undefined || one.name === dimension),
  );
  const [only] = ofTime;
  if (!only || ofTime.length > 1) {
    throw invalidPartition(
      dimension === undefined
        ? `${ofTime.length} of its dimensions are of time, so it has not one range`
        : `no dimension "${dimension}" is of time`,
    );
  }
  return rangeOf(PeriodSeries.of(only), values[only.name] ?? '');
}

function rangeOfText(id: string): InstantRange {
  const found = id.split('|').flatMap((text) => {
    const parsed = parsePeriod(text);
    return parsed ? [{ text, parsed }] : [];
  });
  const [only] = found;
  if (!only || found.length > 1) {
    throw invalidPartition(`${found.length} of the values of ${shownValue(id)} are periods of time`);
  }
  return rangeOf(new PeriodSeries(only.parsed.period, TimeZone.of()), only.text);
}

function rangeOf(series: PeriodSeries, text: string): InstantRange {
  const number = parsePeriod(text)?.number ?? NaN;
  return { start: new Date(series.startOf(number)), end: new Date(series.startOf(number + 1)) };
}
