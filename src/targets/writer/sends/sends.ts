import { open, rm, type FileHandle } from 'node:fs/promises';
import { TargetError } from '../../../sdk/errors.js';
import type { SendJournal } from '../../../sdk/writer/index.js';
import { fileError } from '../../files/file-error.js';
import { syncFolder } from '../../files/sync-folder.js';
import type { JournalFiles } from '../../journal/journal-files.js';
import type { SessionJournal } from '../../journal/session-journal.js';
import { killPoint } from '../../kill-point.js';
import { findSends, type FoundSends } from './read-sends.js';
import { encodeSendLine, SENDS_FORMAT, type NotedBatch, type SendLine } from './send-line.js';

const FILE_MODE = 0o600;
/** Names of rows in a line. */
const KEYS_IN_LINE = 1000;

/** What a {@link Sends} works with. */
export interface SendsParts {
  readonly files: JournalFiles;
  readonly journal: Pick<SessionJournal, 'epoch' | 'saved' | 'start' | 'refuseFenced'>;
  /** Called before it is noted that a batch was answered: what was refused of it must be kept by then. */
  readonly keepRefused: () => Promise<void>;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly isDurable: boolean;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * What a run is about to send, in a file of its epoch beside the pipeline's journal. Each batch is durable, and the run
 * known not to have been taken over, before it is sent: so whoever takes over either reads of it here, or it is not sent.
 */
export class Sends {
  readonly #parts: SendsParts;
  readonly #path: string;
  /** What runs before noted and rows may still come again of. */
  #found: FoundSends;
  /** Batches of the runs before that were not answered, by their keys. */
  readonly #unanswered: Map<string, NotedBatch>;
  /** Tables whose writers know of these batches, and so have them answered before a commit. */
  readonly #attached = new Set<string>();
  /** Version of the saved state. */
  #version: number;
  #handle: FileHandle | undefined;
  /** Bytes of complete lines; 0: the file has nothing to say. */
  #length = 0;
  #waiting: Waiting[] = [];
  #work: Promise<void> | undefined;
  /** A line may or may not be there. Then nothing is written any more. */
  #isBroken = false;

  private constructor(parts: SendsParts, found: FoundSends) {
    this.#parts = parts;
    this.#path = parts.files.sendsPath(parts.journal.epoch);
    this.#found = found;
    this.#unanswered = new Map(found.unanswered.map((batch) => [batch.idempotencyKey, batch]));
    this.#version = parts.journal.saved.version;
  }

