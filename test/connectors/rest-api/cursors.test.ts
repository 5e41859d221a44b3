import type { FakeCursorPaging, FakeGraphqlPaging } from 'connector-host/testing';
import { describeBehaviours, paging, refused, type Api } from './behaviour.js';

const cursor = (rows: Api['rows'], how: Partial<FakeCursorPaging> = {}, route: Partial<Api> = {}): Api => ({
  rows,
  paging: { type: 'cursor', ...how },
  ...route,
});
const MORE = { has_more_path: 'more' };
const STOP = { on_repeat: 'stop' } as const;
const NUMBERS = { cursors: 'number', end: 'zero' } as const;
const POST = { method: 'POST', cursor_param: 'paging.after', page_size_param: 'paging.size' } as const;
const LAST_ID = { cursor_path: '[-1].id', cursor_param: 'after', data_path: '' };
const keyset = (inclusive = false): Api => ({ rows: 25, paging: { type: 'keyset', inclusive } });
const OBJECTS = { in: 'body', cursors: 'object' } as const;

describeBehaviours(
  'pages by cursor',
  { pagination_type: 'cursor', cursor_path: 'next_cursor', data_path: 'items', page_size_param: 'limit' },
  [
    ['full pages', cursor(20), {}, 20],
    ['a last page that is short', cursor(25), {}, 25],
    ['one page', cursor(7), {}, 7],
    ['one full page', cursor(10), {}, 10],
    ['no rows', cursor(0), {}, 0],
    ['a cap below the page size', cursor(25, { maxSize: 4 }), {}, 25],
    ['short and empty pages in the middle', cursor(25, { shortPages: { 1: 3, 2: 0, 3: 0 } }), {}, 25],
    ['no size sent', cursor(25, { size: 6 }), { page_size_param: '' }, 25],
    ['one more page, without rows', cursor(20, { lateEnd: true }), {}, 20],
    ['null at the end', cursor(25, { end: 'null' }), {}, 25],
    ['false at the end', cursor(25, { end: 'false' }), {}, 25],
    ['"" at the end', cursor(25, { end: 'empty' }), {}, 25],
    ['numbers', cursor(25, { cursors: 'number' }), {}, 25],
    ['0 at the end, which is a cursor', cursor(25, NUMBERS), {}, refused(/400 .*\(cursor=0, limit=10\)/)],
    ['0 at the end, has_more', cursor(25, NUMBERS, { hasMore: 'more' }), MORE, 25],
    ['a cursor at the end, of an empty page that leads to itself', cursor(25, { end: 'cursor' }), {}, 25],
    ['a cursor at the end, stop', cursor(25, { end: 'cursor' }), STOP, 25],
    ['a cursor at the end, has_more', cursor(25, { end: 'cursor' }, { hasMore: 'more' }), MORE, 25],
    ['a cursor at the end, total', cursor(25, { end: 'cursor' }, { total: 'n' }), { total_path: 'n' }, 25],
    ['a page that leads to itself', cursor(25, { stuckAt: 2 }), {}, paging(/there before/)],
    ['under another name', cursor(25, { param: 'after' }), { cursor_param: 'after' }, 25],
    ['under a name that is ignored', cursor(25, { param: 'after' }), {}, paging(/same 10 rows/, /names/)],
    ['at a nested path', cursor(25, { path: 'meta.next' }), { cursor_path: 'meta.next' }, 25],
    ['at a quoted path', cursor(25, { path: '"a.b"' }), { cursor_path: '"a.b"' }, 25],
    ['in the last row', keyset(), LAST_ID, 25],
    ['in the last row, which comes again', keyset(true), LAST_ID, paging(/began with the row that/, /stop/)],
    ['in the last row, which comes again, stop', keyset(true), { ...LAST_ID, ...STOP }, 25],
    [
      'an object',
      cursor(25, OBJECTS),
      { method: 'POST' },
      paging(/an object at "next_cursor"/, /cursor_path/),
    ],
    [
      'an object, by its number',
      cursor(25, OBJECTS),
      { method: 'POST', cursor_path: 'next_cursor.page', cursor_param: 'cursor.page' },
      25,
    ],
    ['in a body', cursor(25, { in: 'body', param: 'paging.after', sizeParam: 'paging.size' }), POST, 25],
    [
      'in a body that has more in it',
      cursor(25, { in: 'body', param: 'paging.after', sizeParam: 'paging.size' }),
      { ...POST, body: { paging: { sort: 'id' }, filter: 'a+b' } },
      25,
    ],
    [
      'none, though more follows',
      cursor(25, { path: 'other' }, { hasMore: 'more' }),
      MORE,
      paging(/says that more follows, but has no cursor at "next_cursor"/, /cursor_path/),
    ],
    [
      'none, though the total is larger',
      cursor(25, { path: 'other' }, { total: 'n' }),
      { total_path: 'n' },
      paging(/10 rows .* 25$/),
    ],
  ],
);

const graphql = (rows: number, how: Partial<FakeGraphqlPaging> = {}, route: Partial<Api> = {}): Api => ({
  rows,
  paging: { type: 'graphql', ...how },
  ...route,
});
const NODES = { data_path: 'data.items.nodes', record_path: '' };

describeBehaviours(
  'GraphQL',
  {
    method: 'POST',
    body: { query: 'query ($first: Int, $after: String) { items }', variables: { of: 'x' } },
    pagination_type: 'cursor',
    cursor_path: 'data.items.pageInfo.endCursor',
    has_more_path: 'data.items.pageInfo.hasNextPage',
    cursor_param: 'variables.after',
    page_size_param: 'variables.first',
    data_path: 'data.items.edges',
    record_path: 'node',
  },
  [
    ['edges', graphql(25), {}, 25],
    ['edges by one path', graphql(25), { data_path: 'data.items.edges[].node', record_path: '' }, 25],
    ['nodes', graphql(25, { list: 'nodes' }), NODES, 25],
    ['no rows', graphql(0), {}, 0],
    ['one page', graphql(7), {}, 7],
    ['a cap below the page size', graphql(25, { maxSize: 4 }), {}, 25],
    ['one more page, without rows', graphql(20, { lateEnd: true }), {}, 20],
    ['a page that leads to itself', graphql(25, { stuckAt: 2 }), {}, paging(/there before/)],
    [
      'errors with status 200',
      graphql(25, {}, { faults: { 1: 'errors' } }),
      {},
      paging(/answered with an error: the field is not there$/, /allow_errors/),
    ],
    [
      'errors with status 200 on a later page',
      graphql(25, {}, { faults: { 2: 'errors' } }),
      {},
      paging(/variables.after=.*answered with an error: the field is not there$/),
    ],
    [
      'errors that are allowed, and no rows',
      graphql(25, {}, { faults: { 2: 'errors' } }),
      { allow_errors: true },
      paging(/nothing at "data.items.edges": "data" is null/, /data_path/),
    ],
    ['no query', graphql(25), { body: {} }, refused(/400 Bad Request.*the body has no/, /body/)],
  ],
);
