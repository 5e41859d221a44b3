import { ConfigError } from '../../sdk/errors.js';
import { decodeCsv } from '../../sdk/decode/decode-csv.js';
import { DecodeError } from '../../sdk/decode/decode-error.js';
import { decodeNdjson } from '../../sdk/decode/decode-ndjson.js';
import type { BodyFormat } from '../../sdk/http.js';
import { bodyExcerpt } from './body-excerpt.js';
import { brokeOff } from './passing.js';
import { jsonParserFor } from './parse-json-body.js';

/** What the words of an error need besides the text. */
export interface DecodeContext {
  readonly status: number;
  readonly contentType: string | undefined;
  /** The request, as the start of a sentence. */
  readonly name: () => string;
  readonly redact: (text: string) => string;
}

const FORMAT_NAMES: Readonly<Record<BodyFormat, string>> = { json: 'JSON', ndjson: 'NDJSON', csv: 'CSV' };

/** A page, as that of a login; it could pass for a table of one column. */
const HTML_TYPE = /^\s*text\/html\b/i;
const FORMAT_TYPES: readonly (readonly [type: RegExp, format: BodyFormat])[] = [
  [/^\s*text\/csv\b/i, 'csv'],
  [/^\s*application\/(?:x-)?(?:ndjson|jsonlines|jsonl)\b/i, 'ndjson'],
  [/^\s*application\/(?:[^;\s]*\+)?json\b/i, 'json'],
];

/** The function that reads text of this format. */
export function decoderFor(format: BodyFormat, body: Buffer, text: string): (text: string) => unknown {
  if (format === 'json') return jsonParserFor(body, text);
  return format === 'ndjson' ? decodeNdjson : decodeCsv;
}

/**
 * Reads a body by the format that the request asks for.
 *
 * @throws FailedTry for a body that breaks off; ConfigError for one that is something else
 */
export function decodeBody(
  text: string,
  format: BodyFormat,
  decode: (text: string) => unknown,
  context: DecodeContext,
): unknown {
  if (format !== 'json' && HTML_TYPE.test(context.contentType ?? ''))
    throw unreadable(text, format, '', context);
  try {
    return decode(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // What a parser says quotes the body, secrets too; the messages below show the body themselves.
    if (breaksOff(text, format, error)) throw brokeOff(context.name());
    throw unreadable(text, format, error instanceof DecodeError ? ` (${error.message})` : '', context);
  }
}

function unreadable(
  text: string,
  format: BodyFormat,
  reason: string,
  { status, contentType, name, redact }: DecodeContext,
): ConfigError {
  const type = contentType ? redact(contentType) : 'no content type';
  const shown =
    text.trim() === ''
      ? 'an empty body'
      : `${type} that is not ${FORMAT_NAMES[format]}${reason}: ${bodyExcerpt(text, redact)}`;
  return new ConfigError(`${name()} answered ${status} with ${shown}`, {
    code: 'HTTP_REFUSED',
    action: action(format, contentType),
    details: { status },
  });
}

function action(format: BodyFormat, contentType = ''): string {
  const found = FORMAT_TYPES.find(([type, of]) => of !== format && type.test(contentType))?.[1];
  return found === undefined
    ? `Check the address and the credentials: it does not answer with ${FORMAT_NAMES[format]}.`
    : `The response format may be set wrong: the answer calls itself ${FORMAT_NAMES[found]}, and ${FORMAT_NAMES[format]} was asked for (response_format, or decode in a connector of your own).`;
}

/** Whether a body begins as it should and fails only because it ends too soon. CSV has no end to miss. */
function breaksOff(text: string, format: BodyFormat, error: SyntaxError): boolean {
  if (format === 'json') return isCutJson(text);
  if (format === 'csv' || !(error instanceof DecodeError)) return false;
  const lines = text.split('\n');
  return error.line === lines.length && isCutJson(lines.at(-1) ?? '');
}

function isCutJson(text: string): boolean {
  if (!/^\uFEFF?\s*[[{"]/.test(text)) return false;
  try {
    // Our own parser may be another one, with other messages.
    JSON.parse(text);
    return false;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = / at position (\d+)/.exec(message)?.[1];
    return position === undefined ? message.includes('end of JSON input') : Number(position) >= text.length;
  }
}
