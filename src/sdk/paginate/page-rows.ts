import { compilePath, type JsonPath } from '../read-path.js';
import type { Row } from '../schema.js';
import type { Fail } from './fail.js';
import { kindOf } from './kind-of.js';
import type { PaginateOptions } from './options.js';
import { shortened } from './shortened.js';

const SHOWN_KEYS = 20;
const SHOWN_KEY_LENGTH = 40;
const SHOWN_CHARACTERS = 200;

/** Takes the rows out of an answer. */
export interface RowsReader {
  /**
   * @param request what was asked, as the start of a sentence
   * @throws ConfigError PAGING_FAILED when the path leads to nothing, or what lies there are no rows
   */
  read(answer: unknown, request: string): readonly Row[];
}

/** How rows lie in the answers of one read. */
export function rowsReader(options: PaginateOptions, fail: Fail): RowsReader {
  const { rows = '', record, emptyIfMissing = false, allowErrors = false, paging } = options;
  const list = typeof rows === 'string' ? compilePath(rows) : undefined;
  const inner = record === undefined || record === '' ? undefined : compilePath(record);
  return {
    read(answer, request) {
      if (!allowErrors) assertNoErrors(answer, request, fail);
      const found = typeof rows === 'string' ? list?.read(answer) : rows(answer);
      const path = list?.text ?? '';
      if (found === undefined || found === null) {
        return emptyIfMissing ? [] : fail('no-rows', request, nothingAt(answer, path, found));
      }
      const items = listOf(found, path, request, paging.type === 'none', fail);
      const records = inner ? items.map((item) => inner.read(item)) : items;
      const wrong = records.findIndex((item) => !isObject(item));
      if (wrong === -1) return records as readonly Row[];
      return fail('no-rows', request, wrongItem(records, wrong, path, inner));
    },
  };
}

function listOf(
  found: unknown,
  path: string,
  request: string,
  mayBeOne: boolean,
  fail: Fail,
): readonly unknown[] {
  if (Array.isArray(found)) return found;
  if (isObject(found) && mayBeOne) return [found];
  const what = isObject(found) ? `an object (${keysOf(found)})` : kindOf(found);
  return fail('no-rows', request, `has ${what} ${placeOf(path)}, where a list of rows should be`);
}

function wrongItem(
  items: readonly unknown[],
  wrong: number,
  path: string,
  inner: JsonPath | undefined,
): string {
  const item = items[wrong];
  const kind = kindOf(item);
  if (inner)
    return `has ${kind} at "${inner.text}" of item ${wrong + 1} ${placeOf(path)}, where a row should be`;
  if (item !== undefined && items.every((other) => kindOf(other) === kind)) {
    return `has a list of ${kind.replace(/^an? /, '')}${kind === 'null' ? '' : 's'} ${placeOf(path)}, where a list of rows should be`;
  }
  return `has ${kind} as item ${wrong + 1} ${placeOf(path)}, where a row should be`;
}

/** Says how far a plain path leads, and what is there instead. */
function nothingAt(answer: unknown, path: string, found: null | undefined): string {
  if (path === '') return `is ${kindOf(found)}, where a list of rows should be`;
  const missing = `has nothing at "${path}"`;
  if (found === null) return `has null at "${path}", where a list of rows should be`;
  let place = answer;
  for (const [depth, name] of path.split('.').entries()) {
    if (isObject(place) && Object.hasOwn(place, name)) {
      place = place[name];
      continue;
    }
    const where = depth === 0 ? 'the answer' : `"${path.split('.').slice(0, depth).join('.')}"`;
    if (!isObject(place)) return `${missing}: ${where} is ${kindOf(place)}`;
    return `${missing}: ${where} has no "${name}" (${keysOf(place)})`;
  }
  return missing;
}

function assertNoErrors(answer: unknown, request: string, fail: Fail): void {
  if (!isObject(answer) || !Array.isArray(answer.errors) || answer.errors.length === 0) return;
  const messages = answer.errors.map((error: unknown) => (isObject(error) ? error.message : error));
  const first = messages.find((message) => typeof message === 'string');
  const count = messages.length === 1 ? 'an error' : `${messages.length} errors`;
  fail(
    'errors',
    request,
    `was answered with ${count}${first === undefined ? '' : `: ${shortened(first, SHOWN_CHARACTERS)}`}`,
  );
}

function placeOf(path: string): string {
  return path === '' ? 'as the answer' : `at "${path}"`;
}

function keysOf(value: Row): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'it is empty';
  const shown = keys.slice(0, SHOWN_KEYS).map((key) => shortened(key, SHOWN_KEY_LENGTH));
  return `its keys: ${shown.join(', ')}${keys.length > SHOWN_KEYS ? ', …' : ''}`;
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
