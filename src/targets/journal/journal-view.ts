import type { PartitionBatch, PartitionRecord } from '../partitions/partition-ledger.js';
import type { Fingerprint, PastState } from '../pipeline-store.js';
import type {
  AppendedFacts,
  Claim,
  CommittedFile,
  FileFacts,
  JournalLine,
  PartitionEntry,
  PartitionState,
  RemovedFile,
  SettledRows,
  StoredRun,
  StoredState,
} from './journal-line.js';
import { StoredPartition, type SavedPartition } from './stored-partition.js';

/** States of earlier runs that are kept. */
const MAX_PAST = 10;
/** Runs of a pipeline that are kept. */
export const MAX_RUNS = 100;
/** Partitions in a line of a snapshot. */
const PARTITIONS_IN_LINE = 1000;
const FILES_IN_LINE = 1000;

/** Nothing was ever saved. */
const NEVER_SAVED: StoredState = {
  state: null,
  version: 0,
  fingerprint: null,
  format: 1,
  run: null,
  savedAt: null,
};

/** What the lines of a journal come to. */
export class JournalView {
  /** Undefined: the journal has no line yet. */
  claim: Claim | undefined;
  saved: StoredState = NEVER_SAVED;
  /** Newest first. */
  past: readonly PastState[] = [];
  /** The runs before this journal's own, newest first. */
  runs: readonly StoredRun[] = [];
  /** By path. */
  readonly files = new Map<string, AppendedFacts>();
  /** Part files that exist, or are about to, and that no commit named. */
  readonly parts = new Set<string>();
  /** Renames that a commit named and that were perhaps not done, by the file that is renamed. */
  readonly renames = new Map<string, string>();
  /** Files that go and that are perhaps still there, by path. */
  readonly removals = new Map<string, RemovedFile>();
  /** What the last run of partitions chose; null: there was none. */
  batch: PartitionBatch | null = null;
  /** By id. */
  readonly partitions = new Map<string, StoredPartition>();
  /** Rows kept aside that a commit took care of and that are perhaps not forgotten yet. */
  settled: SettledRows | undefined;
  /** The journal says everything that the one before it said. */
  isReady = false;
  /** Its run is over. */
  hasEnded = false;
  /** Commits of its run. */
  #commits = 0;
  #ended: StoredRun | undefined;
  /** The state is this run's own. */
  #hasReplaced = false;
  /** The fingerprint of the last partition, which as a rule is that of the next: thousands share one object. */
  #fingerprint: { readonly json: string; readonly value: Fingerprint | null } | undefined;
  /** Texts of the last partition, which thousands share as well: each line that is read has its own. */
  readonly #texts = { batch: '', run: '', endedAt: '' };

  /** Takes one more line. */
  apply(line: JournalLine): void {
    switch (line.type) {
      case 'claim':
        this.claim = line.claim;
        return;
      case 'saved':
        this.saved = line.saved;
        return;
      case 'past':
        this.past = [...this.past, line.past];
        return;
      case 'run':
        this.runs = [...this.runs, line.run];
        return;
      case 'file':
        this.files.set(line.file.path, line.file);
        return;
      case 'files':
        for (const [path, length, tail] of line.files) this.#setFile({ path, length, tail }, false);
        return;
      case 'rename':
        this.renames.set(line.from, line.to);
        return;
      case 'removal':
        this.removals.set(line.file.path, line.file);
        return;
      case 'partitions':
        this.#setPartitions(line.entries, line.fingerprint);
        return;
      case 'ready':
        this.isReady = true;
        return;
      case 'recovered':
        this.#settle();
        return;
      case 'settled':
        this.settled = line.settled;
        return;
      case 'forgotten':
        this.settled = undefined;
        return;
      case 'part':
        this.parts.add(line.path);
        return;
      case 'pending':
        this.#setFile(line.file, true);
        return;
      case 'commit':
        this.#commit(line);
        return;
      case 'batch':
        this.batch = line.batch;
        return;
      case 'group':
        this.#commitGroup(line);
        return;
      case 'tried':
        this.#setPartitions(line.entries, null);
        return;
      case 'removed':
        for (const id of line.partitions) this.partitions.delete(id);
        for (const file of line.files) {
          this.files.delete(file.path);
          this.removals.set(file.path, file);
        }
        return;
      case 'ended':
        this.hasEnded = true;
        if (line.isClean) this.#settle();
        if (this.claim && line.record) this.#ended = storedRun(this.claim, line.record, line.at);
    }
  }

