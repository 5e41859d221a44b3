import { access, constants, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CommittedFile } from '../journal/journal-line.js';
import { killPoint } from '../kill-point.js';
import { factsOf } from './file-facts.js';
import { FileWriter } from './file-writer.js';
import type { FileNotes, OutputFile } from './output-file.js';
import { partPath, removeLeftovers } from './part-file.js';
import { syncFolder } from './sync-folder.js';

/** Permissions of a new file, before the umask. */
const NEW_FILE_MODE = 0o666;

/** Copies a finished file to another one, changed. */
export type Rewrite = (input: FileHandle, write: (bytes: Uint8Array) => Promise<void>) => Promise<void>;

/**
 * A file that is written beside its place and takes it by a rename, so that a reader sees the old file or the new one
 * as a whole, and a run that fails or is killed leaves the old one.
 */
export class ReplacedFile implements OutputFile {
  readonly kind = 'replaced';
  readonly #path: string;
  readonly #partId: string;
  readonly #mode: number | undefined;
  readonly #notes: FileNotes | undefined;
  /** Files that are ours to remove, the one being written last. */
  readonly #parts: Part[] = [];
  /** Bytes of the file once it is in its place. */
  #bytes = 0;

  private constructor(path: string, partId: string, mode: number | undefined, notes: FileNotes | undefined) {
    this.#path = path;
    this.#partId = partId;
    this.#mode = mode;
    this.#notes = notes;
  }

  /** @param mode permissions of the file to be replaced, which the new one keeps; undefined: there is none */
  static async open(
    path: string,
    partId: string,
    mode: number | undefined,
    notes?: FileNotes,
  ): Promise<ReplacedFile> {
    const file = new ReplacedFile(path, partId, mode, notes);
    // A rename asks the folder only; a file that is read-only was made so to be kept.
    if (mode !== undefined) await access(path, constants.W_OK);
    await removeLeftovers(path);
    try {
      await file.#addPart();
      return file;
    } catch (error) {
      await file.rollback();
      throw error;
    }
  }

  get bytes(): number {
    return this.#parts.at(-1)?.writer.bytes ?? this.#bytes;
  }

  async write(data: string | Uint8Array): Promise<void> {
    killPoint('file.before-rows');
    await this.#current.writer.write(data);
  }

  /** Writes everything so far anew; what is written afterwards follows it. */
  async rewrite(copy: Rewrite): Promise<void> {
    const old = this.#current;
    await old.writer.flush();
    await this.#addPart();
    await copy(old.handle, (bytes) => this.#current.writer.write(bytes));
    await old.handle.close();
    await rm(old.path);
    this.#parts.shift();
  }

  async prepare(): Promise<CommittedFile> {
    const { handle, path, writer } = this.#current;
    await writer.flush();
    killPoint('file.before-data-sync');
    await writer.sync();
    // The commit names this file, so it must be found there even after the power was cut.
    if (this.#notes) await syncFolder(dirname(this.#path));
    killPoint('file.after-data-sync');
    return { ...(await factsOf(handle, this.#path, writer.bytes)), from: path };
  }

  async publish(): Promise<void> {
    const { handle, path, writer } = this.#current;
    await handle.close();
    killPoint('file.before-rename');
    await rename(path, this.#path);
    this.#bytes = writer.bytes;
    this.#parts.pop();
    killPoint('file.after-rename');
    await syncFolder(dirname(this.#path));
    killPoint('file.after-folder-sync');
  }

  async rollback(): Promise<void> {
    for (const { handle, path, writer } of this.#parts.splice(0)) {
      await writer.settle();
      await handle.close();
      await rm(path, { force: true });
    }
  }

  async close(): Promise<void> {
    for (const { handle, writer } of this.#parts.splice(0)) {
      await writer.settle();
      await handle.close();
    }
  }

  get #current(): Part {
    const part = this.#parts.at(-1);
    if (!part) throw new Error(`"${this.#path}" was committed or rolled back already`);
    return part;
  }

  async #addPart(): Promise<void> {
    const id = this.#parts.length === 0 ? this.#partId : `${this.#partId}-rewritten`;
    const path = partPath(this.#path, id, this.#notes !== undefined);
    await this.#notes?.announcePart(path);
    const handle = await open(path, 'wx+', NEW_FILE_MODE);
    this.#parts.push({ path, handle, writer: new FileWriter(handle) });
    killPoint('file.after-part-made');
    await this.#notes?.refuseFenced();
    if (this.#mode !== undefined) await handle.chmod(this.#mode & 0o7777);
  }
}

interface Part {
  readonly path: string;
  readonly handle: FileHandle;
  readonly writer: FileWriter;
}
