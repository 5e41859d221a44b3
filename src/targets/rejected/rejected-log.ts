import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from '../files/file-error.js';
import { syncFolder } from '../files/sync-folder.js';
import { killPoint } from '../kill-point.js';
import type { KeptRow, RejectedRow } from '../rejected-rows.js';
import { rowKey, type RowOrigin } from '../row-key.js';
import { dropRejected } from './rejected-files.js';
import { rejectedLine } from './rejected-line.js';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const LINE_FEED = 0x0a;
/** Characters of an id. */
const ID_LENGTH = 16;
/** Rows that wait in memory at most. */
const MAX_WAITING = 1000;

/** What a {@link RejectedLog} notes of every row. */
export interface RejectedLogOptions {
  /** The file, made when needed, with its folder. */
  readonly path: string;
  readonly run: string;
  /** What the run goes on from now. */
  readonly origin: () => RowOrigin;
}

/**
 * Keeps the rejected rows of one run. They wait in memory until a commit needs them to be durable, which is before the
 * state that skips them.
 */
export class RejectedLog {
  readonly #options: RejectedLogOptions;
  #waiting: string[] = [];
  /** Rows were written that may not be durable. */
  #isDirty = false;

  constructor(options: RejectedLogOptions) {
    this.#options = options;
  }

  /** True: {@link spill} is due. */
  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  /** True: there are rows that a crash would lose. */
  get hasUnsaved(): boolean {
    return this.#isDirty || this.#waiting.length > 0;
  }

  add(rows: readonly RejectedRow[]): void {
    const { run, origin } = this.#options;
    const from = origin();
    const rejectedAt = new Date().toISOString();
    for (const rejected of rows) {
      const { table, number, row, operation = 'upsert', attempts = 1 } = rejected;
      // The same for a run that reads the row again, so that it is shown once.
      const id = rowKey(from, { table, operation, number, row }, 'place', []).slice(0, ID_LENGTH);
      const kept: KeptRow = {
        id,
        run,
        pipeline: from.pipeline,
        rejectedAt,
        ...rejected,
        operation,
        attempts,
      };
      this.#waiting.push(rejectedLine(kept));
    }
  }

  /** Writes what waits, so that memory stays flat. */
  async spill(): Promise<void> {
    await this.#write(false);
  }

  /** Forgets what waits: the rows will be read again. */
  discard(): void {
    this.#waiting = [];
  }

  /** Makes all rows so far durable. */
  async sync(): Promise<void> {
    if (this.hasUnsaved) await this.#write(true);
  }

  /** Forgets rows that the commit before took care of. Those that this run kept itself stay. */
  async settle(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { path, run, origin } = this.#options;
    const { pipeline } = origin();
    const settled = new Set(ids);
    await dropRejected(
      path,
      (kept) => kept.pipeline === pipeline && kept.run !== run && settled.has(kept.id),
    );
  }

  async #write(isDurable: boolean): Promise<void> {
    const { path } = this.#options;
    const lines = this.#waiting;
    this.#waiting = [];
    try {
      await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
      // Opened each time: whoever drops rows puts another file into its place.
      const handle = await open(path, 'a+', FILE_MODE);
      try {
        const { size } = await handle.stat();
        killPoint('rejected.before-rows');
        const start = size > 0 && !(await endsWithLine(handle, size)) ? '\n' : '';
        if (lines.length > 0) await handle.appendFile(start + lines.join(''));
        killPoint('rejected.after-rows');
        this.#isDirty = true;
        if (!isDurable) return;
        await handle.sync();
      } finally {
        await handle.close();
      }
      await syncFolder(dirname(path));
      killPoint('rejected.after-sync');
      this.#isDirty = false;
    } catch (error) {
      throw fileError(error, path);
    }
  }
}

/** A crash may have torn the last line. */
async function endsWithLine(handle: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === LINE_FEED;
}