  /** The run of this journal, `lost` where it never said that it ended; undefined: the claim is a command's. */
  get ownRun(): StoredRun | undefined {
    if (this.claim === undefined || this.claim.isCommand) return undefined;
    return this.#ended ?? storedRun(this.claim, { ...UNKNOWN_END, commits: this.#commits }, null);
  }

  /** Notes a run that is over. */
  addRun(run: StoredRun): void {
    this.runs = [run, ...this.runs].slice(0, MAX_RUNS);
  }

  /** Called when a process that claimed the pipeline may still wake up: it has open what it was adding rows to. */
  holdPending(): void {
    for (const [path, file] of this.files) this.files.set(path, { ...file, isHeld: file.isPending });
  }

  /** Lines that say the same, for a journal that goes on from here. */
  snapshot(): JournalLine[] {
    return [
      { type: 'saved', saved: this.saved },
      ...this.past.map((past) => ({ type: 'past', past }) as const),
      ...this.runs.map((run) => ({ type: 'run', run }) as const),
      ...this.#fileLines(),
      ...[...this.parts].map((path) => ({ type: 'part', path }) as const),
      ...[...this.renames].map(([from, to]) => ({ type: 'rename', from, to }) as const),
      ...[...this.removals.values()].map((file) => ({ type: 'removal', file }) as const),
      ...(this.batch ? [{ type: 'batch', batch: this.batch } as const] : []),
      ...this.#partitionLines(),
      ...(this.settled ? [{ type: 'settled', settled: this.settled } as const] : []),
      { type: 'ready' },
    ];
  }

