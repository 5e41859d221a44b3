import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, fileError } from '../files/file-error.js';
import { partPath } from '../files/part-file.js';
import { syncFolder } from '../files/sync-folder.js';
import { claimJournal } from '../journal/claim-journal.js';
import { JournalFiles } from '../journal/journal-files.js';
import { findJournal } from '../journal/read-journal.js';
import { killPoint } from '../kill-point.js';
import type { KeptRow, RejectedStore } from '../rejected-rows.js';
import { readRejected } from './rejected-line.js';

const FILE_MODE = 0o600;
/** Rows in a batch at most. */
const BATCH_ROWS = 1000;

/** Where a {@link RejectedFiles} looks. */
export interface RejectedFilesOptions {
  /** The file with the rows of a pipeline; several pipelines may share one. It need not exist. */
  readonly pathOf: (pipeline: string) => string;
  /** Folder of the journals by which a pipeline is claimed before its rows are dropped; absent: nobody claims it. */
  readonly journalFolder: string | undefined;
}

/** Rows kept aside in files of JSON lines. */
export class RejectedFiles implements RejectedStore {
  readonly #options: RejectedFilesOptions;

  constructor(options: RejectedFilesOptions) {
    this.#options = options;
  }

  async count(pipeline: string): Promise<number> {
    let count = 0;
    for await (const rows of this.rows(pipeline)) count += rows.length;
    return count;
  }

  async *rows(pipeline: string, ids?: readonly string[]): AsyncGenerator<readonly KeptRow[]> {
    const path = this.#options.pathOf(pipeline);
    const wanted = ids && new Set(ids);
    const isForgotten = await this.#forgottenOf(pipeline);
    const isShown = (kept: KeptRow): boolean =>
      kept.pipeline === pipeline && (wanted?.has(kept.id) ?? true) && !isForgotten(kept);
    // A run that was killed before it committed has kept rows that the next one kept again, and a retry that was killed
    // has left both what it was given and what it kept: the last line of an id is how the row is now.
    const lines = new Map<string, number>();
    let line = 0;
    for await (const kept of keptIn(path)) {
      line += 1;
      if (isShown(kept)) lines.set(kept.id, line);
    }
    line = 0;
    let batch: KeptRow[] = [];
    if (lines.size === 0) return;
    for await (const kept of keptIn(path)) {
      line += 1;
      if (lines.get(kept.id) !== line) continue;
      batch.push(kept);
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  /** @throws TransientError PIPELINE_BUSY while a run of the pipeline goes on */
  async drop(pipeline: string, ids?: readonly string[]): Promise<number> {
    if ((await this.count(pipeline)) === 0) return 0;
    const { journalFolder: folder, pathOf } = this.#options;
    const wanted = ids && new Set(ids);
    const isDropped = (kept: KeptRow): boolean =>
      kept.pipeline === pipeline && (wanted?.has(kept.id) ?? true);
    if (folder === undefined) return dropRejected(pathOf(pipeline), isDropped);
    const journal = await claimJournal(folder, pipeline, { run: 'host rejected drop', isCommand: true });
    try {
      return await dropRejected(pathOf(pipeline), isDropped);
    } finally {
      await journal.end(null, true);
    }
  }

  /** A run that was killed right after its commit has not come to forget what the commit took care of. */
  async #forgottenOf(pipeline: string): Promise<(kept: KeptRow) => boolean> {
    const { journalFolder: folder } = this.#options;
    const settled =
      folder === undefined ? undefined : (await findJournal(new JournalFiles(folder, pipeline))).view.settled;
    const ids = new Set(settled?.ids);
    return (kept) => kept.run !== settled?.run && ids.has(kept.id);
  }
}

/** The rows in a file; none where it is not there. Lines that a crash tore are left out. */
export async function* keptIn(path: string): AsyncGenerator<KeptRow, void, undefined> {
  try {
    for await (const { kept } of readRejected(path)) if (kept) yield kept;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw fileError(error, path);
  }
}

/**
 * Writes a file of rejected rows anew, without some of them. Called by who holds the pipeline.
 *
 * @returns how many rows went
 */
export async function dropRejected(path: string, isDropped: (kept: KeptRow) => boolean): Promise<number> {
  const dropped = new Set<string>();
  for await (const kept of keptIn(path)) if (isDropped(kept)) dropped.add(kept.id);
  if (dropped.size === 0) return 0;
  const part = partPath(path, 'dropped');
  let hasOthers = false;
  try {
    const output = await open(part, 'w', FILE_MODE);
    try {
      for await (const { bytes, kept } of readRejected(path)) {
        if (!kept || isDropped(kept)) continue;
        hasOthers = true;
        await output.appendFile(Buffer.concat([bytes, Buffer.from('\n')]));
      }
      await output.sync();
    } finally {
      await output.close();
    }
    killPoint('rejected.before-drop');
    if (hasOthers) await rename(part, path);
    else await Promise.all([rm(path, { force: true }), rm(part, { force: true })]);
    killPoint('rejected.after-drop');
    await syncFolder(dirname(path));
    return dropped.size;
  } catch (error) {
    await rm(part, { force: true });
    throw fileError(error, path);
  }
}
