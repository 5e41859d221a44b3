import type { PendingBatch } from './pending-batch.js';
import type { SavedBatch, SendJournal } from './writer-host.js';

/** What is noted of batches in the host's journal, so that a later run sends what this one leaves unanswered. */
export class SendNotes {
  readonly #noted = new Set<string>();
  #isClosed = false;

  /** @param journal undefined: nothing is noted */
  constructor(private readonly journal: SendJournal | undefined) {}

  get isOn(): boolean {
    return this.journal !== undefined;
  }

  /**
   * The batches that an earlier run left unanswered, in their order. Where one was about to go on in smaller ones,
   * either it is sent or they are: they are if all of its rows are noted in them, for then they may have been sent.
   */
  unanswered(): { readonly open: readonly SavedBatch[]; readonly replaced: readonly SavedBatch[] } {
    const saved = this.journal?.unanswered ?? [];
    const open = new Set<SavedBatch>();
    for (const batch of saved.toSorted((a, b) => b.rowKeys.length - a.rowKeys.length)) {
      const smaller = saved.filter(({ rowKeys }) => rowKeys.length < batch.rowKeys.length);
      const isReplaced = isWithin(batch, new Set(smaller.flatMap(({ rowKeys }) => rowKeys)));
      if (!isReplaced && ![...open].some(({ rowKeys }) => isWithin(batch, new Set(rowKeys)))) open.add(batch);
    }
    return {
      open: saved.filter((batch) => open.has(batch)),
      replaced: saved.filter((batch) => !open.has(batch)),
    };
  }

  /** Nothing is noted any more: the journal may be another run's by now. */
  close(): void {
    this.#isClosed = true;
  }

  /** Whether an earlier run noted the row, so that it is or was among the unanswered ones. */
  has(rowKey: string): boolean {
    return this.journal?.has(rowKey) ?? false;
  }

  /** Notes a batch before it is sent. */
  async note(batch: PendingBatch): Promise<void> {
    if (!this.journal || this.#isClosed || batch.isSaved || this.#noted.has(batch.idempotencyKey)) return;
    const { idempotencyKey, operation, rows, rowKeys, numbers } = batch;
    await this.journal.note({ idempotencyKey, operation, rows, rowKeys, numbers });
    this.#noted.add(idempotencyKey);
  }

  /** Every row of the batch was accepted. */
  async answered(batch: Pick<PendingBatch, 'idempotencyKey'>): Promise<void> {
    if (!this.journal || this.#isClosed) return;
    this.#noted.delete(batch.idempotencyKey);
    await this.journal.answered(batch.idempotencyKey);
  }

  /**
   * The rows of a batch that are not settled go on in others. These are noted first: a row that is in no unanswered batch
   * would not be sent again.
   *
   * @param isDone false: some of its rows were refused, and are to be refused again by a run that starts from here
   */
  async replace(batch: PendingBatch, parts: readonly PendingBatch[], isDone: boolean): Promise<void> {
    if (!this.journal) return;
    for (const part of parts) await this.note(part);
    if (isDone && !parts.includes(batch)) await this.answered(batch);
  }
}

function isWithin({ rowKeys }: SavedBatch, keys: ReadonlySet<string>): boolean {
  return rowKeys.every((key) => keys.has(key));
}
