import { randomUUID } from 'node:crypto';
import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { killPoint } from '../kill-point.js';
import { NEW_DATABASE, removeEmptyFolder, spillFolder } from './spilled-rows.js';

/**
 * Makes a database where there is no file yet, as a whole or not at all: DuckDB alone writes it step by step, and a
 * process that is killed in between leaves a file that nobody can open.
 *
 * @param file of the database, without symbolic links
 */
export async function makeDatabase(file: string): Promise<void> {
  const folder = spillFolder(file);
  const made = join(folder, `${NEW_DATABASE}${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
  } catch {
    // Whoever opens the database says why nothing can be made here.
    return;
  }
  try {
    (await DuckDBInstance.create(made)).closeSync();
    killPoint('duckdb.before-made');
    await link(made, file);
    killPoint('duckdb.after-made');
  } catch {
    // Somebody else made it meanwhile, or it cannot be made so here: then whoever opens it makes it, or says why not.
  }
  await rm(made, { force: true });
  await removeEmptyFolder(folder);
}
