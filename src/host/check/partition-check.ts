import { dimensionsText } from '../partition-runner/dimensions-text.js';
import { ok, skipped, type Check } from './check.js';

/** The connector says how it is cut, and there is a partition to look at. */
export const partitionCheck: Check = {
  name: 'partition',
  looksAt: 'source',
  needs: ['config'],
  isFor: async (subject) => (await subject.partition()) !== undefined,
  async run(subject) {
    const partition = await subject.partition();
    if (!partition) return skipped('the source is read whole');
    return ok(`the source is cut by ${dimensionsText(partition.partitioning)}; looked at: ${partition.id}`);
  },
};
