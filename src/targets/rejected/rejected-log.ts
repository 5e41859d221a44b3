import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from '../files/file-error.js';
import { syncFolder } from '../files/sync-folder.js';
import type { SessionJournal } from '../journal/session-journal.js';
import { killPoint } from '../kill-point.js';
import type { KeptRow, RejectedRow } from '../rejected-rows.js';
import { originOf, partitionOrigin, rowKey } from '../row-key.js';
import { jsonText } from '../values/json-text.js';
import { dropRejected, keptIn } from './rejected-files.js';
import { rejectedLine } from './rejected-line.js';
import type { SharedRejects } from './shared-rejects.js';

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
  readonly pipeline: string;
  /** Journal of the run; undefined: no state is kept. */
  readonly journal: SessionJournal | undefined;
  /** The partition that the rows are of, and what is shared with the sessions of others; absent: the dataset has none. */
  readonly partition?: string;
  readonly shared?: SharedRejects;
}

/** What was known of a row when an earlier run kept it aside. */
type Known = Pick<KeptRow, 'id' | 'attempts'>;

/**
 * Keeps the rejected rows of one run. They wait in memory until a commit needs them to be durable, which is before the
 * state that skips them.
 */
export class RejectedLog {
  readonly #options: RejectedLogOptions;
  #waiting: KeptRow[] = [];
  /** Rows were written that may not be durable. */
  #isDirty = false;
  /** Rows of tables with a key that earlier runs kept aside, by their content; undefined: nobody has asked yet. */
  #known: Map<string, Known> | undefined;
  /** Ids of those that this run kept aside once more. */
  readonly #again = new Set<string>();

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

  /** Called once, when the pipeline is claimed: forgets what a run took care of that was killed right after it. */
  async recover(): Promise<void> {
    const { path, pipeline, journal } = this.#options;
    const settled = journal?.settled;
    if (!settled) return;
    const ids = new Set(settled.ids);
    await dropRejected(
      path,
      (kept) => kept.pipeline === pipeline && kept.run !== settled.run && ids.has(kept.id),
    );
    await journal.noteForgotten?.();
  }

  add(rows: readonly RejectedRow[]): void {
    const { run, pipeline, journal, partition } = this.#options;
    const origin = originOf(partitionOrigin(pipeline, partition), journal);
    const ofPartition = partition === undefined ? {} : { partition };
    const rejectedAt = new Date().toISOString();
    for (const rejected of rows) {
      const { table, number, row, operation = 'upsert', attempts = 1 } = rejected;
      // The same for a run that reads the row again, so that it is shown once.
      const id = rowKey(origin, { table, operation, number, row }, 'place', []).slice(0, ID_LENGTH);
      this.#waiting.push({ id, run, pipeline, ...ofPartition, rejectedAt, ...rejected, operation, attempts });
      if (rejected.id !== undefined) this.#again.add(rejected.id);
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

  /**
   * Called after the final commit: forgets rows that it took care of. Those that this run kept itself stay.
   *
   * @param ids of the rows
   * @param replaced tables that took the place of older ones: what was kept aside of those is forgotten with them
   */
  async settle(ids: readonly string[], replaced: readonly string[]): Promise<void> {
    const { path, journal, partition, shared } = this.#options;
    const settled = new Set([...ids, ...this.#again]);
    const tables = new Set(replaced);
    // Of thousands of partitions, most have kept nothing aside.
    const hasEarlier = partition === undefined || (await shared?.hasEarlier(partition)) === true;
    if (hasEarlier && settled.size + tables.size > 0) {
      await this.#inTurn(() =>
        dropRejected(
          path,
          (kept) => this.#isEarlier(kept) && (settled.has(kept.id) || tables.has(kept.table)),
        ),
      );
    }
    if (ids.length > 0) await journal?.noteForgotten?.();
  }

  /** Whether another run of the pipeline kept a row aside, of the same partition. */
  #isEarlier(kept: KeptRow): boolean {
    const { run, pipeline, partition } = this.#options;
    return kept.pipeline === pipeline && kept.run !== run && kept.partition === partition;
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const { shared } = this.#options;
    return shared ? shared.inTurn(step) : step();
  }

  async #write(isDurable: boolean): Promise<void> {
    const { path } = this.#options;
    const rows = this.#waiting;
    this.#waiting = [];
    try {
      const lines: string[] = [];
      for (const row of rows) lines.push(rejectedLine(await this.#asKnown(row)));
      await this.#inTurn(() => this.#writeLines(lines, isDurable));
    } catch (error) {
      throw fileError(error, path);
    }
  }

  async #writeLines(lines: readonly string[], isDurable: boolean): Promise<void> {
    const { path } = this.#options;
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
  }

  /**
   * A row of a key that an earlier run kept aside just the same is that row, refused once more. Of rows without a key
   * nobody can say whether they are one.
   */
  async #asKnown(row: KeptRow): Promise<KeptRow> {
    if (!hasKey(row) || this.#again.has(row.id)) return row;
    this.#known ??= await this.#readKnown();
    const known = this.#known.get(contentOf(row));
    if (!known) return row;
    this.#again.add(known.id);
    return { ...row, id: known.id, attempts: known.attempts + row.attempts };
  }

  async #readKnown(): Promise<Map<string, Known>> {
    const known = new Map<string, Known>();
    for await (const kept of keptIn(this.#options.path)) {
      const { id, attempts } = kept;
      if (this.#isEarlier(kept) && hasKey(kept)) known.set(contentOf(kept), { id, attempts });
    }
    return known;
  }
}

/** Rows of a table without a key are only ever inserted. */
function hasKey({ operation, schema }: KeptRow): boolean {
  return operation !== 'insert' || (schema?.primaryKey ?? []).length > 0;
}

/** The same for rows that are the same. */
function contentOf({ table, operation, row }: KeptRow): string {
  const text = jsonText([table, operation, row]) ?? '';
  return createHash('sha256').update(text).digest('base64');
}

/** A crash may have torn the last line. */
async function endsWithLine(handle: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === LINE_FEED;
}
