import { compilePath } from '../read-path.js';
import type { RowResult } from './batch.js';
import type { RowResultOptions } from './row-result-options.js';
import { unreadableResults } from './unreadable-results.js';

/** Messages of an endpoint are kept with the rows; longer ones are cut. */
const MESSAGE_CHARACTERS = 500;
const CODE_CHARACTERS = 100;

/**
 * Reads the items of an answer, each by its code.
 * @throws ConfigError for an item without one, unless items are errors anyhow: a wrong path would pass for success
 */
export function itemReader({
  shape,
  codePath = 'status',
  messagePath = 'message',
  retryAfterPath = 'retryAfter',
  okCodes,
  retryCodes,
}: Omit<RowResultOptions, 'path'>): (item: unknown) => RowResult {
  const [codeOf, messageOf, waitOf] = [codePath, messagePath, retryAfterPath].map(
    (path) => compilePath(path).read,
  ) as [Reader, Reader, Reader];
  const isOk = okCodes ? among(okCodes) : isSuccess;
  const isLater = retryCodes ? among(retryCodes) : isPassing;
  return (item) => {
    const isObject = typeof item === 'object' && item !== null;
    const code = (isObject ? codeOf(item) : item) ?? null;
    if (isOk(code)) return { ok: true };
    if (code === null && shape !== 'errors') {
      throw unreadableResults(`has a result without a code${isObject ? ` at ${codePath}` : ''}`);
    }
    if (isLater(code)) {
      const seconds = Number(isObject ? (waitOf(item) ?? 0) : 0);
      return { retryAfter: seconds > 0 ? seconds : 0 };
    }
    const message = isObject ? messageOf(item) : undefined;
    return {
      reject: {
        code: codeText(code),
        message: message === undefined || message === null ? 'refused by the endpoint' : messageText(message),
      },
    };
  };
}

type Reader = (value: unknown) => unknown;

function among(codes: readonly (string | number | boolean | null)[]): (code: unknown) => boolean {
  // `200` and `"200"` are one code, whichever the parameters and the endpoint write.
  const texts = new Set(codes.map(String));
  return (code) => (isScalar(code) || code === null) && texts.has(String(code));
}

function isSuccess(code: unknown): boolean {
  const status = statusOf(code);
  return code === true || (status >= 200 && status < 300);
}

function isPassing(code: unknown): boolean {
  const status = statusOf(code);
  return status === 408 || status === 429 || (status >= 500 && status < 600);
}

function statusOf(code: unknown): number {
  return typeof code === 'number' || (typeof code === 'string' && /^\d{3}$/.test(code))
    ? Number(code)
    : Number.NaN;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function codeText(code: unknown): string {
  return isScalar(code) && code !== '' && code !== false ? String(code).slice(0, CODE_CHARACTERS) : 'refused';
}

function messageText(message: unknown): string {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return text.slice(0, MESSAGE_CHARACTERS);
}
