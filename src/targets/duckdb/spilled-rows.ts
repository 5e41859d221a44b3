import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/file-error.js';

/** How DuckDB names the files that it moves rows to which do not fit into memory. */
const SPILLED = 'duckdb_temp_';

/**
 * Removes what a process that was killed had moved out of its memory: DuckDB does so itself only where a process ends
 * in order, and nothing else ever asks for those files. Called by who holds the database's lock, before its first
 * statement.
 */
export async function removeSpilledRows(file: string): Promise<void> {
  const folder = `${file}.tmp`;
  try {
    for (const name of await readdir(folder)) {
      if (name.startsWith(SPILLED)) await rm(join(folder, name), { force: true });
    }
    await rmdir(folder);
  } catch (error) {
    // There is none; or somebody else's files are in it.
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'ENOTDIR') throw error;
  }
}
