import { IdSet } from '../../targets/partitions/id-set.js';
import type {
  CompletedPartitions,
  PartitionBatch,
  PartitionLedger,
} from '../../targets/partitions/partition-ledger.js';

/**
 * The ids of a page that have not completed, in their order.
 *
 * @param onLost told how many had completed, and have lost their rows since
 */
export async function withoutCompleted(
  ids: readonly string[],
  completed: CompletedPartitions,
  onLost: (count: number) => void,
): Promise<readonly string[]> {
  const ended = completed.lost ? ids.filter((id) => completed.has(id)) : [];
  const lost = ended.length > 0 ? await completed.lost?.(ended) : undefined;
  onLost(lost?.size ?? 0);
  return ids.filter((id) => !completed.has(id) || lost?.has(id) === true);
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
