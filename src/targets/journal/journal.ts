import { stat, type FileHandle } from 'node:fs/promises';
import { TargetError } from '../../sdk/errors.js';
import { codeOf, fileError } from '../files/file-error.js';
import { killPoint } from '../kill-point.js';
import type { Commit, RunRecord, SavedState } from '../target.js';
import type { JournalFiles } from './journal-files.js';
import {
  encodeLine,
  type CommittedFile,
  type FileFacts,
  type JournalLine,
  type StreamPosition,
} from './journal-line.js';
import type { JournalView } from './journal-view.js';

/** How often the holder gives a sign of life, in milliseconds. */
const HEARTBEAT_MS = 5000;

/**
 * A pipeline's journal in the hands of the run that claimed it. Whatever is to be seen of the run is noted here first,
 * made durable, and done only when no other run has taken the pipeline over until then.
 */
export class Journal {
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

  /**
   * Where the run of this journal began to read: row n of the run is row `rows + n` of all, whenever commits come. A run
   * that begins at the same state gives the same row the same place.
   */
  get start(): StreamPosition {
    return this.#start;
  }

  /**
   * True: whether the last commit counts is for the next claim to find out, which completes it or not. Until then
   * nothing that the commit needs may be touched.
   */
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

  /**
   * Commits. The caller then does the renames, and only then.
   *
   * @param files as the commit leaves them, their data durable
   * @returns the version of the saved state
   * @throws TargetError PIPELINE_FENCED; other errors leave what was before, unless the commit {@link isInDoubt}
   */
  async commit(
    { state, fingerprint, format, record, settled = [] }: Commit,
    files: readonly CommittedFile[],
  ): Promise<number> {
    const { saved } = this.#view;
    const { since, rows } = this.#start;
    return this.#commit({
      ...(state === null ? {} : { state }),
      fingerprint: fingerprint ?? saved.fingerprint,
      format: state === null ? saved.format : format,
      files,
      ...(record ? { position: { since, rows: rows + record.rowsRead } } : {}),
      ...(settled.length > 0 ? { settled } : {}),
    });
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
    const line = { type: 'commit', version, at: now(), ...content } as const;
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
    return version;
  }

  async #note(line: JournalLine): Promise<void> {
    await this.#append(line);
    this.#view.apply(line);
  }

  /** Writes lines and makes them durable, all or none. */
  async #append(...lines: readonly JournalLine[]): Promise<void> {
    if (this.#isBroken) throw new TargetError(`the journal "${this.#path}" cannot be written any more`);
    let at = this.#length;
    try {
      for (const line of lines) at += await this.#write(encodeLine(line), at);
      if (lines[0]?.type === 'commit') killPoint('journal.after-commit');
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
