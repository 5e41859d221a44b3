import { stat, type FileHandle } from 'node:fs/promises';
import { TargetError } from '../../sdk/errors.js';
import { codeOf, fileError } from '../files/file-error.js';
import { killPoint } from '../kill-point.js';
import type { Commit, RunRecord, SavedState } from '../target.js';
import type { JournalFiles } from './journal-files.js';
import type { PartitionBatch } from '../partitions/partition-ledger.js';
import {
  encodeLine,
  type AppendedFacts,
  type CommittedFile,
  type FileFacts,
  type JournalLine,
  type PartitionEntry,
  type RemovedFile,
  type SettledRows,
  type StreamPosition,
} from './journal-line.js';
import type { JournalView } from './journal-view.js';
import type { SessionJournal } from './session-journal.js';

/** How often the holder gives a sign of life, in milliseconds. */
const HEARTBEAT_MS = 5000;
/** Bytes of lines that are written at once, about. */
const PIECE_BYTES = 1024 * 1024;

type CommitLine = JournalLine & { readonly type: 'commit' | 'group' };

interface Waiting {
  readonly lines: readonly JournalLine[];
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * A pipeline's journal in the hands of the run that claimed it. Whatever is to be seen of the run is noted here first,
 * made durable, and done only when no other run has taken the pipeline over until then.
 */
export class Journal implements SessionJournal {
  /** Raised by each claim of the pipeline. */
  readonly epoch: number;
  readonly #files: JournalFiles;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #inode: number;
  readonly #heartbeat: NodeJS.Timeout;
  #view: JournalView;
  #start: StreamPosition = { since: 0, rows: 0 };
  /** Bytes of complete lines. */
  #length: number;
  /** Lines that wait until those before them are durable. */
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #isOpen = true;
  /** A line may or may not be there. Then nothing is written any more. */
  #isBroken = false;
  /** A commit may or may not count. */
  #isInDoubt = false;

  private constructor(
    files: JournalFiles,
    epoch: number,
    handle: FileHandle,
    inode: number,
    view: JournalView,
  ) {
    this.#files = files;
    this.epoch = epoch;
    this.#path = files.path(epoch);
    this.#handle = handle;
    this.#inode = inode;
    this.#view = view;
    this.#length = 0;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Called by claimJournal, the only one that makes journals.
   *
   * @param handle of the epoch's file, which has a claim and nothing else; closed by {@link end}
   */
  static async open(
    files: JournalFiles,
    epoch: number,
    handle: FileHandle,
    view: JournalView,
  ): Promise<Journal> {
    const { ino, size } = await handle.stat();
    const journal = new Journal(files, epoch, handle, ino, view);
    journal.#length = size;
    return journal;
  }

  /** What it says now. */
  get view(): JournalView {
    return this.#view;
  }

  get saved(): SavedState {
    const { state, version, fingerprint, format } = this.#view.saved;
    return { state, version, fingerprint, format };
  }

  get files(): ReadonlyMap<string, AppendedFacts> {
    return this.#view.files;
  }

  get settled(): SettledRows | undefined {
    return this.#view.settled;
  }

  get start(): StreamPosition {
    return this.#start;
  }

  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** Called once by claimJournal: writes what the journals before came to. Afterwards they are not needed. */
  async goOnFrom(before: JournalView): Promise<void> {
    const { position, version } = before.saved;
    this.#start = position ?? { since: version, rows: 0 };
    const lines = before.snapshot();
    await this.#append(...lines);
    for (const line of lines) this.#view.apply(line);
  }

  /** Called when the files are as the journal says. */
  async noteRecovered(): Promise<void> {
    await this.#note({ type: 'recovered' });
  }

  /**
   * Called before a part file is made, so that the next claim can remove it. When it is there, refuseFenced is called: a
   * claim that came before may have looked for it too early.
   */
  async announcePart(path: string): Promise<void> {
    killPoint('file.before-part');
    await this.#note({ type: 'part', path });
    killPoint('file.after-part');
  }

  /** Called before the first byte is added to a file, so that the next claim can cut it. */
  async announceAppend(file: FileFacts): Promise<void> {
    killPoint('file.before-pending');
    await this.#note({ type: 'pending', file });
    killPoint('file.after-pending');
    await this.refuseFenced();
  }

  async commit(
    { state, fingerprint, format, record, settled = [] }: Commit,
    files: readonly CommittedFile[],
    publish?: () => Promise<void>,
  ): Promise<number> {
    const { saved } = this.#view;
    const { since, rows } = this.#start;
    const version = await this.#commit({
      ...(state === null ? {} : { state }),
      fingerprint: fingerprint ?? saved.fingerprint,
      format: state === null ? saved.format : format,
      files,
      ...(record ? { position: { since, rows: rows + record.rowsRead } } : {}),
      ...(settled.length > 0 ? { settled } : {}),
    });
    await publish?.();
    return version;
  }

