import { open, stat, type FileHandle } from 'node:fs/promises';
import { TargetError } from '../../sdk/errors.js';
import type { FileFacts } from '../journal/journal-line.js';
import { killPoint } from '../kill-point.js';
import { factsOf } from './file-facts.js';
import { FileWriter } from './file-writer.js';
import type { FileNotes, OutputFile } from './output-file.js';

const LINE_FEED = 0x0a;

/**
 * A file with rows that gets more of them at its end. A rollback cuts it back to its last commit, or its old length,
 * unless somebody else changed it meanwhile. A reader may see rows before the commit. A run that is killed (not stopped)
 * leaves the rows it had written, the last one perhaps cut; where they were announced, the next run removes them.
 */
export class AppendedFile implements OutputFile {
  readonly kind = 'appended';
  /** How lines end in this file; set it before the first write. */
  lineEnd: '\n' | '\r\n' = '\n';
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #writer: FileWriter;
  readonly #notes: FileNotes | undefined;
  readonly #endsWithoutNewline: boolean;
  /** Length of the file with the last commit. */
  #committed: number;
  /** Bytes of the writer that belong to the last commit. */
  #writtenAtCommit = 0;
  #prepared: FileFacts | undefined;
  #open = true;

  private constructor(
    path: string,
    handle: FileHandle,
    length: number,
    endsWithoutNewline: boolean,
    notes: FileNotes | undefined,
  ) {
    this.#path = path;
    this.#handle = handle;
    this.#writer = new FileWriter(handle);
    this.#committed = length;
    this.#endsWithoutNewline = endsWithoutNewline;
    this.#notes = notes;
  }

  /** @param length of the file, more than 0 */
  static async open(path: string, length: number, notes?: FileNotes): Promise<AppendedFile> {
    const handle = await open(path, 'a+');
    try {
      const last = Buffer.alloc(1);
      await handle.read(last, 0, 1, length - 1);
      return new AppendedFile(path, handle, length, last[0] !== LINE_FEED, notes);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  /** For reading what was there before. */
  get handle(): FileHandle {
    return this.#handle;
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (this.#writer.bytes === 0) {
      await this.#notes?.announceAppend(await factsOf(this.#handle, this.#path, this.#committed));
      // Files that people edit may lack the newline at their end.
      if (this.#endsWithoutNewline) await this.#writer.write(this.lineEnd);
    }
    killPoint('file.before-rows');
    await this.#writer.write(data);
  }

  async prepare(): Promise<FileFacts> {
    await this.#writer.flush();
    killPoint('file.before-data-sync');
    await this.#writer.sync();
    killPoint('file.after-data-sync');
    // What is noted of the file must be what this run made it, or a later one would cut rows of others.
    if (this.#notes) {
      await this.#refuseForeignChange(this.#expected, 'cannot be committed');
      await this.#refuseReplaced();
    }
    this.#prepared = await factsOf(this.#handle, this.#path, this.#expected);
    return this.#prepared;
  }

  async publish(): Promise<void> {
    this.#committed = this.#prepared?.length ?? this.#committed;
    this.#writtenAtCommit = this.#writer.written;
  }

  async rollback(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#writer.settle();
    try {
      if (this.#writer.bytes > this.#writtenAtCommit) {
        await this.#refuseForeignChange(this.#committed, 'could not be taken out again');
        await this.#handle.truncate(this.#committed);
        await this.#handle.sync();
      }
    } finally {
      await this.#handle.close();
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#writer.settle();
    await this.#handle.close();
  }

  /** Length that the file has if nobody else writes to it. */
  get #expected(): number {
    return this.#committed + this.#writer.written - this.#writtenAtCommit;
  }

  /** Rows in a file that has lost its name are in no file. */
  async #refuseReplaced(): Promise<void> {
    const [own, named] = [await this.#handle.stat(), await stat(this.#path)];
    if (own.ino === named.ino && own.dev === named.dev) return;
    await this.#notes?.refuseFenced();
    throw new TargetError(`"${this.#path}" was replaced by someone else during the run`, {
      code: 'FILE_CHANGED',
      details: { file: this.#path },
    });
  }

  /** To cut the file would remove the rows that another run added, or fill a file that became shorter with zeros. */
  async #refuseForeignChange(atLeast: number, outcome: string): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size >= atLeast && size <= this.#expected) return;
    // A run that took over does so by right, and says more.
    await this.#notes?.refuseFenced();
    throw new TargetError(
      `"${this.#path}" was changed by someone else during the run, so the rows of this run ${outcome}`,
      {
        code: 'FILE_CHANGED',
        action: 'Look through the end of the file; rows of this run that failed may be in it.',
        details: { file: this.#path },
      },
    );
  }
}