  /** Takes over what the runs before noted. @throws TargetError where it cannot be read, or PIPELINE_FENCED */
  static async open(parts: SendsParts): Promise<Sends> {
    const { files, journal } = parts;
    const sends = new Sends(parts, await findSends(files, journal));
    try {
      if (sends.#found.rowKeys.size > 0) await sends.#takeOver();
      const older = (await files.sendsEpochs()).filter((each) => each < journal.epoch);
      if (older.length > 0) await journal.refuseFenced();
      for (const each of older) await rm(files.sendsPath(each), { force: true });
      killPoint('sends.after-old-removed');
      return sends;
    } catch (error) {
      await sends.close();
      throw fileError(error, sends.#path);
    }
  }

  /** The journal as the writer of one table sees it. */
  of(table: string): SendJournal {
    this.#attached.add(table);
    const own = [...this.#unanswered.values()].filter((batch) => batch.table === table);
    return {
      unanswered: own.map((batch) => this.#renumbered(batch)),
      has: (rowKey) => this.#found.rowKeys.has(rowKey),
      note: (batch) => this.#note({ ...batch, table, upTo: this.#place(batch.numbers) }),
      answered: (idempotencyKey) => this.#answered(idempotencyKey),
    };
  }

  /**
   * Called when a state was saved: all that was noted since the last one was answered, and so was all that the writers
   * took over. What was refused of it is kept, so it is not to be refused again.
   *
   * @param rowsRead by the run so far; undefined: nobody counts
   */
  async committed(version: number, rowsRead: number | undefined): Promise<void> {
    this.#version = version;
    for (const [key, { table }] of this.#unanswered)
      if (this.#attached.has(table)) this.#unanswered.delete(key);
    if (this.#length === 0) return;
    killPoint('sends.before-clear');
    const reached = rowsRead === undefined ? Infinity : this.#parts.journal.start.rows + rowsRead;
    if (reached < this.#found.upTo || this.#unanswered.size > 0) {
      // The run before came farther than this commit; what it noted behind it is still to come.
      await this.#append({ type: 'committed', version, open: [...this.#unanswered.keys()] }, true);
    } else {
      await this.#guard(async () => this.#handle?.truncate(0));
      this.#length = 0;
      this.#found = { unanswered: [], rowKeys: new Set(), upTo: 0 };
    }
    killPoint('sends.after-clear');
  }

  /** Called when the run has ended. Nothing is noted afterwards. */
  async close(): Promise<void> {
    const handle = this.#handle;
    await this.#work;
    this.#isBroken = true;
    this.#handle = undefined;
    await handle?.close();
    if (handle && this.#length === 0) await rm(this.#path, { force: true });
  }

  #place(numbers: readonly number[]): number {
    return this.#parts.journal.start.rows + largest(numbers);
  }

  /** The batch with the numbers that its rows would have in this run, which began to read elsewhere. */
  #renumbered(batch: NotedBatch): NotedBatch {
    const { numbers, upTo } = batch;
    const shift = upTo - this.#place(numbers);
    return shift === 0 ? batch : { ...batch, numbers: numbers.map((number) => number + shift) };
  }

  get #head(): SendLine {
    const { since } = this.#parts.journal.start;
    return { type: 'sends', format: SENDS_FORMAT, version: this.#version, since };
  }

  async #note(batch: NotedBatch): Promise<void> {
    killPoint('sends.before-note');
    await this.#append({ type: 'batch', batch }, true);
    killPoint('sends.after-note');
  }

  async #answered(idempotencyKey: string): Promise<void> {
    await this.#parts.keepRefused();
    await this.#append({ type: 'answered', idempotencyKey }, false);
    this.#unanswered.delete(idempotencyKey);
    killPoint('sends.after-answer');
  }

  /** Writes what the runs before noted into the own file: from there on theirs are not needed. */
  async #takeOver(): Promise<void> {
    const { rowKeys, upTo } = this.#found;
    const keys = [...rowKeys];
    const lines: SendLine[] = [];
    for (let at = 0; at < keys.length; at += KEYS_IN_LINE) {
      lines.push({ type: 'seen', rowKeys: keys.slice(at, at + KEYS_IN_LINE), upTo });
    }
    for (const batch of this.#unanswered.values()) lines.push({ type: 'batch', batch });
    killPoint('sends.before-ready');
    await this.#make();
    await this.#write([this.#head, ...lines, { type: 'ready' } as const].map(encodeSendLine), true);
    killPoint('sends.after-ready');
  }

  /** Lines that are given while others are being written go together, with one sync. */
  async #append(line: SendLine, isDurable: boolean): Promise<void> {
    const bytes = encodeSendLine(line);
    await new Promise<void>((done, fail) => {
      this.#waiting.push({ bytes, isDurable, done, fail });
      this.#work ??= this.#writeWaiting();
    });
  }

  async #writeWaiting(): Promise<void> {
    // Those that are given in this same moment go with the first.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const isDurable = group.some((each) => each.isDurable);
      try {
        if (this.#isBroken) throw new TargetError(`the file "${this.#path}" cannot be written any more`);
        await this.#begin();
        await this.#write(
          group.map(({ bytes }) => bytes),
          isDurable,
        );
        // Whoever took over before this question does not know of these batches, so they are not sent.
        if (isDurable) await this.#parts.journal.refuseFenced();
        for (const { done } of group) done();
      } catch (error) {
        this.#isBroken = true;
        for (const { fail } of group) fail(fileError(error, this.#path));
      }
    }
    this.#work = undefined;
  }

  /** Writes the first lines, where the file has none. */
  async #begin(): Promise<void> {
    if (this.#length > 0) return;
    if (!this.#handle) await this.#make();
    await this.#write([this.#head, { type: 'ready' } as const].map(encodeSendLine), false);
  }

  async #make(): Promise<void> {
    const { files } = this.#parts;
    this.#handle = await open(this.#path, 'wx', FILE_MODE);
    await syncFolder(files.folder);
  }

  async #write(lines: readonly Buffer[], isDurable: boolean): Promise<void> {
    const bytes = Buffer.concat(lines);
    for (let at = 0; at < bytes.length;) {
      const written = await this.#handle?.write(bytes, at, bytes.length - at, this.#length + at);
      at += written?.bytesWritten ?? bytes.length;
    }
    if (isDurable) await this.#handle?.sync();
    this.#length += bytes.length;
  }

  async #guard(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((last, number) => Math.max(last, number), 0);
}
