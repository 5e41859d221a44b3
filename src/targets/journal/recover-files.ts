import { copyFile, constants, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beginsAs } from '../files/file-facts.js';
import { codeOf } from '../files/file-error.js';
import { partPath } from '../files/part-file.js';
import { syncFolder } from '../files/sync-folder.js';
import { killPoint } from '../kill-point.js';
import type { AppendedFacts, FileFacts } from './journal-line.js';
import type { Journal } from './journal.js';
import { removeEmptyFolders, removeFile } from './remove-file.js';

/**
 * Called when a pipeline was claimed: makes the files what the journal says, whatever the runs before had got to. It may
 * be done twice, and by a claim that was itself taken over while it stood still.
 */
export async function recoverFiles(journal: Journal): Promise<void> {
  const { renames, removals, parts, files } = journal.view;
  const pending = [...files.values()].filter(({ isPending }) => isPending);
  if (renames.size + removals.size + parts.size + pending.length === 0) return;
  for (const [from, to] of renames) await completeRename(from, to);
  for (const file of removals.values()) await removeFile(file);
  for (const part of [...parts]) {
    // A folder is one with rows that did not fit into memory.
    await rm(part, { recursive: true, force: true });
    killPoint('recover.after-part-removed');
    await removeEmptyFolders(dirname(part));
  }
  for (const facts of pending) await restore(journal, facts);
  await journal.noteRecovered();
  killPoint('recover.after-all');
}

/** Puts a file in its place, unless that was done already. */
export async function completeRename(from: string, to: string): Promise<void> {
  killPoint('recover.before-rename');
  try {
    await rename(from, to);
  } catch (error) {
    // It was done before, by the run itself or by a claim that was killed afterwards.
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  killPoint('recover.after-rename');
  await syncFolder(dirname(to));
  killPoint('recover.after-folder-sync');
}

/** Takes what was not committed off the end of a file; one that is not as the journal says is left alone. */
async function restore(journal: Journal, facts: AppendedFacts): Promise<void> {
  const handle = await openUnlessMissing(facts.path);
  if (!handle) return;
  try {
    if (!(await beginsAs(handle, facts))) return;
    if (facts.isHeld) {
      await replaceByCopy(journal, facts);
      return;
    }
    if ((await handle.stat()).size === facts.length) return;
    killPoint('recover.before-cut');
    // The descriptor is older than the answer: if a later claim replaced the file, this cuts the one that is gone.
    await journal.refuseFenced();
    await handle.truncate(facts.length);
    await handle.sync();
    killPoint('recover.after-cut');
  } finally {
    await handle.close();
  }
}

/** The file gets a new inode, so that what the old holder writes from now on goes to a file that nobody sees. */
async function replaceByCopy(journal: Journal, { path, length }: FileFacts): Promise<void> {
  const part = partPath(path, `restored-${journal.epoch}`, true);
  await journal.announcePart(part);
  try {
    await copyFile(path, part, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const copy = await open(part, 'r+');
    try {
      await copy.truncate(length);
      await copy.sync();
    } finally {
      await copy.close();
    }
    killPoint('recover.after-copy');
    // A later claim removes the copy before it does anything else, so this rename cannot come too late.
    await journal.refuseFenced();
    killPoint('recover.before-replace');
    await rename(part, path);
    killPoint('recover.after-replace');
  } catch (error) {
    await rm(part, { force: true });
    // Where a later claim removed the copy, that is what happened.
    await journal.refuseFenced();
    throw error;
  }
  await syncFolder(dirname(path));
}

async function openUnlessMissing(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
