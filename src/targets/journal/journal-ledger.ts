import type {
  CompletedPartitions,
  PartitionBatch,
  PartitionLedger,
  PartitionRecord,
  PartitionStatus,
} from '../partitions/partition-ledger.js';
import type { SavedState } from '../pipeline-store.js';
import type { JournalView } from './journal-view.js';

/** Records in a page at most. */
const PAGE = 1000;

/** What a journal says of the partitions of its pipeline. */
export class JournalLedger implements PartitionLedger {
  readonly #view: () => Promise<Pick<JournalView, 'batch' | 'partitions'>>;

  /** @param view asked each time */
  constructor(view: () => Promise<Pick<JournalView, 'batch' | 'partitions'>>) {
    this.#view = view;
  }

  async batch(): Promise<PartitionBatch | null> {
    return (await this.#view()).batch;
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, PartitionRecord>> {
    const { partitions } = await this.#view();
    const found = new Map<string, PartitionRecord>();
    for (const id of ids) {
      const record = partitions.get(id)?.record;
      if (record) found.set(id, record);
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
