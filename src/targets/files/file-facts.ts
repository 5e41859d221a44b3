import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { TargetError } from '../../sdk/errors.js';
import type { FileFacts } from '../journal/journal-line.js';
import { codeOf } from './file-error.js';

/** Bytes at the end of a file that are hashed. */
const TAIL_BYTES = 4096;

/** What a file is up to a length. */
export async function factsOf(handle: FileHandle, path: string, length: number): Promise<FileFacts> {
  return { path, length, tail: await tailHash(handle, length) };
}

/** Whether an open file still begins with what the facts say, whatever comes behind. */
export async function beginsAs(handle: FileHandle, facts: FileFacts): Promise<boolean> {
  const { size } = await handle.stat();
  return size >= facts.length && (await tailHash(handle, facts.length)) === facts.tail;
}

/**
 * Called before rows are added to a file that the pipeline wrote before.
 *
 * @throws TargetError FILE_CHANGED where somebody else changed it since
 */
export async function refuseChanged(facts: FileFacts): Promise<void> {
  const change = await changeOf(facts);
  if (change === undefined) return;
  throw new TargetError(
    `"${facts.path}" ${change} since the last run of its pipeline, so rows cannot be added`,
    {
      code: 'FILE_CHANGED',
      details: { file: facts.path },
    },
  );
}

async function changeOf(facts: FileFacts): Promise<string | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(facts.path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'was removed';
    throw error;
  }
  try {
    const { size } = await handle.stat();
    if (size < facts.length) return `became ${facts.length - size} bytes shorter`;
    if (!(await beginsAs(handle, facts))) return 'was changed';
    return size > facts.length ? `became ${size - facts.length} bytes longer` : undefined;
  } finally {
    await handle.close();
  }
}

async function tailHash(handle: FileHandle, length: number): Promise<string> {
  const buffer = Buffer.alloc(Math.min(TAIL_BYTES, length));
  const start = length - buffer.length;
  for (let at = 0; at < buffer.length;) {
    const { bytesRead } = await handle.read(buffer, at, buffer.length - at, start + at);
    // The file became shorter; the rest stays zero, which is not what it was.
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return createHash('sha256').update(buffer).digest('hex');
}
