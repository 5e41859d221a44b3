import type { Row } from '../../sdk/schema.js';
import type { FakeRoute } from './fake-api-options.js';
import type { FakePaging } from './fake-paging.js';
import { RowPages } from './row-pages.js';

/** A route that was found right, with its defaults. */
export type CheckedRoute = Omit<FakeRoute, 'rows' | 'paging' | 'envelope' | 'method'> & {
  readonly rows: readonly Row[];
  readonly pages: RowPages;
  readonly paging: FakePaging;
  readonly envelope: string;
  readonly method: 'GET' | 'POST';
};

/** Fills in what a route leaves out. */
export function checkedRoute(route: FakeRoute): CheckedRoute {
  const paging = route.paging ?? { type: 'none' };
  const rows = typeof route.rows === 'number' ? madeRows(route.rows) : route.rows;
  const isPost = paging.type === 'graphql' || ('in' in paging && paging.in === 'body');
  return {
    ...route,
    rows,
    pages: new RowPages(rows.length, paging.type === 'none' ? {} : paging.shortPages),
    paging,
    envelope: route.envelope ?? (saysMoreThanRows(route) ? 'items' : ''),
    method: route.method ?? (isPost ? 'POST' : 'GET'),
  };
}

/** Whether an answer has to be an object. */
export function saysMoreThanRows({ paging, total, hasMore, fields }: FakeRoute): boolean {
  const style = paging?.type ?? 'none';
  return (
    ['cursor', 'nextUrl', 'graphql'].includes(style) ||
    [total, hasMore, fields].some((it) => it !== undefined)
  );
}

function madeRows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, name: `Café ${index + 1}` }));
}