  /** Called once by a run of partitions, before the first of them. */
  async noteBatch(batch: PartitionBatch): Promise<void> {
    await this.refuseFenced();
    await this.#note({ type: 'batch', batch });
  }

  /**
   * Commits several partitions. The caller then does the renames, and only then.
   *
   * @param group `fingerprint` of all of their states; `isSettled`: the renames of all groups before were done
   * @throws TargetError PIPELINE_FENCED; other errors leave what was before, unless the commit {@link isInDoubt}
   */
  async commitGroup(
    group: Pick<
      JournalLine & { type: 'group' },
      'fingerprint' | 'files' | 'entries' | 'isSettled' | 'settled'
    >,
  ): Promise<void> {
    await this.#decide({ type: 'group', version: this.#view.saved.version + 1, at: now(), ...group });
  }

  /** What became of partitions without a commit. */
  async noteTried(entries: readonly PartitionEntry[]): Promise<void> {
    await this.#note({ type: 'tried', entries });
  }

  /** Forgets partitions. The caller then removes their files, and only then. @throws TargetError PIPELINE_FENCED */
  async noteRemoved(partitions: readonly string[], files: readonly RemovedFile[]): Promise<void> {
    await this.#note({ type: 'removed', partitions, files });
    await this.refuseFenced();
  }

  /** Called when the rows kept aside that a commit took care of are forgotten. */
  async noteForgotten(): Promise<void> {
    await this.#note({ type: 'forgotten' });
  }

  /** Replaces the state, also by none; for commands. */
  async save(state: string | null): Promise<number> {
    const { fingerprint, format } = this.#view.saved;
    // Without a state, nothing is known of the parameters it belongs to.
    return this.#commit({ state, fingerprint: state === null ? null : fingerprint, format, files: [] });
  }

  /** Replaces the state of one partition, also by none; for commands. What is known of it but its state stays. */
  async savePartition(partition: string, state: string | null): Promise<number> {
    const known = this.#view.partitions.get(partition);
    const record = known?.record ?? {
      partition,
      status: 'unfinished',
      batch: this.#view.batch?.id ?? '',
      run: this.#view.claim?.run ?? '',
      rows: 0,
      code: null,
      message: null,
      endedAt: now(),
    };
    const { version = 0, format = 1, fingerprint = null } = known?.saved ?? {};
    await this.commitGroup({
      fingerprint: state === null ? null : fingerprint,
      files: [],
      entries: [{ record, saved: { state, version: version + 1, format } }],
      isSettled: false,
    });
    return version + 1;
  }

