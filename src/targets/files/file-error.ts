import { dirname } from 'node:path';
import { isHostError, TargetError, type HostError } from '../../sdk/errors.js';

/**
 * Names a failure of the file system.
 *
 * @param path the target's file, for the message
 */
export function fileError(error: unknown, path: string): HostError {
  if (isHostError(error)) return error;
  const folder = dirname(path);
  const options = { cause: error, details: { file: path } };
  const unwritable = { ...options, code: 'TARGET_UNWRITABLE' } as const;
  const code = codeOf(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new TargetError(`there is no space left to write "${path}"`, {
        ...options,
        code: 'TARGET_DISK_FULL',
      });
    case 'ENOENT':
      return new TargetError(`the folder "${folder}" does not exist`, unwritable);
    case 'ENOTDIR':
      return new TargetError(`"${folder}" is not a folder`, unwritable);
    case 'EISDIR':
      return new TargetError(`"${path}" is a folder, not a file`, {
        ...unwritable,
        action: 'Name a file with --to.',
      });
    case 'EACCES':
    case 'EPERM':
      return new TargetError(`there is no permission to write "${path}"`, unwritable);
    case 'EROFS':
      return new TargetError(`"${path}" is on a file system that is read-only`, unwritable);
    case 'ENAMETOOLONG':
      return new TargetError(`the name of the file "${path}" is too long`, {
        ...unwritable,
        action: 'Name a file with a shorter name with --to.',
      });
    default:
      return new TargetError(`writing "${path}" failed: ${code ?? String(error)}`, options);
  }
}

/** The code that the operating system gave, for example `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'code' in error)
    ? (error as NodeJS.ErrnoException).code
    : undefined;
}
