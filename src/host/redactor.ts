import { credentialSpans, MASK, type Span } from '../sdk/mask-credentials.js';
import { base64Patterns, encodedTextPattern } from './secret-pattern.js';

/** A shorter secret may be a part of ordinary words and numbers. */
const SAFE_LENGTH = 6;

/** A line of a secret that is this long, as in a private key, is a secret of its own. */
const LINE_LENGTH = 16;

/** Neither in a word nor in a number: a short secret is hidden only there. */
const NOT_INSIDE_BEFORE = String.raw`(?<![\p{L}\p{N}_%+-]|[\p{L}\p{N}]\.)`;
const NOT_INSIDE_AFTER = String.raw`(?![\p{L}\p{N}_%+-]|\.[\p{L}\p{N}])`;

/**
 * Hides secrets in text that leaves the process: messages, logs, progress, reports. Never used on rows or keys.
 * A secret is found as it is, URL-encoded, JSON-escaped and in base64 or base64url (also as part of
 * `user:password`). Credentials in any URL are always hidden, registered or not.
 */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #patterns: RegExp[] = [];

  /**
   * Registers a secret. Blank text is ignored.
   *
   * @returns a warning where the secret is so short that it is hidden only where it stands as a whole value
   */
  addSecret(value: string): string | undefined {
    const secret = value.trim();
    if (secret === '') return undefined;
    if (!this.#secrets.has(secret)) {
      this.#secrets.add(secret);
      this.#patterns.push(...secretPatterns(secret));
    }
    for (const line of secret.split(/[\r\n]+/)) {
      const text = line.trim();
      if (text !== secret && text.length >= LINE_LENGTH && !text.startsWith('-----')) this.addSecret(text);
    }
    return secret.length < SAFE_LENGTH
      ? `a secret of fewer than ${SAFE_LENGTH} characters is hidden only where it stands as a whole value`
      : undefined;
  }

  /** Registers the credentials of every URL in a text, for places where they appear without their URL. */
  addUrl(text: string): void {
    for (const span of credentialSpans(text)) {
      const [user = '', ...rest] = text.slice(...span).split(':');
      // Without a password, the user is one: a token.
      const secret = rest.join(':') || user;
      this.addSecret(secret);
      this.addSecret(decoded(secret));
    }
  }

  /** The text with every secret in it replaced by `***`. */
  redact(text: string): string {
    const spans = credentialSpans(text);
    for (const pattern of this.#patterns) {
      for (const match of text.matchAll(pattern)) spans.push([match.index, match.index + match[0].length]);
    }
    return spans.length === 0 ? text : masked(text, spans);
  }
}

function secretPatterns(secret: string): RegExp[] {
  const text = encodedTextPattern(secret);
  if (secret.length >= SAFE_LENGTH) {
    return [text, ...base64Patterns(secret, { atEnd: false })].map((source) => new RegExp(source, 'g'));
  }
  const patterns = [new RegExp(NOT_INSIDE_BEFORE + text + NOT_INSIDE_AFTER, 'gu')];
  // Three bytes are four characters of base64; fewer would be found in ordinary words.
  if (Buffer.byteLength(secret) >= 3) {
    for (const source of base64Patterns(secret, { atEnd: true })) patterns.push(new RegExp(source, 'g'));
  }
  return patterns;
}

/** Spans that overlap or touch become one, so that no end of a longer secret stays behind a shorter one. */
function masked(text: string, spans: Span[]): string {
  spans.sort((a, b) => a[0] - b[0]);
  let result = '';
  let done = 0;
  let [start, end] = spans[0] ?? [0, 0];
  for (const [nextStart, nextEnd] of spans) {
    if (nextStart > end) {
      result += text.slice(done, start) + MASK;
      done = end;
      [start, end] = [nextStart, nextEnd];
    } else if (nextEnd > end) end = nextEnd;
  }
  return result + text.slice(done, start) + MASK + text.slice(end);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
