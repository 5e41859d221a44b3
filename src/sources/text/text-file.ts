import { open, type FileHandle } from 'node:fs/promises';
import { ConfigError, isHostError, RowError } from '../../sdk/errors.js';
import { DecodeError } from '../../sdk/decode/decode-error.js';

const CHUNK = 256 * 1024;

/**
 * A file of text that may be read several times. It is read as long as it was when it was opened, and what takes its
 * place by its name is not looked at: so a run may write to the file that it reads.
 */
export class TextFile {
  readonly #handle: FileHandle;
  readonly #length: number;
  readonly #label: string;

  private constructor(handle: FileHandle, length: number, label: string) {
    this.#handle = handle;
    this.#length = length;
    this.#label = label;
  }

  /** @param label the file, as the user wrote it */
  static async open(path: string, label: string): Promise<TextFile> {
    const handle = await open(path, 'r');
    return new TextFile(handle, (await handle.stat()).size, label);
  }

  /** Its bytes from the start. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.#length;) {
      // A new one each time, because whoever reads may keep a part of it.
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, this.#length - at));
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /**
   * What a failure of reading it means.
   * @param firstRow line of the first row; what is wrong before it is wrong with the whole file
   */
  explain(error: unknown, firstRow: 1 | 2): unknown {
    const file = this.#label;
    if (error instanceof DecodeError) {
      const { line } = error;
      const message = `"${file}": ${error.message}`;
      if (line === undefined || line < firstRow) {
        return new ConfigError(message, {
          code: 'SOURCE_UNREADABLE',
          action: 'Correct the file; its ending has to say what is in it.',
          details: line === undefined ? { file } : { file, line },
        });
      }
      return new RowError(message, { details: { file, line } });
    }
    if (isHostError(error) && error.code === 'SOURCE_UNAVAILABLE') {
      return new ConfigError(`"${file}" is a gzip file that breaks off`, {
        code: 'SOURCE_UNREADABLE',
        details: { file },
      });
    }
    return error;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
