import type { FakeLinkPaging, FakeNextUrlPaging } from 'connector-host/testing';
import { describeBehaviours, paging, refused, type Api } from './behaviour.js';

const link = (rows: Api['rows'], how: Partial<FakeLinkPaging> = {}, route: Partial<Api> = {}): Api => ({
  rows,
  paging: { type: 'link', ...how },
  ...route,
});
const STOP = { on_repeat: 'stop' } as const;
const ELSEWHERE = { otherOrigin: 'http://other.example' };

describeBehaviours('Link headers', { pagination_type: 'link', page_size_param: 'limit' }, [
  ['full pages', link(20), {}, 20],
  ['a last page that is short', link(25), {}, 25],
  ['one page', link(7), {}, 7],
  ['one full page', link(10), {}, 10],
  ['no rows', link(0), {}, 0],
  ['a cap below the page size', link(25, { maxSize: 4 }), {}, 25],
  ['short and empty pages in the middle', link(25, { shortPages: { 1: 3, 2: 0 } }), {}, 25],
  ['one more page, without rows', link(20, { lateEnd: true }), {}, 20],
  ['no size sent', link(25, { size: 6 }), { page_size_param: '' }, 25],
  ['rel without quotes', link(25, { writing: 'unquoted' }), {}, 25],
  ['REL="NEXT"', link(25, { writing: 'upper' }), {}, 25],
  ['commas and rel=next in a title', link(25, { writing: 'commas' }), {}, 25],
  ['several relations in one', link(25, { writing: 'several' }), {}, 25],
  ['other relations before it', link(25, { otherRels: ['first', 'prev', 'last'] }), {}, 25],
  ['a relation that only begins so', link(7, { rel: 'next-archive' }), {}, 7],
  ['a path', link(25, { form: 'path' }), {}, 25],
  ['a query', link(25, { form: 'query' }), {}, 25],
  [
    'the query of the endpoint, kept',
    link(25),
    { endpoint: 'items?q=a%20b', query: [{ key: 'x', value: 1 }] },
    25,
  ],
  ['a page that leads to itself', link(25, { stuckAt: 2 }), {}, paging(/there before/)],
  ['a total', link(25, {}, { total: 'n' }), { total_path: 'n', data_path: 'items' }, 25],
  [
    'another origin',
    link(25, ELSEWHERE),
    {},
    refused(/leads to http:\/\/other\.example|not http:\/\/other/, /allowed_origins/),
  ],
]);

const next = (rows: Api['rows'], how: Partial<FakeNextUrlPaging> = {}, route: Partial<Api> = {}): Api => ({
  rows,
  paging: { type: 'nextUrl', ...how },
  ...route,
});
const ODATA = { path: '"@odata.nextLink"' };

describeBehaviours(
  'next URLs',
  { pagination_type: 'next_url', next_url_path: 'next', data_path: 'items', page_size_param: 'limit' },
  [
    ['full pages', next(20), {}, 20],
    ['a last page that is short', next(25), {}, 25],
    ['one page', next(7), {}, 7],
    ['no rows', next(0), {}, 0],
    ['a cap below the page size', next(25, { maxSize: 4 }), {}, 25],
    ['short and empty pages in the middle', next(25, { shortPages: { 1: 3, 2: 0 } }), {}, 25],
    ['one more page, without rows', next(20, { lateEnd: true }), {}, 20],
    ['null at the end', next(25, { end: 'null' }), {}, 25],
    ['false at the end', next(25, { end: 'false' }), {}, 25],
    ['"" at the end', next(25, { end: 'empty' }), {}, 25],
    ['a path', next(25, { form: 'path' }), {}, 25],
    ['a query', next(25, { form: 'query' }), {}, 25],
    ['at a nested path', next(25, { path: 'links.next' }), { next_url_path: 'links.next' }, 25],
    ['a key with a dot, in quotes', next(25, ODATA), { next_url_path: '"@odata.nextLink"' }, 25],
    ['a key with a dot, as it is', next(25, ODATA), { next_url_path: '@odata.nextLink' }, 25],
    ['has_more false', next(25, {}, { hasMore: 'more' }), { has_more_path: 'more' }, 25],
    ['a page that leads to itself', next(25, { stuckAt: 2 }), {}, paging(/there before/)],
    ['a page that leads to itself, total', next(25, { stuckAt: 3 }, { total: 'n' }), { total_path: 'n' }, 25],
    ['an empty page that leads to itself, stop', next(7, { stuckAt: 1 }), STOP, 7],
    [
      'an object',
      next(25, { path: 'links.next' }),
      { next_url_path: 'links' },
      paging(/an object at "links", where the next URL should be/, /next_url_path/),
    ],
    [
      'no URL',
      next(25, {}, { fields: { link: 'http://[' } }),
      { next_url_path: 'link' },
      paging(/is no URL/),
    ],
    [
      'another origin',
      next(25, ELSEWHERE),
      {},
      refused(/leads to http:\/\/other\.example|not http:\/\/other/, /allowed_origins/),
    ],
  ],
);
