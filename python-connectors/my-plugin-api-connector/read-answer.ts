import {
  compilePath,
  ConfigError,
  readRowResults,
  TransientError,
  type Exchange,
  type JsonPath,
  type Row,
  type RowResult,
} from 'connector-host';
import type { AnswerSettings } from './answer-settings.js';
import { jsonText } from './json-text.js';

/** What was asked and answered. */
export interface Answer {
  /** `POST https://host/path`, without credentials. */
  readonly request: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
  /** The start of the body, without the key that the request had. */
  readonly excerpt: () => string;
}

/** Of a message that is kept. */
const MESSAGE_CHARACTERS = 500;
const HTML_TYPE = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i;
const HTML_TEXT = /^\uFEFF?\s*(?:<!doctype html|<html)\b/i;
const CHECK =
  'Check api_endpoint and the paths of the parameters: a page for people answers there, as that of a login.';

/** What an answer with a status of success says. */
export type Verdict =
  /** A result for each row; undefined: all were taken. */
  | { readonly kind: 'taken'; readonly results: readonly RowResult[] | undefined }
  /** Nothing of it was taken, and some row is the reason. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/**
 * @param rows of a request for many; undefined: the request was for one
 * @throws ConfigError HTTP_REFUSED for an answer of another kind; TransientError for one that asks to come again
 */
export function readAnswer(answer: Answer, settings: AnswerSettings, rows?: readonly Row[]): Verdict {
  refuseHtml(answer);
  const { success } = settings;
  const results = rows ? settings.results : undefined;
  const body = answer.body === '' ? undefined : answer.body;
  if (success !== undefined && !isSuccess(answer, body, success)) {
    const { path = '' } = results ?? {};
    // Where it says no and has results, these say of which rows.
    const hasResults = path !== '' && (compilePath(path).read(body) ?? null) !== null;
    if (!hasResults) return refusal(answer, body, settings);
  }
  return { kind: 'taken', results: results && rows ? readRowResults(body, results, rows) : undefined };
}

/** What is kept with refused rows. */
export function exchangeOf({ request, status, excerpt }: Answer): Exchange {
  const response = excerpt();
  return { request, status, ...(response === '' ? {} : { response }) };
}

function refuseHtml({ request, status, contentType, body }: Answer): void {
  if (!HTML_TYPE.test(contentType) && !(typeof body === 'string' && HTML_TEXT.test(body))) return;
  throw new ConfigError(`${request} answered ${status} with a page of HTML`, {
    code: 'HTTP_REFUSED',
    action: CHECK,
    details: { status, request },
  });
}

function isSuccess(
  { request, status }: Answer,
  body: unknown,
  { path, values }: NonNullable<AnswerSettings['success']>,
): boolean {
  const found = path.read(body) ?? null;
  const text = found === null ? 'null' : typeof found === 'object' ? undefined : jsonText(found);
  const isTaken =
    text !== undefined && (values.has(text) || (typeof found === 'string' && values.has(found)));
  if (isTaken) return true;
  if (found !== null && text !== undefined) return false;
  throw new ConfigError(`${request} answered ${status} and says nothing of success at ${path.text}`, {
    code: 'HTTP_REFUSED',
    action: 'Check success_path and success_values; the value null stands for an answer without any.',
    details: { status, request },
  });
}

function refusal(
  answer: Answer,
  body: unknown,
  { errorCode, errorMessage, retryCodes }: AnswerSettings,
): Verdict {
  const code = textAt(body, errorCode);
  const message = textAt(body, errorMessage);
  if (code !== undefined && retryCodes.has(code)) {
    throw new TransientError(`${answer.request} answered ${answer.status} and says ${code}`, {
      code: 'SOURCE_UNAVAILABLE',
      details: exchangeOf(answer),
    });
  }
  return { kind: 'refused', code: code ?? 'refused', message: message ?? 'refused by the endpoint' };
}

function textAt(body: unknown, path: JsonPath): string | undefined {
  const found = path.read(body) ?? undefined;
  if (found === undefined) return undefined;
  return (typeof found === 'string' ? found : jsonText(found)).slice(0, MESSAGE_CHARACTERS);
}
