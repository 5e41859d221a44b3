import { open, type FileHandle } from 'node:fs/promises';
import { FileWriter } from './file-writer.js';
import type { OutputFile } from './output-file.js';

const LINE_FEED = 0x0a;

/**
 * A file with rows that gets more of them at its end. A rollback cuts it back to its old length. What it cannot do: a
 * reader may see rows before the commit, and a run that is killed (not stopped) leaves the rows it had written, the
 * last one perhaps cut.
 */
export class AppendedFile implements OutputFile {
  readonly kind = 'appended';
  /** How lines end in this file; set it before the first write. */
  lineEnd: '\n' | '\r\n' = '\n';
  readonly #handle: FileHandle;
  readonly #writer: FileWriter;
  readonly #lengthAtStart: number;
  readonly #endsWithoutNewline: boolean;
  #open = true;

  private constructor(handle: FileHandle, length: number, endsWithoutNewline: boolean) {
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
      return new AppendedFile(handle, length, last[0] !== LINE_FEED);
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
        await this.#handle.truncate(this.#lengthAtStart);
        await this.#handle.sync();
      }
    } finally {
      await this.#handle.close();
    }
  }
}
