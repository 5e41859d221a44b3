import type { FileHandle } from 'node:fs/promises';

/**
 * Writes to an open file from where it stands. One write is in flight while the next text is made; a second waits for
 * it, so that memory stays flat.
 */
export class FileWriter {
  readonly #handle: FileHandle;
  #inFlight: Promise<void> = Promise.resolve();
  #bytes = 0;
  #written = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Bytes taken so far, also those still in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that the file system has taken, also of a write that failed half-way. */
  get written(): number {
    return this.#written;
  }

  /** Takes text (as UTF-8) or bytes, which must not change afterwards. Throws what the write before it failed with. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    await this.#inFlight;
    this.#bytes += bytes.length;
    this.#inFlight = this.#writeAll(bytes);
    // The failure is thrown by the next call that waits; until then nobody listens.
    this.#inFlight.catch(() => undefined);
  }

  /** Waits until everything is in the file; throws what the last write failed with. */
  async flush(): Promise<void> {
    await this.#inFlight;
  }

  /** The same, and makes it durable. */
  async sync(): Promise<void> {
    await this.flush();
    await this.#handle.sync();
  }

  /** Waits until no write is in flight, whether it failed or not. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#inFlight]);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    // A write may take only a part, for example when the disk is almost full.
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at);
      this.#written += bytesWritten;
      at += bytesWritten;
    }
  }
}
