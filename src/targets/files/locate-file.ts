import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TargetError } from '../../sdk/errors.js';
import { codeOf } from './file-error.js';

/** Links to follow one after the other, as many as Linux does. */
const MAX_LINKS = 40;

/** Where a target's file really is. */
export interface LocatedFile {
  /** Absolute and without symbolic links. */
  readonly path: string;
  /** Undefined: there is no such file yet. */
  readonly stats: Stats | undefined;
}

/**
 * Called before a target's file is opened: follows symbolic links, also one to a file that does not exist yet.
 *
 * @param path relative to the working directory
 * @throws TargetError where the path cannot be a file; other failures are those of the file system
 */
export async function locateFile(path: string): Promise<LocatedFile> {
  let at = resolve(path);
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const real = await unlessMissing(realpath(at));
    const stats = real === undefined ? undefined : await unlessMissing(stat(real));
    if (real !== undefined && stats) {
      refuseOther(stats, path);
      return { path: real, stats };
    }
    const folder = await unlessMissing(realpath(dirname(at)));
    if (folder === undefined) throw missingFolder(path, dirname(at));
    at = join(folder, basename(at));
    const entry = await unlessMissing(lstat(at));
    if (!entry?.isSymbolicLink()) return { path: at, stats: undefined };
    at = resolve(folder, await readlink(at));
  }
  throw new TargetError(`"${path}" leads through more than ${MAX_LINKS} symbolic links`, {
    code: 'TARGET_UNWRITABLE',
    details: { file: path },
  });
}

function refuseOther(stats: Stats, path: string): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory() ? 'a folder' : 'a device or pipe';
  throw new TargetError(`"${path}" is ${kind}, not a file`, {
    code: 'TARGET_UNWRITABLE',
    action: 'Name a file with --to, or - for stdout.',
    details: { file: path },
  });
}

function missingFolder(path: string, folder: string): TargetError {
  // As the user wrote it, unless a link led to another one.
  const name = resolve(dirname(path)) === folder ? dirname(path) : folder;
  return new TargetError(`the folder "${name}" does not exist`, {
    code: 'TARGET_UNWRITABLE',
    details: { file: path },
  });
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
