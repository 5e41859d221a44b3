import type { InternalAxiosRequestConfig } from 'axios';
import { isGzip } from '../../sdk/decode/gunzipped.js';
import type { BodyFormat } from '../../sdk/http.js';
import { bodyText } from './body-text.js';
import { decodeBody, decoderFor } from './decode-body.js';
import { gunzipFile } from './decompress.js';
import type { ReceivedAnswer } from './received-answer.js';
import type { RequestPlan } from './request-plan.js';

/** What the body of an answer says. */
export interface AnswerData {
  readonly data: unknown;
  /** Reads it once more, into new objects. */
  readonly parseAgain?: () => unknown;
}

/**
 * Reads a body as `decode` or `responseType` say: bytes, a decoded value, or text, which axios' transformResponse gets.
 *
 * @returns a promise for a gzip file only
 * @throws FailedTry for a body that breaks off; ConfigError for one that is not what was asked for
 */
export function readAnswer(
  answer: ReceivedAnswer,
  { responseType, decode }: InternalAxiosRequestConfig,
  plan: RequestPlan,
): AnswerData | Promise<AnswerData> {
  const contentType = answer.headers['content-type'];
  if (decode === undefined) {
    if (responseType === 'arraybuffer') return { data: answer.body };
    return { data: answer.readBody((bytes) => bodyText(bytes, contentType, plan.name)) };
  }
  return answer.readBody((bytes) =>
    isGzip(bytes) ? unpacked(answer, decode, plan) : decoded(bytes, answer, decode, plan),
  );
}

async function unpacked(answer: ReceivedAnswer, decode: BodyFormat, plan: RequestPlan): Promise<AnswerData> {
  return decoded(await gunzipFile(answer.body, plan), answer, decode, plan);
}

function decoded(
  bytes: Buffer,
  { status, headers }: ReceivedAnswer,
  decode: BodyFormat,
  { name, redact }: RequestPlan,
): AnswerData {
  const contentType = headers['content-type'];
  const text = bodyText(bytes, contentType, name);
  const decoder = decoderFor(decode, bytes, text);
  const parseAgain = (): unknown => decodeBody(text, decode, decoder, { status, contentType, name, redact });
  return { data: parseAgain(), parseAgain };
}
