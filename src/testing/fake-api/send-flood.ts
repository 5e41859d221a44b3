import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const CHUNK_BYTES = 2 ** 16;
const MEMBER_BYTES = 2 ** 24;

/** Sends a list of nothing but spaces, of so many bytes, at the speed of the client, until that leaves. */
export async function sendFlood(response: ServerResponse, bytes: number): Promise<void> {
  const spaces = Buffer.alloc(CHUNK_BYTES, ' ');
  const isOpen = await writeAll(response, Buffer.from('['));
  for (let left = bytes - 2; isOpen && left > 0 && !response.destroyed; left -= CHUNK_BYTES) {
    await writeAll(response, spaces.subarray(0, Math.min(left, CHUNK_BYTES)));
  }
  if (!response.destroyed) response.end(']');
}

/** The same, packed: a gzip file may have many members, so the one of spaces is made once. */
export async function sendGzipBomb(response: ServerResponse, bytes: number): Promise<void> {
  const pack = promisify(gzip);
  const spaces = Buffer.alloc(Math.min(MEMBER_BYTES, bytes), ' ');
  const member = await pack(spaces);
  await writeAll(response, await pack('['));
  for (let left = bytes - 2; left > 0 && !response.destroyed; left -= spaces.length) {
    await writeAll(response, left < spaces.length ? await pack(spaces.subarray(0, left)) : member);
  }
  if (!response.destroyed) response.end(await pack(']'));
}

/** Writes, and waits for room. False: the client has left. */
async function writeAll(response: ServerResponse, bytes: Buffer): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(bytes)) return true;
  const left = new AbortController();
  const { signal } = left;
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } finally {
    left.abort();
  }
  return !response.destroyed;
}
