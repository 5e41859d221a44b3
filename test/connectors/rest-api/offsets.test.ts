import type { FakeOffsetPaging } from 'connector-host/testing';
import { describeBehaviours, paging, refused, type Api } from './behaviour.js';

const offset = (rows: Api['rows'], how: Partial<FakeOffsetPaging> = {}, route: Partial<Api> = {}): Api => ({
  rows,
  paging: { type: 'offset', ...how },
  ...route,
});
const STOP = { on_repeat: 'stop' } as const;
const MORE = { has_more_path: 'meta.more', data_path: 'items' };
const TOTAL = { total_path: 'meta.total', data_path: 'items' };
const SKIP_TAKE = { offset_param: 'skip', page_size_param: 'take' };
const IN_BODY = { offset_param: 'page.skip', page_size_param: 'page.take', method: 'POST' } as const;

describeBehaviours('pages by offset', { pagination_type: 'offset' }, [
  ['full pages', offset(20), {}, 20],
  ['a last page that is short', offset(25), {}, 25],
  ['one short page', offset(7), {}, 7],
  ['one full page', offset(10), {}, 10],
  ['no rows', offset(0), {}, 0],
  ['a cap below the page size', offset(25, { maxSize: 4 }), {}, 25],
  ['a cap below the page size, has_more', offset(25, { maxSize: 4 }, { hasMore: 'meta.more' }), MORE, 25],
  ['a cap below the page size, total', offset(25, { maxSize: 4 }, { total: 'meta.total' }), TOTAL, 25],
  ['short pages before the last', offset(25, { shortPages: { 1: 3, 2: 1 } }), {}, 25],
  ['no size sent', offset(25, { size: 6 }), { page_size_param: '' }, 25],
  ['other names', offset(25, { param: 'skip', sizeParam: 'take' }), SKIP_TAKE, 25],
  [
    'parameters in a body, under dotted paths',
    offset(25, { in: 'body', param: 'page.skip', sizeParam: 'page.take' }),
    { ...IN_BODY, body: '{"page": {"sort": "id"}, "filter": {"id": [1, 2]}}' },
    25,
  ],
  ['an offset under a name that is ignored', offset(25, { param: 'skip' }), {}, paging(/=10.* same 10 rows/)],
  ['all rows every time', offset(25, { ignoresPaging: true }), {}, paging(/offset=25.* same 25 rows/)],
  [
    'a first page every time',
    offset(25, { ignoresPaging: 'position' }),
    {},
    paging(/same 10 rows/, /ignore/),
  ],
  ['the first row is 1', offset(25, { first: 1 }), {}, refused(/400 .*at least 1.*\(offset=0, limit=10\)/)],
  ['the last page again', offset(25, { pastEnd: 'last' }), {}, paging(/same 5 rows as/, /on_repeat to stop/)],
  ['the last page again, stop', offset(25, { pastEnd: 'last' }), STOP, 25],
  ['a list that begins anew', offset(20, { pastEnd: 'restart' }), {}, paging(/same 10 rows.*=0/, /anew/)],
  ['a list that begins anew, stop', offset(20, { pastEnd: 'restart' }), STOP, 20],
  ['last rows filled up', offset(25, { pastEnd: 'slide' }), {}, paging(/began with the 5 rows that ended/)],
  ['last rows filled up, stop', offset(25, { pastEnd: 'slide' }), STOP, 25],
  ['416', offset(25, { pastEnd: 416 }), {}, refused(/416 Range Not Satisfiable.*offset=25, /, /end_status/)],
  ['416 as the end', offset(25, { pastEnd: 416 }), { end_status: [416] }, 25],
  [
    'an offset that is capped',
    offset(25, { maxOffset: 15 }),
    {},
    refused(/400 .*\(offset=20, limit=10\)$/, /a cap of pages or offsets is as likely.* in silence/),
  ],
  ['has_more', offset(25, {}, { hasMore: 'meta.more' }), MORE, 25],
  ['has_more as text', offset(25, {}, { hasMore: { path: 'meta.more', asText: true } }), MORE, 25],
  ['a total', offset(20, {}, { total: 'meta.total' }), TOTAL, 20],
  [
    'too large a total',
    offset(25, {}, { total: { path: 'meta.total', value: 26 } }),
    TOTAL,
    paging(/25 .* 26/),
  ],
]);
