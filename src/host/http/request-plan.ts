import type { AnswerHead } from './answer-head.js';

/** How one request is sent and read. */
export interface RequestPlan {
  /** The request, as the start of a sentence: `GET https://host/path`. Redacted. */
  readonly name: () => string;
  /** Hides secrets in messages. */
  readonly redact: (text: string) => string;
  readonly signal: AbortSignal;
  readonly idleSeconds: number;
  readonly deadlineSeconds: number;
  /** Bytes of the body at most, after decompression. */
  readonly maxBytes: number;
  readonly isRepeatable: boolean;
  readonly maxRedirects: number;
  /** Whether an answer is a success. */
  readonly accepts: (head: AnswerHead) => boolean;
  /** The body is handed on while it comes. */
  readonly isStream: boolean;
  /** False: the body stays as it was sent. */
  readonly decompress: boolean;
}

/** Methods that may be sent again by themselves. */
export const REPEATABLE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Redirects followed at most. */
export const MAX_REDIRECTS = 5;
/** A try may take so many times the idle time, where nothing else is said. */
export const DEADLINE_TIMEOUTS = 10;
