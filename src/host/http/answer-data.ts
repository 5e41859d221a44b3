import type { InternalAxiosRequestConfig } from 'axios';
import { bodyText } from './body-text.js';
import { decodeBody, decoderFor } from './decode-body.js';
import { gunzipFile, isGzip } from './decompress.js';
import type { HttpAnswer } from './http-request.js';

/** What the body of an answer says. */
export interface AnswerData {
  readonly data: unknown;
  /** Reads it once more, into new objects. */
  readonly parseAgain?: () => unknown;
}

/** What reading needs besides the answer. */
export interface ReadContext {
  /** The request, as the start of a sentence. */
  readonly name: () => string;
  readonly redact: (text: string) => string;
  readonly maxBytes: number;
}

/**
 * Reads a body as `decode` or `responseType` say: bytes, a decoded value, or text, which axios' transformResponse gets.
 *
 * @throws FailedTry for a body that breaks off; ConfigError for one that is not what was asked for
 */
export async function readAnswer(
  { body, status, headers }: HttpAnswer,
  { responseType, decode }: InternalAxiosRequestConfig,
  { name, redact, maxBytes }: ReadContext,
): Promise<AnswerData> {
  const contentType = headers['content-type'];
  if (decode === undefined) {
    return { data: responseType === 'arraybuffer' ? body : bodyText(body, contentType, name) };
  }
  const bytes = isGzip(body) ? await gunzipFile(body, { maxBytes, name }) : body;
  const text = bodyText(bytes, contentType, name);
  const decoder = decoderFor(decode, bytes, text);
  const parseAgain = (): unknown => decodeBody(text, decode, decoder, { status, contentType, name, redact });
  return { data: parseAgain(), parseAgain };
}
