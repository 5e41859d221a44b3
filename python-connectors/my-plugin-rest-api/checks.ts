import { compilePath } from 'connector-host';

const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Texts in an expression of JMESPath, which may hold anything. */
const QUOTED = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g;
/** What compilePath says of a function that is none. */
const UNKNOWN = 'Unknown function';
const CALLED = /([A-Za-z_]\w*)\s*\(/g;

/** Names that axios leaves out of every request, without a word. */
export const NEVER_SENT: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether a header may have that name (RFC 9110, 5.1). */
export function isHeaderName(text: string): boolean {
  return HEADER_NAME.test(text);
}

/** Whether a header may have that value: no line breaks, nothing beyond latin1. */
export function isHeaderValue(text: string): boolean {
  return HEADER_VALUE.test(text);
}

/** What is wrong with a path, as the end of a sentence; undefined: nothing is, or there is none. */
export function pathProblem(path: string | null | undefined): string | undefined {
  const text = path ?? '';
  const problem = whyNoPath(text);
  if (problem !== undefined && !problem.includes(UNKNOWN)) return 'is neither a dotted path nor JMESPath';
  // One inside a filter is called only where the filter has items, in the middle of a read.
  const calls = [...text.replace(QUOTED, '""').matchAll(CALLED)].map(([, name = '']) => name);
  const unknown = calls.find((name) => whyNoPath(`${name}()`)?.includes(UNKNOWN));
  return unknown === undefined ? undefined : `calls ${unknown}(), which JMESPath does not have`;
}

function whyNoPath(text: string): string | undefined {
  try {
    compilePath(text);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
