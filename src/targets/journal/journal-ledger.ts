import type {
  CompletedPartitions,
  PartitionBatch,
  PartitionLedger,
  PartitionRecord,
  PartitionStatus,
} from '../partitions/partition-ledger.js';
import type { SavedState } from '../pipeline-store.js';
import type { JournalView } from './journal-view.js';

/**
 * Those of some records that are of partitions which have lost their files.
 * @param files that the pipeline wrote, by path
 */
export type LostOf = (
  records: readonly PartitionRecord[],
  batch: PartitionBatch,
  files: ReadonlyMap<string, unknown>,
) => Promise<ReadonlySet<string>>;

/** What of a journal a {@link JournalLedger} reads. */
export type LedgerView = Pick<JournalView, 'batch' | 'files' | 'partitions'>;

const LOST = {
  status: 'unfinished',
  isLost: true,
  rows: 0,
  code: 'FILE_CHANGED',
  message: 'its files are not there any more',
} as const;

/** Records in a page at most. */
const PAGE = 1000;

/** What a journal says of the partitions of its pipeline. */
export class JournalLedger implements PartitionLedger {
  readonly #view: () => Promise<LedgerView>;
  readonly #lostOf: LostOf | undefined;

  /**
   * @param view asked each time
   * @param lostOf absent: the partitions have no files that could be lost
   */
  constructor(view: () => Promise<LedgerView>, lostOf?: LostOf) {
    this.#view = view;
    this.#lostOf = lostOf;
  }

  async batch(): Promise<PartitionBatch | null> {
    return (await this.#view()).batch;
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, PartitionRecord>> {
    const { partitions, files, batch } = await this.#view();
    const found = new Map<string, PartitionRecord>();
    for (const id of ids) {
      const record = partitions.get(id)?.record;
      if (record) found.set(id, record);
    }
    if (!this.#lostOf || !batch) return found;
    const completed = [...found.values()].filter(({ status }) => status === 'completed');
    for (const id of await this.#lostOf(completed, batch, files)) {
      const record = found.get(id);
      if (record) found.set(id, { ...record, ...LOST });
    }
    return found;
  }

  async completed(batch?: string): Promise<CompletedPartitions> {
    const { partitions } = await this.#view();
    return {
      has: (id) => {
        const stored = partitions.get(id);
        return stored?.status === 'completed' && (batch === undefined || stored.batch === batch);
      },
      ...(this.#lostOf
        ? {
            lost: async (ids) => {
              const records = await this.find(ids);
              return new Set(ids.filter((id) => records.get(id)?.isLost === true));
            },
          }
        : {}),
    };
  }

  async *list(status?: PartitionStatus): AsyncGenerator<readonly PartitionRecord[]> {
    const { partitions } = await this.#view();
    let page: PartitionRecord[] = [];
    // As they were when the list was begun; sort compares code units.
    for (const id of [...partitions.keys()].sort()) {
      const stored = partitions.get(id);
      if (!stored || (status !== undefined && stored.status !== status)) continue;
      page.push(stored.record);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async states(ids: readonly string[]): Promise<ReadonlyMap<string, SavedState>> {
    const { partitions } = await this.#view();
    const found = new Map<string, SavedState>();
    for (const id of ids) {
      const saved = partitions.get(id)?.saved;
      if (!saved) continue;
      const { state, version, fingerprint, format } = saved;
      found.set(id, { state, version, fingerprint, format });
    }
    return found;
  }
}
