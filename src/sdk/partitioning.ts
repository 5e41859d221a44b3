export { comparePartitions } from './partitioning/compare-partitions.js';
export { partitionId, partitionValues } from './partitioning/partition-id.js';
export { partitionRange, type InstantRange } from './partitioning/partition-range.js';
export type {
  Partitioning,
  PartitionPeriod,
  TimeDimension,
  ValueDimension,
} from './partitioning/partitioning.js';
