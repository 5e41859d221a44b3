import { pipeline, type Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { ConfigError } from '../../sdk/errors.js';
import type { FailedTry } from './failed-try.js';
import { brokeOff } from './passing.js';
import { tooLargeError } from './too-large-error.js';

type Inflate = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
type Coding = 'gzip' | 'deflate' | 'raw deflate' | 'br';

const WHOLE: Readonly<Record<Coding, Inflate>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  'raw deflate': promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
};
const STREAMS: Readonly<Record<Coding, () => Transform>> = {
  gzip: zlib.createGunzip,
  deflate: zlib.createInflate,
  'raw deflate': zlib.createInflateRaw,
  br: zlib.createBrotliDecompress,
};

/** What is asked for. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** What the words of an error need. */
export interface DecompressOptions {
  readonly maxBytes: number;
  /** The request, as the start of a sentence. */
  readonly name: () => string;
}

/**
 * Undoes a Content-Encoding: the whole body at once, which costs less than a stream.
 *
 * @throws FailedTry for a body that breaks off; ConfigError for an unknown encoding, for bytes that are not in it, and
 *   for more bytes than allowed
 */
export async function decompress(
  body: Buffer,
  encoding: string | undefined,
  options: DecompressOptions,
): Promise<Buffer> {
  let bytes = body;
  for (const coding of codingsOf(encoding, options.name)) {
    if (bytes.length > 0)
      bytes = await inflate(bytes, coding === 'deflate' ? deflateKind(bytes) : coding, options);
  }
  return bytes;
}

/** Unpacks a gzip file. Fails as `decompress` does. */
export async function gunzipFile(body: Buffer, options: DecompressOptions): Promise<Buffer> {
  return inflate(body, 'gzip', options);
}

/**
 * The same for a body that is handed on while it comes. The stream that comes out fails with zlib's own errors, or
 * with those of `source`.
 *
 * @throws ConfigError for an unknown encoding
 */
export function decompressStream(
  source: Readable,
  encoding: string | undefined,
  name: () => string,
): AsyncIterable<Buffer> {
  return codingsOf(encoding, name).reduce<AsyncIterable<Buffer>>(inflateStream, source);
}

async function* inflateStream(body: AsyncIterable<Buffer>, coding: Coding): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const kind = coding === 'deflate' ? deflateKind(first.value) : coding;
  const whole = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  // The errors of each stage reach the next one, and so the reader.
  yield* pipeline(whole, STREAMS[kind](), () => undefined) as AsyncIterable<Buffer>;
}

/** Codings as they were applied last to first. */
function codingsOf(encoding: string | undefined, name: () => string): Exclude<Coding, 'raw deflate'>[] {
  if (encoding === undefined) return [];
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim().replace(/^x-/, ''))
    .filter((coding) => coding !== '' && coding !== 'identity');
  return codings.reverse().map((coding) => {
    if (coding === 'gzip' || coding === 'deflate' || coding === 'br') return coding;
    throw new ConfigError(
      `${name()} answered with a Content-Encoding that is not known: ${JSON.stringify(coding)}`,
      {
        code: 'HTTP_REFUSED',
        action: `Ask for another one: only ${ACCEPT_ENCODING} are read.`,
      },
    );
  });
}

async function inflate(body: Buffer, coding: Coding, { maxBytes, name }: DecompressOptions): Promise<Buffer> {
  try {
    return await WHOLE[coding](body, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLargeError(name(), maxBytes);
    throw decompressionFailure(error as Error, name());
  }
}

/** Whether an error is one of zlib or brotli about the bytes it was given. */
export function isDecompressionError(error: NodeJS.ErrnoException): boolean {
  return /^Z_|^ERR__ERROR_/.test(error.code ?? '');
}

/** Puts such an error in words. */
export function decompressionFailure(error: NodeJS.ErrnoException, request: string): FailedTry | ConfigError {
  if (error.code === 'Z_BUF_ERROR') return brokeOff(request, error);
  return new ConfigError(
    `${request} answered with a body that cannot be decompressed (${error.code ?? error.message})`,
    {
      code: 'HTTP_REFUSED',
      action: 'Check the address: the body is not in the Content-Encoding that its headers name.',
      cause: error,
    },
  );
}

/** Some servers send raw deflate, others, as the standard says, deflate in a zlib wrapper. */
function deflateKind(body: Buffer): Coding {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0 ? 'deflate' : 'raw deflate';
}
