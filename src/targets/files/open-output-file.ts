import type { WriteMode } from '../target.js';
import { AppendedFile } from './appended-file.js';
import type { LocatedFile } from './locate-file.js';
import type { FileNotes } from './output-file.js';
import { ReplacedFile } from './replaced-file.js';

/**
 * Opens a file for a run: overwrite, and append to a file that is missing or empty, write beside it and rename at the
 * commit; append to rows writes to their end.
 *
 * @param partId stands in the name of a part file; another one for each file that a run opens
 * @param notes absent: nobody is to know
 * @throws failures of the file system
 */
export async function openOutputFile(
  { path, stats }: LocatedFile,
  mode: WriteMode,
  partId: string,
  notes?: FileNotes,
): Promise<ReplacedFile | AppendedFile> {
  if (mode === 'append' && stats && stats.size > 0) return AppendedFile.open(path, stats.size, notes);
  return ReplacedFile.open(path, partId, stats?.mode, notes);
}
