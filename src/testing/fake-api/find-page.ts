import type { Row } from '../../sdk/schema.js';
import type { CheckedRoute } from './checked-route.js';
import type { FakePaging, PastEnd } from './fake-paging.js';
import type { FakeRequest } from './fake-request.js';
import { jsonText } from './body-text.js';
import { cursorNumber } from './cursor-text.js';
import { valueAt } from './place-value.js';
import type { RowSpan } from './row-pages.js';

/** The rows that a request gets, and where they lead. */
export interface FoundPage {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
  /** From 1; of a style whose pages have no numbers always 1. */
  readonly number: number;
  /** Number of the next page, where the style has it and there is one. */
  readonly next: number | undefined;
  /** Number of the last page. */
  readonly last: number;
}

/** A request that the API finds wrong. */
export class RefusedRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Paged = Exclude<FakePaging, { type: 'none' }>;
type Linked = Extract<FakePaging, { lateEnd?: boolean }>;

const DEFAULT_SIZE = 10;
const DEFAULT_PARAMS: Readonly<Record<Paged['type'], string>> = {
  page: 'page',
  offset: 'offset',
  cursor: 'cursor',
  keyset: 'after',
  link: 'page',
  nextUrl: 'page',
  graphql: 'after',
};

/**
 * Finds the rows that a request asks for.
 *
 * @throws RefusedRequest where the request is wrong, or beyond the end of an API that refuses that
 */
export function findPage(route: CheckedRoute, request: FakeRequest): FoundPage {
  const { rows, paging } = route;
  if (paging.type === 'none') return { rows, hasMore: false, number: 1, next: undefined, last: 1 };
  if (paging.ignoresPaging === true) return spanPage(route, { start: 0, end: paging.maxSize ?? rows.length });
  const size = Math.min(pageSize(paging, request), paging.maxSize ?? Infinity);
  const value =
    paging.ignoresPaging === 'position' ? undefined : readParam(paging, paramName(paging), request);
  switch (paging.type) {
    case 'page':
      return numberedPage(route, size, pageNumber(value, paging));
    case 'offset':
      return offsetPage(route, size, rowOffset(value, paging), paging.pastEnd);
    case 'keyset':
      return spanPage(route, route.pages.spanFrom(rowAfter(value, route.rows, paging), size));
    default:
      return linkedPage(route, size, linkedNumber(value, paging), paging);
  }
}

/** Name of the parameter that says which page. */
export function paramName(paging: Paged): string {
  return paging.param ?? DEFAULT_PARAMS[paging.type];
}

function pageSize(paging: Paged, request: FakeRequest): number {
  const names: Partial<Record<Paged['type'], string>> = { page: 'per_page', graphql: 'first' };
  const name = paging.sizeParam ?? names[paging.type] ?? 'limit';
  const value = readParam(paging, name, request);
  const size = value === undefined ? (paging.size ?? DEFAULT_SIZE) : wholeNumber(value, name);
  if (size < 1) throw new RefusedRequest(400, `"${name}" must be at least 1`);
  return size;
}

/** An empty text is taken for a parameter that was not sent. */
function readParam(paging: Paged, name: string, request: FakeRequest): unknown {
  const place = placeOf(paging);
  const path = paging.type === 'graphql' ? `variables.${name}` : name;
  const value =
    place === 'query'
      ? [request.query[path]].flat().at(-1)
      : place === 'header'
        ? request.headers[path.toLowerCase()]
        : valueAt(request.body, path);
  return value === '' || value === null ? undefined : value;
}

function placeOf(paging: Paged): 'query' | 'header' | 'body' {
  if (paging.type === 'graphql') return 'body';
  return paging.type === 'link' || paging.type === 'nextUrl' ? 'query' : (paging.in ?? 'query');
}

function wholeNumber(value: unknown, name: string): number {
  const number = Number(value);
  const isText = typeof value === 'string' && /^-?\d+$/.test(value);
  if (!Number.isSafeInteger(number) || !(isText || typeof value === 'number')) {
    throw new RefusedRequest(400, `"${name}" must be a whole number`);
  }
  return number;
}

function pageNumber(value: unknown, paging: Extract<FakePaging, { type: 'page' }>): number {
  const first = paging.first ?? 1;
  const asked = value === undefined ? first : wholeNumber(value, paramName(paging));
  if (asked === 0 && paging.zeroIsOne) return 1;
  if (asked < first) throw new RefusedRequest(400, `"${paramName(paging)}" must be at least ${first}`);
  return asked - first + 1;
}

