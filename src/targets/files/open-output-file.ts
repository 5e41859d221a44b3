import type { WriteMode } from '../target.js';
import { AppendedFile } from './appended-file.js';
import { locateFile } from './locate-file.js';
import { ReplacedFile } from './replaced-file.js';

/**
 * Opens a file for a run: overwrite, and append to a file that is missing or empty, write beside it and rename at the
 * commit; append to rows writes to their end. A symbolic link is followed.
 *
 * @throws TargetError where the path cannot be a file; other failures are those of the file system
 */
export async function openOutputFile(
  path: string,
  mode: WriteMode,
  runId: string,
): Promise<ReplacedFile | AppendedFile> {
  const { path: real, stats } = await locateFile(path);
  if (mode === 'append' && stats && stats.size > 0) return AppendedFile.open(real, stats.size);
  return ReplacedFile.open(real, runId, stats?.mode);
}
