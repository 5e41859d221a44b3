import type { PartitionLedger } from '../../partitions/partition-ledger.js';

/** The ledger of a database that no host has written to. */
export const NO_PARTITIONS: PartitionLedger = {
  batch: () => Promise.resolve(null),
  find: () => Promise.resolve(new Map()),
  completed: () => Promise.resolve(new Set()),
  states: () => Promise.resolve(new Map()),
  list: async function* () {},
};
