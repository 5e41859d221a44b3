import { open, type FileHandle } from 'node:fs/promises';
import { TargetError } from '../../sdk/errors.js';
import { FileWriter } from './file-writer.js';
import type { OutputFile } from './output-file.js';

const LINE_FEED = 0x0a;

/**
 * A file with rows that gets more of them at its end. A rollback cuts it back to its old length, unless somebody else
 * changed it meanwhile. What it cannot do: a reader may see rows before the commit, and a run that is killed (not
 * stopped) leaves the rows it had written, the last one perhaps cut.
 */
export class AppendedFile implements OutputFile {
  readonly kind = 'appended';
  /** How lines end in this file; set it before the first write. */
  lineEnd: '\n' | '\r\n' = '\n';
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #writer: FileWriter;
  readonly #lengthAtStart: number;
  readonly #endsWithoutNewline: boolean;
  #open = true;

  private constructor(path: string, handle: FileHandle, length: number, endsWithoutNewline: boolean) {
    this.#path = path;
    this.#handle = handle;
    this.#writer = new FileWriter(handle);
    this.#lengthAtStart = length;
    this.#endsWithoutNewline = endsWithoutNewline;
  }

  /** @param length of the file, more than 0 */
  static async open(path: string, length: number): Promise<AppendedFile> {
    const handle = await open(path, 'a+');
    try {
      const last = Buffer.alloc(1);
      await handle.read(last, 0, 1, length - 1);
      return new AppendedFile(path, handle, length, last[0] !== LINE_FEED);
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
    // Files that people edit may lack the newline at their end.
    if (this.#endsWithoutNewline && this.#writer.bytes === 0) await this.#writer.write(this.lineEnd);
    await this.#writer.write(data);
  }

  async commit(): Promise<void> {
    await this.#writer.sync();
    this.#open = false;
    await this.#handle.close();
  }

  async rollback(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#writer.settle();
    try {
      if (this.#writer.bytes > 0) {
        await this.#refuseForeignChange();
        await this.#handle.truncate(this.#lengthAtStart);
        await this.#handle.sync();
      }
    } finally {
      await this.#handle.close();
    }
  }

  /** To cut the file would remove the rows that another run added, or fill a file that became shorter with zeros. */
  async #refuseForeignChange(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size >= this.#lengthAtStart && size <= this.#lengthAtStart + this.#writer.written) return;
    throw new TargetError(
      `"${this.#path}" was changed by someone else during the run, so the rows of this run could not be taken out again`,
      {
        action: 'Look through the end of the file; rows of this run that failed may be in it.',
        details: { file: this.#path },
      },
    );
  }
}
