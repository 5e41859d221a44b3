import { ConnectorError } from '../../sdk/errors.js';
import { shownValue } from '../../sdk/partitioning/partition-problem.js';
import { existingPages } from '../partitions/existing-partitions.js';
import { listedPages } from '../partitions/listing.js';
import { failed, ok, skipped, type Check } from './check.js';
import { counted } from './wording.js';

/** Ids that are looked at. */
const IDS = 1000;
/** Milliseconds that are spent on a listing which takes long between its ids. */
const LOOK_WITHIN_MS = 5000;

/** The ids that are listed are ids, each is there once, and the connector knows of the first. */
export const listingCheck: Check = {
  name: 'listing',
  looksAt: 'source',
  needs: ['config', 'partition'],
  isFor: async (subject) => (await subject.partition())?.isListable === true,
  async run(subject) {
    const finding = await subject.withPartitions(async ({ connector, scheme }, options) => {
      const { partitioning } = scheme;
      const parts = { connector, partitioning, ...options };
      const ids: string[] = [];
      const begun = performance.now();
      for await (const page of listedPages(parts, IDS)) {
        ids.push(...page);
        if (ids.length >= IDS || performance.now() - begun > LOOK_WITHIN_MS) break;
      }
      const [first] = ids;
      if (first === undefined) return skipped('no partition is listed');
      const repeated = repeatedId(ids);
      if (repeated) return failed(repeated);
      const what = ids.length < IDS ? counted(ids.length, 'id') : `the first ${IDS} ids`;
      const seen = `${what} that ${ids.length === 1 ? 'is' : 'are'} listed fit the dimensions, each once`;
      if (!connector.partitionExists) return ok(seen);
      for await (const there of existingPages([first], parts))
        if (there.length > 0) return ok(`${seen}; partitionExists knows the first`);
      return failed(
        new ConnectorError(`partitionExists says that ${shownValue(first)} is not there, which is listed`, {
          code: 'PARTITIONING_INVALID',
          action: 'Let partitionExists give true for each id that listPartitions gives.',
        }),
      );
    });
    return finding ?? skipped('the source is read whole');
  },
};

function repeatedId(ids: readonly string[]): ConnectorError | undefined {
  const places = new Map<string, number>();
  let count = 0;
  let pair: [first: number, second: number] | undefined;
  for (const [index, id] of ids.entries()) {
    const first = places.get(id);
    if (first === undefined) places.set(id, index + 1);
    else {
      count += 1;
      pair ??= [first, index + 1];
    }
  }
  if (!pair) return undefined;
  return new ConnectorError(
    `listPartitions gave ${counted(count, 'id')} of ${ids.length} again, first at positions ${pair.join(' and ')}`,
    { code: 'PARTITIONING_INVALID', action: 'List each partition once.' },
  );
}