  /** @throws TargetError PIPELINE_FENCED when another claim took the pipeline over */
  async refuseFenced(): Promise<void> {
    if (await this.#isCurrent()) return;
    throw new TargetError(`another run took over pipeline "${this.#files.pipeline}"`, {
      code: 'PIPELINE_FENCED',
    });
  }

  /**
   * Frees the pipeline. Where another claim took it over there is nothing to free. Called again, it does nothing.
   *
   * @param isClean false: the files could not be put back, so the next claim has to
   */
  async end(record: RunRecord | null, isClean: boolean): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // Whoever was fenced may have left a line on its way.
    await this.#writing;
    try {
      killPoint('journal.before-end');
      const mayWrite = !this.#isBroken && (await this.#isCurrent());
      if (mayWrite)
        await this.#note({ type: 'ended', at: now(), record, isClean: isClean && !this.#isInDoubt });
      killPoint('journal.after-end');
    } finally {
      clearInterval(this.#heartbeat);
      await this.#handle.close();
    }
  }

  async #commit(content: Omit<JournalLine & { type: 'commit' }, 'type' | 'version' | 'at'>): Promise<number> {
    const version = this.#view.saved.version + 1;
    await this.#decide({ type: 'commit', version, at: now(), ...content });
    return version;
  }

  async #decide(line: CommitLine): Promise<void> {
    this.#isInDoubt = true;
    killPoint('journal.before-commit');
    try {
      await this.#append(line);
    } catch (error) {
      // The line was taken back. Whoever took the pipeline over before that may have read it.
      this.#isInDoubt = this.#isBroken || !(await this.#isCurrent());
      throw error;
    }
    killPoint('journal.after-commit-sync');
    await this.refuseFenced();
    killPoint('journal.after-check');
    this.#isInDoubt = false;
    this.#view.apply(line);
  }

  async #note(line: JournalLine): Promise<void> {
    await this.#append(line);
    this.#view.apply(line);
  }

  /**
   * Writes lines and makes them durable, all or none. Lines that are given meanwhile go together, with one sync: partitions
   * are written side by side.
   */
  async #append(...lines: readonly JournalLine[]): Promise<void> {
    await new Promise<void>((done, fail) => {
      this.#waiting.push({ lines, done, fail });
      this.#writing ??= this.#writeWaiting();
    });
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#writeDurably(group.flatMap(({ lines }) => lines));
        for (const { done } of group) done();
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    this.#writing = undefined;
  }

  async #writeDurably(lines: readonly JournalLine[]): Promise<void> {
    if (this.#isBroken) throw new TargetError(`the journal "${this.#path}" cannot be written any more`);
    let at = this.#length;
    try {
      for (const piece of pieces(lines)) at += await this.#write(piece, at);
      if (lines.some(({ type }) => type === 'commit' || type === 'group')) killPoint('journal.after-commit');
      await this.#handle.sync();
      this.#length = at;
    } catch (error) {
      await this.#takeBack();
      throw fileError(error, this.#path);
    }
  }

  async #write(bytes: Buffer, position: number): Promise<number> {
    for (let at = 0; at < bytes.length;) {
      at += (await this.#handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
    }
    return bytes.length;
  }

  /** Cuts what could not be written as a whole. */
  async #takeBack(): Promise<void> {
    this.#isBroken = true;
    await this.#handle.truncate(this.#length).then(
      () => (this.#isBroken = false),
      // The first failure is the one to tell; that this one failed too is what isBroken says.
      () => undefined,
    );
  }

  /**
   * Whether no other claim came since. A claim makes the file of the next epoch first, and removes the files of older
   * ones in ascending order, so this file goes before the one behind it: hence the order of the two questions.
   */
  async #isCurrent(): Promise<boolean> {
    if ((await inodeOf(this.#files.path(this.epoch + 1))) !== undefined) return false;
    return (await inodeOf(this.#path)) === this.#inode;
  }

  #beat(): void {
    const time = new Date();
    // Where it fails, the claim runs out, and the next commit finds out whether somebody took it.
    this.#handle.utimes(time, time).catch(() => undefined);
  }
}

/** The bytes of lines, a few large pieces of them instead of many small ones. */
function* pieces(lines: readonly JournalLine[]): Generator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    const encoded = encodeLine(line);
    held.push(encoded);
    bytes += encoded.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (held.length > 0) yield Buffer.concat(held);
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError(error, path);
  }
}

function now(): string {
  return new Date().toISOString();
}