  #commit(line: JournalLine & { readonly type: 'commit' }): void {
    const before = this.saved;
    const { claim } = this;
    const replaces = line.state !== undefined;
    // A state of this same run is a step on its way, which nobody would go back to.
    if (replaces && before.state !== null && !this.#hasReplaced) {
      const { state, version, run, savedAt } = before;
      const past = { state, version, run: run ?? '', savedAt: savedAt ?? '' };
      this.past = [past, ...this.past].slice(0, MAX_PAST);
    }
    this.#hasReplaced ||= replaces;
    this.saved = {
      state: line.state === undefined ? before.state : line.state,
      version: line.version,
      fingerprint: line.fingerprint,
      format: line.format,
      run: replaces ? (claim?.run ?? null) : before.run,
      savedAt: replaces ? line.at : before.savedAt,
      ...(line.position ? { position: line.position } : {}),
    };
    this.#commits += 1;
    this.#noteSettled(line.settled);
    this.#setFiles(line.files);
    // A command has nothing to say of one partition: where the state goes, that of each goes.
    if (claim?.isCommand === true && line.state === null) this.#resetPartitions();
  }

  #commitGroup({
    version,
    fingerprint,
    files,
    entries,
    isSettled,
    settled,
  }: JournalLine & { readonly type: 'group' }): void {
    if (isSettled) this.renames.clear();
    this.saved = { ...this.saved, version, fingerprint: fingerprint ?? this.saved.fingerprint };
    this.#commits += 1;
    this.#noteSettled(settled);
    this.#setFiles(files);
    this.#setPartitions(entries, fingerprint);
  }

  #noteSettled(ids: readonly string[] | undefined): void {
    if (!ids) return;
    const run = this.claim?.run ?? '';
    // What a commit before it took care of may not be forgotten yet.
    const before = this.settled?.run === run ? this.settled.ids : [];
    this.settled = { run, ids: [...before, ...ids] };
  }

  #setFiles(files: readonly CommittedFile[]): void {
    for (const { from, isClosed = false, ...file } of files) {
      // Where rows are in the file already, more of them may follow.
      this.#setFile(file, from === undefined && !isClosed);
      if (from === undefined) continue;
      this.parts.delete(from);
      this.renames.set(from, file.path);
    }
  }

  #setPartitions(entries: readonly PartitionEntry[], given: Fingerprint | null): void {
    const fingerprint = entries.some(({ saved }) => saved) ? this.#shared(given) : null;
    for (const { record, saved } of entries) {
      const { partition } = record;
      const now = saved ? { ...saved, fingerprint } : this.partitions.get(partition)?.saved;
      this.partitions.set(partition, new StoredPartition(this.#withSharedTexts(record), now));
    }
  }

  #withSharedTexts(record: PartitionRecord): PartitionRecord {
    const texts = this.#texts;
    for (const name of ['batch', 'run', 'endedAt'] as const)
      if (texts[name] !== record[name]) texts[name] = record[name];
    return { ...record, ...texts };
  }

  #shared(value: Fingerprint | null): Fingerprint | null {
    const json = JSON.stringify(value);
    if (this.#fingerprint?.json !== json) this.#fingerprint = { json, value };
    return this.#fingerprint.value;
  }

  #resetPartitions(): void {
    for (const [id, { record, saved }] of this.partitions) {
      if (!saved) continue;
      const { version, format } = saved;
      const reset = { state: null, version: version + 1, fingerprint: null, format };
      this.partitions.set(id, new StoredPartition(record, reset));
    }
  }

  *#fileLines(): Generator<JournalLine> {
    let still: [string, number, string][] = [];
    for (const file of this.files.values()) {
      if (file.isPending || file.isHeld) yield { type: 'file', file };
      else still.push([file.path, file.length, file.tail]);
      if (still.length < FILES_IN_LINE) continue;
      yield { type: 'files', files: still };
      still = [];
    }
    if (still.length > 0) yield { type: 'files', files: still };
  }

  /** Those that have one fingerprint share lines. */
  *#partitionLines(): Generator<JournalLine> {
    let entries: PartitionEntry[] = [];
    let shared: Fingerprint | null = null;
    for (const { record, saved } of this.partitions.values()) {
      const fingerprint: Fingerprint | null = saved ? saved.fingerprint : shared;
      if (entries.length === PARTITIONS_IN_LINE || (fingerprint !== shared && entries.length > 0)) {
        yield { type: 'partitions', fingerprint: shared, entries };
        entries = [];
      }
      shared = fingerprint;
      entries.push(saved ? { record, saved: withoutFingerprint(saved) } : { record });
    }
    if (entries.length > 0) yield { type: 'partitions', fingerprint: shared, entries };
  }

  #setFile({ path, length, tail }: FileFacts, isPending: boolean): void {
    this.files.set(path, { path, length, tail, isPending, isHeld: false });
  }

  #settle(): void {
    this.parts.clear();
    this.renames.clear();
    this.removals.clear();
    for (const file of this.files.values()) this.#setFile(file, false);
  }
}

function withoutFingerprint({ state, version, format, position }: SavedPartition): PartitionState {
  return { state, version, format, ...(position ? { position } : {}) };
}

/** How a run ended that nobody told the end of. */
const UNKNOWN_END: RunEnd = {
  status: 'lost',
  code: null,
  message: null,
  rowsRead: 0,
  rowsWritten: 0,
  rowsDeleted: 0,
  commits: 0,
};

type RunEnd = Omit<StoredRun, 'run' | 'startedAt' | 'endedAt' | 'process' | 'machine'>;

function storedRun({ run, startedAt, pid, machine }: Claim, end: RunEnd, endedAt: string | null): StoredRun {
  return { run, ...end, startedAt, endedAt, process: pid, machine };
}
