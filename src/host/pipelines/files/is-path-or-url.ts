import { isSourceText } from '../../../sources/source-text.js';

const URL = /^[a-z][a-z\d+.-]*:\/\//i;
const SEPARATOR = /[/\\]/;

/** Whether a text names a file or database by its address, and so is no name of a connector or pipeline. */
export function isPathOrUrl(text: string): boolean {
  return isUrl(text) || SEPARATOR.test(text) || isSourceText(text);
}

/** Whether a text has a scheme, as in `postgres://host/database`. */
export function isUrl(text: string): boolean {
  return URL.test(text);
}
