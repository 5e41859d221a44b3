import { compilePath } from 'connector-host';

const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether a header may have that name (RFC 9110, 5.1). */
export function isHeaderName(text: string): boolean {
  return HEADER_NAME.test(text);
}

/** Whether a header may have that value: no line breaks, nothing beyond latin1. */
export function isHeaderValue(text: string): boolean {
  return HEADER_VALUE.test(text);
}

/** Whether a text is a path; none at all is one. */
export function compiles(path: string | null | undefined): boolean {
  try {
    compilePath(path ?? '');
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
