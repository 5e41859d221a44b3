import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/file-error.js';

/** How DuckDB names the files that it moves rows to which do not fit into memory. */
const SPILLED = 'duckdb_temp_';
/** How the files begin in which databases are made before they take their names. */
export const NEW_DATABASE = 'new_';

/** The folder that DuckDB moves rows of a database to. */
export function spillFolder(file: string): string {
  return `${file}.tmp`;
}

/**
 * Removes what a process that was killed had moved out of its memory, or was making: DuckDB does so itself only where a process ends
 * in order, and nothing else ever asks for those files. Called by who holds the database's lock, before its first
 * statement.
 */
export async function removeSpilledRows(file: string): Promise<void> {
  const folder = spillFolder(file);
  try {
    for (const name of await readdir(folder)) {
      if ([SPILLED, NEW_DATABASE].some((start) => name.startsWith(start)))
        await rm(join(folder, name), { force: true });
    }
  } catch (error) {
    if (!isNoFolder(error)) throw error;
  }
  await removeEmptyFolder(folder);
}

/** Removes a folder where it is there and somebody else's files are not in it. */
export async function removeEmptyFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isNoFolder(error) && codeOf(error) !== 'ENOTEMPTY') throw error;
  }
}

function isNoFolder(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
}