function rowOffset(value: unknown, paging: Extract<FakePaging, { type: 'offset' }>): number {
  const [name, first] = [paramName(paging), paging.first ?? 0];
  const asked = value === undefined ? first : wholeNumber(value, name);
  if (asked < first) throw new RefusedRequest(400, `"${name}" must be at least ${first}`);
  if (asked > (paging.maxOffset ?? Infinity)) {
    throw new RefusedRequest(400, `"${name}" must be at most ${paging.maxOffset}`);
  }
  return asked - first;
}

/** Index of the first row behind a value. */
function rowAfter(
  value: unknown,
  rows: readonly Row[],
  paging: Extract<FakePaging, { type: 'keyset' }>,
): number {
  if (value === undefined) return 0;
  const field = paging.field ?? 'id';
  const isNumber = ['number', 'bigint'].includes(typeof rows[0]?.[field]);
  const text = typeof value === 'string' ? value : jsonText(value);
  if (isNumber && !/^-?\d+(?:\.\d+)?$/.test(text)) {
    throw new RefusedRequest(400, `"${paramName(paging)}" must be a number`);
  }
  const after = isNumber ? (text.includes('.') ? Number(text) : BigInt(text)) : text;
  const index = rows.findIndex((row) => {
    const own = row[field] as number | bigint | string;
    return own > after || (paging.inclusive === true && own == after);
  });
  return index === -1 ? rows.length : index;
}

function linkedNumber(value: unknown, paging: Linked): number {
  if (value === undefined) return 1;
  const kind =
    paging.type === 'cursor' ? (paging.cursors ?? 'opaque') : paging.type === 'graphql' ? 'opaque' : 'number';
  const number = cursorNumber(value, kind);
  if (number === undefined) throw new RefusedRequest(400, `"${paramName(paging)}" is not one of this API's`);
  return number;
}

function linkedPage(route: CheckedRoute, size: number, asked: number, paging: Linked): FoundPage {
  const spans = route.pages.spans(size);
  const last = spans.length + (paging.lateEnd ? 1 : 0);
  const number = Math.min(asked, spans.length + 1);
  const total = route.rows.length;
  const { start, end } = spans[number - 1] ?? { start: total, end: total };
  const rows = route.rows.slice(start, end);
  if (paging.stuckAt === number) return { rows, hasMore: true, number, next: number, last };
  const hasMore = number < last;
  // The empty page behind the last one leads to itself.
  const endless = paging.type === 'cursor' && paging.end === 'cursor' ? spans.length + 1 : undefined;
  return { rows, hasMore, number, next: hasMore ? number + 1 : endless, last };
}

function numberedPage(route: CheckedRoute, size: number, asked: number): FoundPage {
  const paging = route.paging as Extract<FakePaging, { type: 'page' }>;
  const spans = route.pages.spans(size);
  const span = spans[asked - 1];
  if (paging.pastEnd === 'slide' && asked >= spans.length) return spanPage(route, lastRows(route, size));
  if (span) return spanPage(route, span);
  return spanPage(route, spanPastEnd(route, size, asked - 1, paging.pastEnd));
}

function offsetPage(
  route: CheckedRoute,
  size: number,
  start: number,
  pastEnd: PastEnd | undefined,
): FoundPage {
  const total = route.rows.length;
  if (pastEnd === 'slide' && start + size > total) return spanPage(route, lastRows(route, size));
  if (start < total || start === 0) return spanPage(route, route.pages.spanFrom(start, size));
  if (pastEnd === 'restart' && total > 0) return spanPage(route, route.pages.spanFrom(start % total, size));
  return spanPage(route, spanPastEnd(route, size, 0, pastEnd));
}

/** @throws RefusedRequest where the API refuses to go there */
function spanPastEnd(route: CheckedRoute, size: number, index: number, pastEnd: PastEnd = 'empty'): RowSpan {
  if (typeof pastEnd === 'number') throw new RefusedRequest(pastEnd, 'there is no such page');
  const spans = route.pages.spans(size);
  const total = route.rows.length;
  const found = {
    last: spans.at(-1),
    restart: spans[index % spans.length],
    empty: undefined,
    slide: undefined,
  };
  return found[pastEnd] ?? { start: total, end: total };
}

function lastRows({ rows }: CheckedRoute, size: number): RowSpan {
  return { start: Math.max(0, rows.length - size), end: rows.length };
}

function spanPage({ rows }: CheckedRoute, { start, end }: RowSpan): FoundPage {
  return { rows: rows.slice(start, end), hasMore: end < rows.length, number: 1, next: undefined, last: 1 };
}
