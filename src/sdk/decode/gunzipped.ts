import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TransientError } from '../errors.js';
import { DecodeError } from './decode-error.js';

const MAGIC = [0x1f, 0x8b];

/** The bytes of a body, decompressed where they begin as gzip does; any other body as it is. */
export async function* gunzipped(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array();
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
      if (head.length >= MAGIC.length) break;
    }
    const whole = joined(head, chunks);
    yield* isGzip(head) ? gunzip(whole) : whole;
  } finally {
    await chunks.return?.();
  }
}

/** Whether bytes begin as a gzip file does, whatever headers say. */
export function isGzip(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

async function* joined(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array, unknown>,
): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* gunzip(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // The failure of either reaches the loop, which throws it.
  const plain = pipeline(
    Readable.from(body, { objectMode: false }),
    createGunzip({ chunkSize: 64 * 1024 }),
    () => undefined,
  );
  try {
    for await (const chunk of plain) yield chunk as Uint8Array;
  } catch (error) {
    throw explain(error);
  }
}

function explain(error: unknown): unknown {
  const code = String((error as { code?: unknown } | null)?.code);
  if (code === 'Z_BUF_ERROR') {
    return new TransientError('the gzip body broke off', { code: 'SOURCE_UNAVAILABLE', cause: error });
  }
  return code.startsWith('Z_')
    ? new DecodeError('the body begins as gzip does but cannot be unzipped')
    : error;
}
