import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf } from './file-error.js';

/** A part file of another machine counts as left over when nothing was written to it for a day. */
const FOREIGN_AGE_MS = 24 * 3600 * 1000;
/** What follows `.<name>.` in the name of a part file: run, process, machine. */
const OWNER = /^[^.]+\.(\d+)@(.+)\.part$/;

/**
 * Where a run writes before it renames: beside the target, `.<name>.<runId>.<process>@<machine>.part`. Process and
 * machine tell a later run whether the file is still being written.
 *
 * @param isAnnounced true: a journal knows of it, and says whether it is renamed or removed, even when its process is
 *   dead; its ending is then `.claimed`
 */
export function partPath(path: string, runId: string, isAnnounced = false): string {
  const run = runId.replaceAll(/[^\w-]/g, '-');
  const ending = isAnnounced ? 'claimed' : 'part';
  return join(dirname(path), `.${basename(path)}.${run}.${process.pid}@${machine()}.${ending}`);
}

/**
 * Removes what earlier runs to the same target left when they were killed. Files of runs that live stay, and those that
 * a journal knows of.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(prefix) ? OWNER.exec(name.slice(prefix.length)) : null;
    if (!owner) continue;
    const part = join(folder, name);
    const dead = owner[2] === machine() ? !isAlive(Number(owner[1])) : await isOld(part);
    if (dead) await rm(part, { recursive: true, force: true });
  }
}

function machine(): string {
  return hostname().replaceAll(/[^\w-]/g, '-') || 'localhost';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return codeOf(error) !== 'ESRCH';
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    // Its own run renamed or removed it meanwhile.
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return found !== undefined && Date.now() - found.mtimeMs > FOREIGN_AGE_MS;
}
