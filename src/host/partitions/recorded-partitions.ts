import type { PartitionBatch, PartitionLedger } from '../../targets/partitions/partition-ledger.js';
import { IdSet } from './id-set.js';

/**
 * The ids of a page that have not completed, in their order.
 *
 * @param ids 10,000 at most
 * @param onLost told how many had completed, and have lost their rows since
 * @param batch counts only what this batch completed; left out: what any run did
 */
export async function withoutCompleted(
  ids: readonly string[],
  ledger: PartitionLedger,
  onLost: (count: number) => void,
  batch?: PartitionBatch,
): Promise<readonly string[]> {
  if (ids.length === 0) return ids;
  const records = await ledger.find(ids);
  onLost(ids.filter((id) => records.get(id)?.isLost === true).length);
  return ids.filter((id) => {
    const record = records.get(id);
    return record?.status !== 'completed' || (batch !== undefined && record.batch !== batch.id);
  });
}

/**
 * The partitions whose last try failed.
 *
 * @param resumes a batch that goes on: what it tried again and did not end belongs to it too
 */
export async function* failedPages(
  ledger: PartitionLedger,
  resumes?: PartitionBatch,
): AsyncGenerator<readonly string[]> {
  // The run goes on meanwhile, and what it did not end either must not come twice.
  const seen = new IdSet();
  for await (const page of ledger.list('failed')) {
    yield page.map(({ partition }) => partition).filter((id) => seen.add(id));
  }
  if (!resumes) return;
  for await (const page of ledger.list('unfinished')) {
    const ofBatch = page.filter(({ batch }) => batch === resumes.id);
    yield ofBatch.map(({ partition }) => partition).filter((id) => seen.add(id));
  }
}
