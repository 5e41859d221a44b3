import { CONTENT_TYPES, jsonText } from './body-text.js';

/** Headers of an answer; a list is sent as several of them. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;

/** What the server would say if nothing went wrong. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
  readonly gzip: boolean | 'file';
  /** Rows in it. */
  readonly rows: number;
}

/** An answer without rows: text as it is, anything else as JSON, undefined as no body. */
export function plainAnswer(status: number, body: unknown, headers: AnswerHeaders = {}): Answer {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : CONTENT_TYPES.json;
  return {
    status,
    headers: { ...(body !== undefined && { 'Content-Type': type }), ...headers },
    text: isText ? body : body === undefined ? '' : jsonText(body),
    gzip: false,
    rows: 0,
  };
}
