import type { FakePagePaging } from 'connector-host/testing';
import { describeBehaviours, paging, refused, rowsTo, type Api } from './behaviour.js';

const page = (rows: Api['rows'], how: Partial<FakePagePaging> = {}, route: Partial<Api> = {}): Api => ({
  rows,
  paging: { type: 'page', first: 0, ...how },
  ...route,
});
const STOP = { on_repeat: 'stop' } as const;
const ALLOW = { on_repeat: 'allow' } as const;
const ONE = { first_page: 1 };
const MORE = { has_more_path: 'more', data_path: 'items' };
const TOTAL = { total_path: 'total', data_path: 'items' };
const ALIKE = Array.from({ length: 20 }, () => ({ value: 'the same' }));

describeBehaviours('pages by number', { pagination_type: 'page' }, [
  // Sizes
  ['full pages', page(20), {}, 20],
  ['a last page that is short', page(25), {}, 25],
  ['one short page', page(7), {}, 7],
  ['one full page', page(10), {}, 10],
  ['no rows', page(0), {}, 0],
  ['a cap below the page size', page(25, { maxSize: 4 }), {}, 25],
  ['a cap of one row', page(5, { maxSize: 1 }), {}, 5],
  ['a page size of one', page(5), { page_size: 1 }, 5],
  ['short pages before the last', page(25, { shortPages: { 1: 3, 2: 1 } }), {}, 25],
  ['an empty page in the middle', page(25, { shortPages: { 2: 0 } }, { hasMore: 'more' }), MORE, 25],
  [
    'an empty page in the middle that only the total betrays',
    page(25, { shortPages: { 2: 0 } }, { total: 'total' }),
    TOTAL,
    paging(/ended the pages.* 10 rows .* 25$/, /total_path/),
  ],
  // The first page
  ['pages from 1', page(25, { first: 1 }), ONE, 25],
  [
    'pages from 0 that are read from 1, which only the total betrays',
    page(25, {}, { total: 'total' }),
    { ...TOTAL, ...ONE },
    paging(/ended the pages.* 15 rows .* 25$/, /with 1, an API that counts from 0 loses its first page/),
  ],
  ['pages from 1 with a cap', page(25, { first: 1, maxSize: 3 }), ONE, 25],
  [
    'page 0 refused',
    page(25, { first: 1 }),
    {},
    refused(/400 Bad Request.*\(page=0, /, /first_page to 1; for a 400, lower page_size/),
  ],
  [
    'page 0 that is page 1',
    page(25, { first: 1, zeroIsOne: true }),
    {},
    paging(/\(page=1, per_page=10\) brought the same 10 rows as GET .*\(page=0, /, /set first_page to 1/),
  ],
  ['page 0 that is the only page', page(7, { first: 1, zeroIsOne: true }), {}, paging(/the same 7 rows/)],
  ['page 0 that is page 1, stop', page(25, { first: 1, zeroIsOne: true }), STOP, 25],
  [
    'page 0 that is page 1, and the last page again, stop',
    page(25, { first: 1, zeroIsOne: true, pastEnd: 'last' }),
    STOP,
    25,
  ],
  ['page 0 that is the only page, stop', page(7, { first: 1, zeroIsOne: true, pastEnd: 'last' }), STOP, 7],
  ['page 0 that is page 1, from 1', page(25, { first: 1, zeroIsOne: true }), ONE, 25],
  // Parameters
  ['other names', page(25, { param: 'p', sizeParam: 'n' }), { page_param: 'p', page_size_param: 'n' }, 25],
  ['no size sent', page(25, { size: 6 }), { page_size_param: '' }, 25],
  ['a size under a name that is ignored', page(25, { size: 6 }), { page_size_param: 'wrong' }, 25],
  [
    'a page under a name that is ignored',
    page(25, { param: 'p' }),
    {},
    paging(/\(page=1, .* brought the same 10 rows as/, /ignores page_param/),
  ],
  ['all rows every time', page(25, { ignoresPaging: true }), ONE, paging(/same 25 rows/, /or to none/)],
  ['all rows every time, once', page(25, { ignoresPaging: true }), { pagination_type: 'none' }, 25],
  ['a first page every time', page(25, { ignoresPaging: 'position' }), ONE, paging(/same 10 rows/, /names/)],
  ['parameters in a body', page(25, { in: 'body' }), { method: 'POST' }, 25],
  [
    'parameters in a body, under dotted paths',
    page(25, { in: 'body', param: 'paging.page', sizeParam: 'paging.size' }),
    { method: 'POST', page_param: 'paging.page', page_size_param: 'paging.size', body: { paging: { a: 1 } } },
    25,
  ],
  // Beyond the last page
  ['the last page again', page(25, { pastEnd: 'last' }), {}, paging(/same 5 rows as/, /on_repeat to stop/)],
  ['the last page again, stop', page(25, { pastEnd: 'last' }), STOP, 25],
  ['the last page again, has_more', page(25, { pastEnd: 'last' }, { hasMore: 'more' }), MORE, 25],
  ['the last page again, total', page(25, { pastEnd: 'last' }, { total: 'total' }), TOTAL, 25],
  ['the only page again, stop', page(7, { pastEnd: 'last' }), STOP, 7],
  ['a list that begins anew', page(30, { pastEnd: 'restart' }), {}, paging(/same 10 rows.*page=0/, /anew/)],
  ['a list that begins anew, stop', page(25, { pastEnd: 'restart' }), STOP, 25],
  ['last rows filled up', page(25, { pastEnd: 'slide' }), {}, paging(/began with the 5 rows that/, /allow/)],
  ['last rows filled up, stop', page(25, { pastEnd: 'slide' }), STOP, 25],
  ['last rows filled up, exact, stop', page(20, { pastEnd: 'slide' }), STOP, 20],
  [
    'last rows filled up, allow',
    page(25, { pastEnd: 'slide' }, { hasMore: 'more' }),
    { ...MORE, ...ALLOW },
    [...rowsTo(20), ...rowsTo(25, 16)],
  ],
  ['rows that are all alike', page(ALIKE), {}, paging(/brought the same 10 rows as/)],
  ['rows that are all alike, allow', page(ALIKE), ALLOW, ALIKE],
  [
    '404',
    page(25, { pastEnd: 404 }),
    {},
    refused(/404 Not Found.*\(page=3, /, /add the status to end_status/),
  ],
  ['404 as the end', page(25, { pastEnd: 404 }), { end_status: [404] }, 25],
  [
    '204 as the end',
    page(20, {}, { faults: { 3: { status: 204, times: Infinity } } }),
    { end_status: [204] },
    20,
  ],
  [
    '404 with a page of HTML as the end',
    page(20, {}, { faults: { 3: { fault: 'html', status: 404, times: Infinity } } }),
    { end_status: [404] },
    20,
  ],
  ['422 as one of several ends', page(20, { pastEnd: 422 }), { end_status: [404, 422] }, 20],
  [
    '404 as the end, in the middle of the total',
    page(25, {}, { total: 'total', faults: { 2: { status: 404, times: Infinity } } }),
    { ...TOTAL, end_status: [404] },
    paging(/\(page=1, .*ended the pages.* 10 rows .* 25$/),
  ],
  [
    '404 on the first page, though it is an end',
    page(25, {}, { faults: { 1: { status: 404, times: Infinity } } }),
    { end_status: [404] },
    refused(/404 Not Found.*\(page=0, /, /base|first_page/),
  ],
  // What an answer says about the end
  ['has_more', page(25, {}, { hasMore: 'more' }), MORE, 25],
  ['has_more as text', page(25, {}, { hasMore: { path: 'more', asText: true } }), MORE, 25],
  ['has_more that is not there', page(25, {}, { fields: {} }), MORE, 25],
  ['a total', page(25, {}, { total: 'total' }), TOTAL, 25],
  ['a total as text', page(25, {}, { total: { path: 'total', asText: true } }), TOTAL, 25],
  ['a total of none', page(0, {}, { total: 'total' }), TOTAL, 0],
  [
    'a total that is not there',
    page(25, {}, { fields: {} }),
    TOTAL,
    paging(/has nothing at "total"/, /total_path/),
  ],
  ['a total that is null', page(25, {}, { fields: { total: null } }), TOTAL, 25],
  [
    'too large a total',
    page(25, {}, { total: { path: 'total', value: 30 } }),
    TOTAL,
    paging(/25 rows .* 30/),
  ],
  [
    'too small a total',
    page(25, {}, { total: { path: 'total', value: 15 } }),
    TOTAL,
    paging(/20 rows .* 15/),
  ],
  [
    'a total of the page',
    page(25, {}, { total: { path: 'total', value: 10 } }),
    TOTAL,
    paging(/20 rows .* 10$/, /number of a page's rows/),
  ],
  ['a total in words', page(25, {}, { fields: { total: 'many' } }), TOTAL, paging(/a text at "total"/)],
  ['a total that is no count', page(25, {}, { fields: { total: -1 } }), TOTAL, paging(/a number at "total"/)],
]);

describeBehaviours(
  'pages by number without end',
  { pagination_type: 'page' },
  [
    [
      'has_more for ever',
      page(25, {}, { hasMore: { path: 'more', value: true } }),
      MORE,
      paging(/was the 1000th page in a row without new rows$/, /paging parameters/),
    ],
  ],
  1010,
);
