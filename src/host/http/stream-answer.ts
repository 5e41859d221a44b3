import type { Readable } from 'node:stream';
import { PassThrough, pipeline } from 'node:stream';
import { decompressionFailure, decompressStream, isDecompressionError } from './decompress.js';
import { FailedTry } from './failed-try.js';
import { SendFailure } from './send-failure.js';

/** What a stream of a body needs besides it. */
export interface StreamOptions {
  /** Content-Encoding that is to be undone. */
  readonly encoding: string | undefined;
  /** The request, as the start of a sentence. */
  readonly name: () => string;
  /** Puts a failure in words. */
  readonly explain: (failure: SendFailure) => Error;
  /** Called once when the stream is over, in whatever way. */
  readonly onClose: () => void;
}

/**
 * The body of an answer as a stream of decompressed bytes, which fails with HostErrors.
 * @throws ConfigError for an unknown encoding
 */
export function streamAnswer(source: Readable, options: StreamOptions): Readable {
  const stream = new AnswerStream(source, options);
  // Whoever reads it later is told of the error; until then it must not end the process.
  stream.on('error', () => undefined);
  try {
    const bytes = decompressStream(source, options.encoding, options.name);
    pipeline(bytes, stream, () => undefined);
  } catch (error) {
    source.destroy();
    throw error;
  }
  return stream;
}

class AnswerStream extends PassThrough {
  readonly #source: Readable;
  readonly #options: StreamOptions;

  constructor(source: Readable, options: StreamOptions) {
    super();
    this.#source = source;
    this.#options = options;
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#source.destroy();
    this.#options.onClose();
    callback(error && this.#explained(error));
  }

  #explained(error: Error): Error {
    const { explain, name } = this.#options;
    const { errored } = this.#source;
    if (errored instanceof SendFailure) return onceOnly(explain(errored));
    if (errored) {
      return onceOnly(
        explain(new SendFailure('network', { cause: errored, hasHead: true, isReused: false })),
      );
    }
    return isDecompressionError(error) ? onceOnly(decompressionFailure(error, name())) : error;
  }
}

/** What was read of a stream cannot be read again, so there are no more tries. */
function onceOnly(error: Error): Error {
  return error instanceof FailedTry ? error.toError('') : error;
}
