import { ConfigError } from '../../sdk/errors.js';
import { DEFAULT_MAX_DELETE } from '../../targets/mirror/mirror-options.js';
import { IdSet } from '../../targets/partitions/id-set.js';
import type {
  PartitionBatch,
  PartitionLedger,
  PartitionRecord,
} from '../../targets/partitions/partition-ledger.js';
import { FEW_ROWS, mayRemove } from '../../targets/removal-limit.js';
import type { PartitionedSession } from '../../targets/target.js';
import type { RunSpec } from '../run-spec.js';

/** Partitions that one call removes. */
const PAGE = 10_000;

/** What pruning works with. */
export interface PruningParts {
  readonly session: PartitionedSession;
  /** What the run reads. */
  readonly batch: PartitionBatch;
  /** Label of the target. */
  readonly target: string;
  /** Whether the connector lists its partitions. */
  readonly isListable: boolean;
  readonly signal: AbortSignal;
  readonly spec: Pick<RunSpec, 'maxDelete' | 'allowEmpty'>;
}

/** What pruning came to. */
export interface Pruned {
  readonly partitions: number;
  readonly rows: number;
}

/** Removes the partitions that a complete listing did not give, after a run that has read all that it gave. */
export class Pruning {
  readonly #parts: PruningParts;
  readonly #ledger: PartitionLedger;
  /** What a share is of: the rows before the run. */
  #rowsBefore = 0;
  #isAnyListed = false;

  /** @throws ConfigError where what is gone cannot be known, or not be removed */
  constructor(parts: PruningParts) {
    const { session, target, isListable, batch } = parts;
    if (!session.ledger || !session.remove) throw unsupported(`${target} cannot remove partitions`);
    if (!isListable) throw unsupported('--prune compares with a listing, and the connector cannot list');
    refuseSelection(batch);
    this.#parts = parts;
    this.#ledger = session.ledger;
  }

  /**
   * Called before anything is read, with what is listed then.
   * @throws ConfigError GUARD_REFUSED where more would go than is likely to be meant
   */
  async guard(listed: AsyncIterable<readonly string[]>): Promise<void> {
    const ids = new IdSet();
    for await (const page of listed) for (const id of page) ids.add(id);
    this.#isAnyListed = ids.size > 0;
    const { rows } = await this.#judge(({ partition }) => !ids.has(partition));
    this.#rowsBefore = rows;
  }

  /**
   * Called after the run: removes what its batch has not touched.
   * @throws ConfigError GUARD_REFUSED where the listing that was read is not the one before, and gave too few
   */
  async remove(): Promise<Pruned> {
    const { session, signal } = this.#parts;
    const { partitions } = await this.#judge((record) => this.#isGone(record), this.#rowsBefore);
    let rows = 0;
    let last = PAGE;
    // Afresh each time: what is removed is not in the ledger any more.
    while (last === PAGE) {
      signal.throwIfAborted();
      const ids = await this.#gone();
      last = ids.length;
      if (ids.length > 0) rows += (await session.remove?.(ids)) ?? 0;
    }
    return { partitions, rows };
  }

  /** @param rowsBefore what the share is of; left out: of the rows that there are */
  async #judge(
    isGone: (record: PartitionRecord) => boolean,
    rowsBefore?: number,
  ): Promise<{ readonly partitions: number; readonly rows: number }> {
    const { maxDelete = DEFAULT_MAX_DELETE, allowEmpty = false } = this.#parts.spec;
    let all = 0;
    let partitions = 0;
    let removed = 0;
    for await (const page of this.#ledger.list()) {
      this.#parts.signal.throwIfAborted();
      for (const record of page) {
        all += record.rows;
        if (!isGone(record)) continue;
        partitions += 1;
        removed += record.rows;
      }
    }
    const rows = rowsBefore ?? all;
    const isNothingLeft = removed === rows && !this.#isAnyListed;
    // Where others take their place, those of all partitions are a share as any other.
    const mayBeAll = this.#isAnyListed ? removed <= FEW_ROWS || maxDelete >= 1 : allowEmpty;
    if (mayRemove({ removed, rows, maxShare: maxDelete, mayBeAll })) return { partitions, rows };
    throw new ConfigError(
      `${partitions} partitions with ${removed} of the ${rows} rows are no longer listed, and would be removed`,
      {
        code: 'GUARD_REFUSED',
        action: isNothingLeft
          ? 'Look at the source; where all of them are to go, run with --allow-empty.'
          : 'Look at the source; where they are to go, run with a larger --max-delete.',
      },
    );
  }

  #isGone({ batch }: PartitionRecord): boolean {
    return batch !== this.#parts.batch.id;
  }

  async #gone(): Promise<string[]> {
    const ids: string[] = [];
    for await (const page of this.#ledger.list()) {
      for (const record of page) if (this.#isGone(record) && ids.length < PAGE) ids.push(record.partition);
      if (ids.length === PAGE) break;
    }
    return ids;
  }
}

function refuseSelection({ selection }: PartitionBatch): void {
  if (selection === null || selection.trim() === 'all') return;
  throw new ConfigError(`--prune needs a run of all partitions, and this one is of ${selection}`, {
    code: 'CLI_USAGE',
    action: 'Leave --prune out, or run with --partition all.',
  });
}

function unsupported(message: string): ConfigError {
  return new ConfigError(message, { code: 'PARTITIONS_UNSUPPORTED', action: 'Leave --prune out.' });
}
