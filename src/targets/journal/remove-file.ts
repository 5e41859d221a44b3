import { link, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { codeOf } from '../files/file-error.js';
import { syncFolder } from '../files/sync-folder.js';
import { killPoint } from '../kill-point.js';
import type { RemovedFile } from './journal-line.js';

/**
 * Removes a file of a partition, when the journal says that it goes, and the folders of the partition that become empty. It
 * may be done twice, and too late: another file that somebody put there since comes back.
 */
export async function removeFile({ path, identity, grave }: RemovedFile): Promise<void> {
  killPoint('partition-file.before-removed');
  await unlessMissing(rename(path, grave));
  const found = await unlessMissing(identityOf(grave));
  if (found !== undefined && found !== identity) await putBack(grave, path);
  await rm(grave, { force: true });
  await unlessMissing(syncFolder(dirname(path)));
  killPoint('partition-file.after-removed');
  await removeEmptyFolders(dirname(path));
}

/** What tells a file from one that takes its place: its inode alone may be given to the next one. A rename keeps it. */
export async function identityOf(path: string): Promise<string> {
  const { ino, mtimeNs } = await stat(path, { bigint: true });
  return `${ino}-${mtimeNs}`;
}

/**
 * Removes a folder of a partition, and those above it, as long as they are empty.
 *
 * @returns whether any went
 */
export async function removeEmptyFolders(folder: string): Promise<boolean> {
  let isAny = false;
  // The folder of a dimension is named so: day=2026-11-21.
  for (let at = folder; basename(at).includes('='); at = dirname(at)) {
    try {
      await rmdir(at);
      isAny = true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      // It holds another partition, or is no folder.
      if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error) ?? '')) return isAny;
      throw error;
    }
  }
  return isAny;
}

async function putBack(grave: string, path: string): Promise<void> {
  try {
    await link(grave, path);
  } catch (error) {
    // A still newer one is there.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function unlessMissing<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
