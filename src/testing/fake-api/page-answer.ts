import type { Row } from '../../sdk/schema.js';
import { plainAnswer, type Answer } from './answer.js';
import type { CheckedRoute } from './checked-route.js';
import { cursorOf } from './cursor-text.js';
import { CONTENT_TYPES, DUPLICATE_KEY, jsonText, rowsText } from './body-text.js';
import type { FakeFact } from './fake-api-options.js';
import type { FakeEnd } from './fake-paging.js';
import type { FakeRequest } from './fake-request.js';
import type { FaultObject } from './fault.js';
import { findPage, RefusedRequest, type FoundPage } from './find-page.js';
import { linkHeader, pageUrl } from './next-page-url.js';
import { placeValue } from './place-value.js';

/** What an answer with rows is made of. */
export interface PageContext {
  readonly route: CheckedRoute;
  readonly request: FakeRequest;
  /** The server's own. */
  readonly origin: string;
  /** Some faults lie in the rows themselves. */
  readonly fault: FaultObject | undefined;
}

/** The value that stands in the place of the next cursor or URL. */
const ENDS: Readonly<Record<Exclude<FakeEnd, 'cursor'>, unknown>> = {
  missing: undefined,
  null: null,
  false: false,
  empty: '',
  zero: 0,
};
/** The first integer that a double does not hold. */
const BEYOND_DOUBLE = 2n ** 53n + 1n;

/** The answer to a request for rows. */
export function pageAnswer(context: PageContext): Answer {
  const { route, request } = context;
  if (request.method !== route.method) {
    return plainAnswer(405, { error: `this path takes ${route.method}` }, { Allow: route.method });
  }
  if (route.paging.type === 'graphql' && !isGraphqlRequest(request.body)) {
    return plainAnswer(400, { errors: [{ message: 'the body has no "query"' }] });
  }
  try {
    return rowsAnswer(context, findPage(route, request));
  } catch (error) {
    if (error instanceof RefusedRequest) return plainAnswer(error.status, { error: error.message });
    throw error;
  }
}

function rowsAnswer(context: PageContext, page: FoundPage): Answer {
  const { route, fault } = context;
  const format = route.format ?? 'json';
  const rows = fault?.fault === 'big-integers' ? page.rows.map(withBigInteger) : page.rows;
  const items = rows.map((row) => {
    const item = fault?.fault === 'duplicate-keys' ? { [DUPLICATE_KEY]: 'not this one', ...row } : row;
    return route.record === undefined ? item : placed(route.record, item);
  });
  const list = fault?.fault === 'not-a-list' ? { note: 'this is not a list' } : items;
  const link = linkOf(context, page);
  return {
    status: 200,
    headers: {
      'Content-Type': route.contentType ?? CONTENT_TYPES[format],
      ...(link !== undefined && { Link: link }),
      ...route.headers,
    },
    text:
      format === 'json'
        ? jsonText(jsonBody(context, page, list))
        : rowsText(format, rows, Object.keys(route.rows[0] ?? {})),
    gzip: route.gzip ?? false,
    rows: page.rows.length,
  };
}

function jsonBody(context: PageContext, page: FoundPage, list: unknown): unknown {
  const { route, request, origin } = context;
  const { paging, total, hasMore } = route;
  if (route.envelope === '' && paging.type !== 'graphql') return list;
  const body: Row = structuredClone({ ...route.fields });
  if (paging.type === 'graphql') {
    placeValue(body, paging.connection ?? 'data.items', connection(page, list, paging.list));
  } else placeRows(body, route, list);
  placeFact(body, total, route.rows.length);
  placeFact(body, hasMore, page.hasMore);
  if (paging.type === 'cursor') {
    const end = paging.end === 'cursor' ? undefined : ENDS[paging.end ?? 'missing'];
    const cursor = page.next === undefined ? end : cursorOf(page.next, paging.cursors ?? 'opaque');
    if (cursor !== undefined) placeValue(body, paging.path ?? 'next_cursor', cursor);
  }
  if (paging.type === 'nextUrl') {
    const place = { paging, request, origin };
    const url = page.next === undefined ? ENDS[paging.end ?? 'missing'] : pageUrl(place, page.next);
    if (url !== undefined) placeValue(body, paging.path ?? 'next', url);
  }
  return body;
}

function placeRows(body: Row, { envelope, emptyRows }: CheckedRoute, list: unknown): void {
  const isEmpty = Array.isArray(list) && list.length === 0;
  if (isEmpty && emptyRows === 'missing') return;
  placeValue(body, envelope, isEmpty && emptyRows === 'null' ? null : list);
}

function placeFact<T>(body: Row, fact: string | FakeFact<T> | undefined, truth: T): void {
  if (fact === undefined) return;
  const { path, value, asText }: FakeFact<T> = typeof fact === 'string' ? { path: fact } : fact;
  placeValue(body, path, asText ? String(value ?? truth) : (value ?? truth));
}

function connection(page: FoundPage, list: unknown, kind: 'edges' | 'nodes' = 'edges'): Row {
  const cursor = cursorOf(page.next ?? page.number + 1, 'opaque');
  const edges = Array.isArray(list) ? list.map((node: unknown) => ({ cursor, node })) : list;
  return {
    [kind]: kind === 'edges' ? edges : list,
    pageInfo: { hasNextPage: page.hasMore, endCursor: page.rows.length > 0 || page.hasMore ? cursor : null },
  };
}

function linkOf({ route, request, origin }: PageContext, page: FoundPage): string | undefined {
  const { paging } = route;
  return paging.type === 'link' ? linkHeader({ paging, request, origin }, page) : undefined;
}

function withBigInteger(row: Row, index: number): Row {
  return { ...row, big_integer: BEYOND_DOUBLE + 2n * BigInt(index) };
}

function placed(path: string, value: unknown): Row {
  const item: Row = {};
  placeValue(item, path, value);
  return item;
}

function isGraphqlRequest(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'query' in body && typeof body.query === 'string';
}
