import type { Row } from '../../sdk/schema.js';
import type { FakeRoute } from './fake-api-options.js';
import type { FakePaging } from './fake-paging.js';
import type { FakeRequest } from './fake-request.js';
import { RowPages } from './row-pages.js';

/** A route that was found right, with its defaults. */
export type CheckedRoute = Omit<FakeRoute, 'rows' | 'paging' | 'envelope' | 'method'> & {
  readonly rows: readonly Row[];
  readonly pages: RowPages;
  /** Where the rows depend on the request: gives them. `rows` and `pages` are empty until then. */
  readonly rowsOf: ((request: FakeRequest) => readonly Row[]) | undefined;
  readonly paging: FakePaging;
  readonly envelope: string;
  readonly method: 'GET' | 'POST';
};

/** Fills in what a route leaves out. */
export function checkedRoute(route: FakeRoute): CheckedRoute {
  const paging = route.paging ?? { type: 'none' };
  const rowsOf = typeof route.rows === 'function' ? route.rows : undefined;
  const isPost = paging.type === 'graphql' || ('in' in paging && paging.in === 'body');
  return {
    ...route,
    ...paged(rowsFrom(route.rows), paging),
    rowsOf,
    paging,
    envelope: route.envelope ?? (saysMoreThanRows(route) ? 'items' : ''),
    method: route.method ?? (isPost ? 'POST' : 'GET'),
  };
}

/** The route with the rows that a request asks for. */
export function routeFor(route: CheckedRoute, request: FakeRequest): CheckedRoute {
  return route.rowsOf ? { ...route, ...paged(route.rowsOf(request), route.paging) } : route;
}

/** Whether an answer has to be an object. */
export function saysMoreThanRows({ paging, total, hasMore, fields }: FakeRoute): boolean {
  const style = paging?.type ?? 'none';
  return (
    ['cursor', 'nextUrl', 'graphql'].includes(style) ||
    [total, hasMore, fields].some((it) => it !== undefined)
  );
}

function rowsFrom(rows: FakeRoute['rows']): readonly Row[] {
  if (typeof rows === 'function') return [];
  return typeof rows === 'number' ? madeRows(rows) : rows;
}

function paged(rows: readonly Row[], paging: FakePaging): Pick<CheckedRoute, 'rows' | 'pages'> {
  return { rows, pages: new RowPages(rows.length, paging.type === 'none' ? {} : paging.shortPages) };
}

function madeRows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, name: `Café ${index + 1}` }));
}
