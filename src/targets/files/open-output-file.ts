import { realpath, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { TargetError } from '../../sdk/errors.js';
import type { WriteMode } from '../target.js';
import { AppendedFile } from './appended-file.js';
import { codeOf } from './file-error.js';
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
  const found = await existing(path);
  if (!found) return ReplacedFile.open(path, runId, undefined);
  const { stats, path: real } = found;
  if (!stats.isFile()) {
    const kind = stats.isDirectory() ? 'a folder' : 'a device or pipe';
    throw new TargetError(`"${path}" is ${kind}, not a file`, {
      code: 'TARGET_UNWRITABLE',
      action: 'Name a file with --to, or - for stdout.',
      details: { file: path },
    });
  }
  if (mode === 'append' && stats.size > 0) return AppendedFile.open(real, stats.size);
  return ReplacedFile.open(real, runId, stats.mode);
}

async function existing(path: string): Promise<{ path: string; stats: Stats } | undefined> {
  try {
    const real = await realpath(path);
    return { path: real, stats: await stat(real) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
