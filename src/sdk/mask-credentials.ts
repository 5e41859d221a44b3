/** First and last position of a stretch of text, the last excluded. */
export type Span = readonly [start: number, end: number];

/** What stands in the place of a secret. */
export const MASK = '***';

/** Neither a blank nor a double quote: what a URL in a message consists of, at most. */
const UNBROKEN_TEXT = /[^\s"]+/g;
const SCHEME_END = '://';

/** The text with the credentials of every URL in it replaced by `***`. */
export function maskCredentials(text: string): string {
  let result = '';
  let done = 0;
  for (const [start, end] of credentialSpans(text)) {
    result += text.slice(done, start) + MASK;
    done = end;
  }
  return result + text.slice(done);
}

/**
 * Where the credentials of URLs stand in a text: from `://` to the `@`, without them. A password may hold an @ or, in
 * a URL that is none, a slash: where a colon comes before the last @, all up to it counts, rather a word too many.
 */
export function credentialSpans(text: string): Span[] {
  const spans: Span[] = [];
  if (!text.includes(SCHEME_END)) return spans;
  for (const { 0: word, index } of text.matchAll(UNBROKEN_TEXT)) {
    const scheme = word.indexOf(SCHEME_END);
    if (scheme === -1) continue;
    const start = scheme + SCHEME_END.length;
    const colon = word.indexOf(':', start);
    let end = word.lastIndexOf('@');
    if (colon === -1 || colon > end) {
      // No password: at most a token before the path.
      const pathStart = word.slice(start).search(/[/?#<>\\]/);
      end = pathStart === -1 ? end : word.lastIndexOf('@', start + pathStart);
    }
    if (end > start) spans.push([index + start, index + end]);
  }
  return spans;
}
