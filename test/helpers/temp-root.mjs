import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** A file system in memory: tests make and remove thousands of databases, and a disk makes each of them wait. */
const MEMORY_FOLDER = '/dev/shm';
/** Room that tests and servers may need there, in bytes; in containers it is often 64 MB. */
const ROOM = 4 * 1024 ** 3;

/** Where temporary files of tests belong. */
export function tempRoot() {
  if (!existsSync(MEMORY_FOLDER)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
  return bavail * bsize >= ROOM ? MEMORY_FOLDER : tmpdir();
}
