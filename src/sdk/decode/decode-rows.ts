import { ConfigError } from '../errors.js';
import type { BodyFormat } from '../http.js';
import type { Row } from '../schema.js';
import { DecodeError } from './decode-error.js';
import { rowPages } from './row-pages.js';

/**
 * Reads the rows of a body in pages of 1000, for example `(await http.get(url, { responseType: 'stream' })).data`.
 * NDJSON and CSV need the same memory however long the body is; JSON, a list of objects, is read whole, 256 MiB at most.
 * A body that begins as gzip does is decompressed first.
 *
 * @throws ConfigError (HTTP_REFUSED) for a body that is not in the format, is not UTF-8 or has a value that is no object;
 *   names its line, never its content. Whatever reading the body throws is thrown as it is.
 */
export async function* decodeRows(
  body: Uint8Array | AsyncIterable<Uint8Array>,
  format: BodyFormat,
): AsyncGenerator<readonly Row[]> {
  try {
    yield* rowPages(body, format);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ConfigError(`the API's answer is not ${format}: ${error.message}`, {
      code: 'HTTP_REFUSED',
      action: 'Check the address and the format of the answer.',
      details: error.line === undefined ? {} : { line: error.line },
    });
  }
}
