import { decodeNdjson } from '../decode/decode-ndjson.js';
import { compilePath } from '../read-path.js';
import type { Row } from '../schema.js';
import type { RowResult } from './batch.js';
import { unreadableResults } from './unreadable-results.js';
import { itemReader } from './row-result-item.js';
import type { RowResultOptions } from './row-result-options.js';

export type { RowResultOptions, RowResultShape } from './row-result-options.js';

/**
 * Reads out of an answer what became of each row of a batch. With `list` and `ndjson` there are as many results as the
 * answer has: `BufferedWriter` holds their number against the batch.
 *
 * @param body as the HTTP client gives it: parsed JSON, or text with `ndjson`
 * @throws ConfigError HTTP_REFUSED where the answer has another shape
 */
export function readRowResults(
  body: unknown,
  options: RowResultOptions,
  rows: readonly Row[],
): readonly RowResult[] {
  const found = compilePath(options.path ?? '').read(body);
  const read = itemReader(options);
  switch (options.shape) {
    case 'list':
      return listAt(found, options).map((item) => read(item));
    case 'ndjson':
      return (typeof found === 'string' ? lines(found) : listAt(found, options)).map((item) => read(item));
    case 'errors': {
      const indexOf = compilePath(options.indexPath ?? 'index').read;
      return byIndex(listAt(found ?? absent(body, options), options), options, rows, (item) => [
        indexOf(item),
        read(item),
      ]);
    }
    case 'indexes':
      return byIndex(listAt(found ?? absent(body, options), options), options, rows, (index) => [
        index,
        REFUSED,
      ]);
    case 'by-id':
      return byId(found, options, rows, read);
  }
}

const OK = { ok: true } as const;
const REFUSED: RowResult = { reject: { code: 'refused', message: 'refused by the endpoint' } };

function listAt(found: unknown, { path = '' }: RowResultOptions): readonly unknown[] {
  if (Array.isArray(found)) return found;
  throw unreadableResults(`has no list of results${path === '' ? '' : ` at ${path}`}, but ${kindOf(found)}`);
}

function lines(text: string): readonly unknown[] {
  try {
    return decodeNdjson(text);
  } catch (error) {
    throw unreadableResults(`is not NDJSON: ${(error as Error).message}`);
  }
}

/** What is refused by an answer without a list: nothing, where it is no answer at all or may say so. */
function absent(body: unknown, { missing }: RowResultOptions): readonly unknown[] | undefined {
  const isEmpty = body === undefined || body === null || body === '';
  return isEmpty || missing === 'ok' ? [] : undefined;
}

/** All rows were taken but those that are named. */
function byIndex(
  items: readonly unknown[],
  { firstIndex = 0 }: RowResultOptions,
  rows: readonly Row[],
  read: (item: unknown) => readonly [index: unknown, result: RowResult],
): readonly RowResult[] {
  const results: RowResult[] = rows.map(() => OK);
  for (const item of items) {
    const [named, result] = read(item);
    const index = Number(named) - firstIndex;
    const isIndex = (typeof named === 'number' || typeof named === 'string') && named !== '';
    if (!isIndex || !Number.isInteger(index) || index < 0 || index >= rows.length) {
      throw unreadableResults(
        `names a row that was not sent: ${isIndex ? `index ${named}` : 'no index'} of ${rows.length}`,
      );
    }
    results[index] = result;
  }
  return results;
}

function byId(
  found: unknown,
  { idColumn = 'id', idPath = 'id', unnamed, path = '' }: RowResultOptions,
  rows: readonly Row[],
  read: (item: unknown) => RowResult,
): readonly RowResult[] {
  const results = new Map<string, RowResult>();
  if (Array.isArray(found)) {
    const idOf = compilePath(idPath).read;
    for (const item of found) results.set(String(idOf(item)), read(item));
  } else if (typeof found === 'object' && found !== null) {
    for (const [id, item] of Object.entries(found)) results.set(id, read(item));
  } else if (found !== undefined || unnamed === undefined) {
    throw unreadableResults(`has no results by id${path === '' ? '' : ` at ${path}`}, but ${kindOf(found)}`);
  }
  return rows.map((row) => {
    const result = results.get(String(row[idColumn]));
    if (result) return result;
    if (unnamed === undefined) throw unreadableResults(`does not name every row by its ${idColumn}`);
    return unnamed === 'ok' ? OK : { retryAfter: 0 };
  });
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
