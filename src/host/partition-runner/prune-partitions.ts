import { ConfigError } from '../../sdk/errors.js';
import { DEFAULT_MAX_DELETE } from '../../targets/mirror/mirror-options.js';
import type { PartitionLedger } from '../../targets/partitions/partition-ledger.js';
import { mayRemove } from '../../targets/removal-limit.js';
import type { PartitionedSession } from '../../targets/target.js';
import type { RunSpec } from '../run-spec.js';

/** Partitions that one call removes. */
const PAGE = 10_000;

/** What pruning works with. */
export interface PruneParts {
  readonly session: PartitionedSession;
  readonly ledger: PartitionLedger;
  /** Id of the batch that has read everything that is listed. */
  readonly batch: string;
  readonly signal: AbortSignal;
}

/** What pruning came to. */
export interface Pruned {
  readonly partitions: number;
  readonly rows: number;
}

/**
 * Removes the partitions that a complete listing did not give: those that the batch, which has read all that are listed, has
 * not touched.
 *
 * @throws ConfigError GUARD_REFUSED where more would go than is likely to be meant
 */
export async function prunePartitions(
  { session, ledger, batch, signal }: PruneParts,
  { maxDelete = DEFAULT_MAX_DELETE, allowEmpty = false }: Pick<RunSpec, 'maxDelete' | 'allowEmpty'>,
): Promise<Pruned> {
  let rows = 0;
  let partitions = 0;
  let removed = 0;
  for await (const page of ledger.list()) {
    signal.throwIfAborted();
    for (const record of page) {
      rows += record.rows;
      if (record.batch === batch) continue;
      partitions += 1;
      removed += record.rows;
    }
  }
  if (!mayRemove({ removed, rows, maxShare: maxDelete, mayBeAll: allowEmpty })) {
    const isAll = removed === rows;
    throw new ConfigError(
      `${partitions} partitions with ${removed} of the ${rows} rows are no longer listed, and would be removed`,
      {
        code: 'GUARD_REFUSED',
        action: isAll
          ? 'Look at the source; where all of them are to go, run with --allow-empty.'
          : 'Look at the source; where they are to go, run with a larger --max-delete.',
      },
    );
  }
  let gone = 0;
  let last = PAGE;
  // Afresh each time: what is removed is not in the ledger any more.
  while (last === PAGE) {
    signal.throwIfAborted();
    const ids = await gonePartitions(ledger, batch);
    last = ids.length;
    if (ids.length > 0) gone += (await session.remove?.(ids)) ?? 0;
  }
  return { partitions, rows: gone };
}

async function gonePartitions(ledger: PartitionLedger, batch: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of ledger.list()) {
    for (const record of page) if (record.batch !== batch && ids.length < PAGE) ids.push(record.partition);
    if (ids.length === PAGE) break;
  }
  return ids;
}
