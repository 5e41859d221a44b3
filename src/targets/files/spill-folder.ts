import { mkdir, rm } from 'node:fs/promises';
import { killPoint } from '../kill-point.js';
import { fileError } from './file-error.js';
import { locateFile } from './locate-file.js';
import type { FileNotes } from './output-file.js';
import { partPath, removeLeftovers } from './part-file.js';

/**
 * Makes a folder beside a target for rows that do not fit into memory, since there is the space that the target will
 * need. A run that is killed leaves it to the next one, as it does with its part files.
 *
 * @param scratch a name beside the target's files
 * @param id stands in its name
 * @param notes absent: nobody is to know
 */
export async function makeSpillFolder(
  scratch: string,
  id: string,
  notes: FileNotes | undefined,
): Promise<string> {
  try {
    const { path } = await locateFile(scratch);
    await removeLeftovers(path);
    const folder = partPath(path, id, notes !== undefined);
    await notes?.announcePart(folder);
    await mkdir(folder, { mode: 0o700 });
    killPoint('folded.after-spill-made');
    await notes?.refuseFenced();
    return folder;
  } catch (error) {
    throw fileError(error, scratch);
  }
}

export async function removeSpillFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    throw fileError(error, folder);
  }
}
