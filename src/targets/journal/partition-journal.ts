import type { PartitionRecord, PartitionStatus } from '../partitions/partition-ledger.js';
import type { Commit, Fingerprint, PartitionRun, RunRecord, SavedState, WriteMode } from '../target.js';
import type {
  AppendedFacts,
  CommittedFile,
  FileFacts,
  PartitionEntry,
  StreamPosition,
} from './journal-line.js';
import type { SavedPartition } from './stored-partition.js';
import type { Journal } from './journal.js';
import type { SessionJournal } from './session-journal.js';

/** A commit of a partition that waits for its group. */
export interface PendingPartition {
  readonly entry: PartitionEntry;
  readonly fingerprint: Fingerprint | null;
  readonly files: readonly CommittedFile[];
  /** Rows kept aside, by id, that it takes care of. */
  readonly settled: readonly string[];
  /** Does the renames, when the group is decided. */
  readonly publish: () => Promise<void>;
  /** Called when it is decided, before {@link publish}. */
  readonly decided: () => void;
  readonly done: () => void;
  /** @param isInDoubt whether it counts is for the next claim to find out */
  readonly fail: (error: Error, isInDoubt: boolean) => void;
}

/** What a {@link PartitionJournal} works with. */
export interface PartitionJournalParts {
  readonly journal: Journal;
  readonly run: PartitionRun;
  /** True: its files are gone, so that it begins as if it had never been read. */
  readonly isLost: boolean;
  /** Takes a commit; the group that it becomes a part of settles it. */
  readonly add: (pending: PendingPartition) => void;
  /** Called when the session is over. @param tried undefined: its commits say what became of it */
  readonly onEnd: (tried: PartitionRecord | undefined, isClean: boolean) => void;
}

const NEVER_SAVED: SavedPartition = { state: null, version: 0, fingerprint: null, format: 1 };

/** The journal of a pipeline as the session of one partition sees it: with the state of this partition. */
export class PartitionJournal implements SessionJournal {
  readonly start: StreamPosition;
  readonly #parts: PartitionJournalParts;
  readonly rowsOfPartition: number;
  #record: PartitionRecord | undefined;
  #saved: SavedPartition;
  #replaces = false;
  #isInDoubt = false;
  /** True: the final commit counts. */
  #isCommitted = false;
  #deciding: Promise<void> | undefined;
  #isOpen = true;

  constructor(parts: PartitionJournalParts) {
    this.#parts = parts;
    const { journal, run, isLost } = parts;
    const found = journal.view.partitions.get(run.partition.id);
    this.#record = found?.record;
    this.rowsOfPartition = isLost ? 0 : (found?.record.rows ?? 0);
    const saved = found?.saved ?? NEVER_SAVED;
    this.#saved = isLost ? { ...NEVER_SAVED, version: saved.version } : saved;
    this.start = this.#saved.position ?? { since: this.#saved.version, rows: 0 };
  }

  get epoch(): number {
    return this.#parts.journal.epoch;
  }

  get saved(): SavedState {
    const { state, version, fingerprint, format } = this.#saved;
    return { state, version, fingerprint, format };
  }

  get files(): ReadonlyMap<string, AppendedFacts> {
    return this.#parts.journal.files;
  }

  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  noteTable(mode: WriteMode): void {
    this.#replaces ||= mode === 'overwrite';
  }

  announcePart(path: string): Promise<void> {
    return this.#parts.journal.announcePart(path);
  }

  announceAppend(file: FileFacts): Promise<void> {
    return this.#parts.journal.announceAppend(file);
  }

  refuseFenced(): Promise<void> {
    return this.#parts.journal.refuseFenced();
  }

  noteForgotten(): Promise<void> {
    return this.#parts.journal.noteForgotten();
  }

  async commit(
    commit: Commit,
    files: readonly CommittedFile[],
    publish: () => Promise<void> = () => Promise.resolve(),
  ): Promise<number> {
    const { add, run } = this.#parts;
    if (!this.#isOpen) throw new Error(`partition "${run.partition.id}" has ended`);
    const record = this.#recordOf(commit);
    const { fingerprint, ...saved } = this.#savedAfter(commit);
    const { isFinal } = commit;
    this.#isInDoubt = true;
    const settled = new Promise<void>((resolve, reject) => {
      add({
        entry: { record, saved },
        fingerprint,
        files: isFinal ? files.map((file) => ({ ...file, isClosed: true })) : files,
        settled: commit.settled ?? [],
        publish,
        decided: () => {
          this.#isInDoubt = false;
          this.#isCommitted = isFinal;
          this.#record = record;
          this.#saved = { ...saved, fingerprint };
        },
        done: resolve,
        fail: (error, isInDoubt) => {
          this.#isInDoubt = isInDoubt;
          reject(error);
        },
      });
    });
    this.#deciding = settled;
    if (isFinal) run.partition.onStaged?.();
    await settled;
    return saved.version;
  }

  async end(record: RunRecord, isClean: boolean): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // A run may be stopped while its commit waits for the others.
    await Promise.allSettled([this.#deciding]);
    this.#parts.onEnd(this.#triedOf(record), isClean && !this.#isInDoubt);
  }

  get #isRetry(): boolean {
    return this.#parts.run.partition.retry !== undefined;
  }

  #savedAfter({ state, fingerprint, format, record }: Commit): SavedPartition {
    const before = this.#saved;
    const { since, rows } = this.start;
    return {
      state: state ?? before.state,
      version: before.version + 1,
      fingerprint: fingerprint ?? before.fingerprint,
      format: state === null ? before.format : format,
      ...(record ? { position: { since, rows: rows + record.rowsRead } } : {}),
    };
  }

  #recordOf({ isFinal, isPartial = false, record }: Commit): PartitionRecord {
    const written = record?.rowsWritten ?? 0;
    const rows = this.#replaces ? written : this.rowsOfPartition + written;
    // Rows that are given again are not the partition.
    if (this.#isRetry) return { ...(this.#record ?? this.#newRecord('unfinished', rows)), rows };
    return this.#newRecord(isFinal && !isPartial ? 'completed' : 'unfinished', rows);
  }

  /** Undefined: its commits have said it, or it was stopped, and what was known of it before still holds. */
  #triedOf({ status, code, message }: RunRecord): PartitionRecord | undefined {
    // That rows were not taken again says nothing of the partition.
    if (this.#isRetry || this.#isCommitted || status !== 'failed') return undefined;
    const rows = this.#record?.rows ?? 0;
    return { ...this.#newRecord('failed', rows), code, message };
  }

  #newRecord(status: PartitionStatus, rows: number): PartitionRecord {
    const { journal, run } = this.#parts;
    return {
      partition: run.partition.id,
      status,
      batch: journal.view.batch?.id ?? run.runId,
      run: run.runId,
      rows,
      code: null,
      message: null,
      endedAt: new Date().toISOString(),
    };
  }
}
