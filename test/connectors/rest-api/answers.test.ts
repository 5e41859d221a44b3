import type { Row } from '../../../src/index.js';
import { describeBehaviours, paging, refused, rowsTo, type Api } from './behaviour.js';

const PAGES = { pagination_type: 'page' } as const;
const one = (rows: Api['rows'], route: Partial<Api> = {}): Api => ({ rows, ...route });
const pages = (rows: Api['rows'], route: Partial<Api> = {}): Api => ({
  rows,
  paging: { type: 'page', first: 0 },
  ...route,
});
/** This body, in the place of answer number 1 or 2. */
const says = (body: unknown, number = 1): Partial<Api> => ({ faults: { [number]: { status: 200, body } } });
const ITEMS = { envelope: 'items' };
const AT_ITEMS = { data_path: 'items' };
const EMPTY = { data_path: 'items', empty_if_missing: true };
const BIG = 2n ** 53n;

describeBehaviours('where rows are', {}, [
  ['a list', one(3), {}, 3],
  ['no rows', one(0), {}, 0],
  ['at a name', one(3, ITEMS), AT_ITEMS, 3],
  ['at a dotted path', one(3, { envelope: 'data.items' }), { data_path: ' data.items ' }, 3],
  ['at a key with a dot, in quotes', one(3, { envelope: '"a.b"' }), { data_path: '"a.b"' }, 3],
  ['at a key with a dot, as it is', one(3, { envelope: '"a.b"' }), { data_path: 'a.b' }, 3],
  ['by JMESPath', one(3, says({ a: [{ id: 1 }, { id: 2 }] })), { data_path: 'a[?id > `1`]' }, [{ id: 2 }]],
  ['inside items', one(3, { ...ITEMS, record: 'node' }), { ...AT_ITEMS, record_path: 'node' }, 3],
  ['deep inside items', one(3, { record: 'a.b' }), { record_path: 'a.b' }, 3],
  [
    'hits.hits[]._source',
    one(3, { envelope: 'hits.hits', record: '_source' }),
    { data_path: 'hits.hits[]._source' },
    3,
  ],
  ['one object', one(0, says({ id: 1 })), {}, [{ id: 1 }]],
  ['one object at a path', one(0, says({ data: { id: 1 } })), { data_path: 'data' }, [{ id: 1 }]],
  [
    'nested values',
    one([{ id: 1, tags: ['a'], at: { x: null } }]),
    {},
    [{ id: 1, tags: ['a'], at: { x: null } }],
  ],
  [
    'a key __proto__',
    one(0, says('[{"id":1,"__proto__":{"a":1}}]')),
    {},
    [JSON.parse('{"id":1,"__proto__":{"a":1}}')],
  ],
  [
    'integers beyond 2^53',
    one(1, { faults: { 1: 'big-integers' } }),
    {},
    [{ ...rowsTo(1)[0], big_integer: BIG + 1n }],
  ],
  ['keys that come twice', one(2, { faults: { 1: 'duplicate-keys' } }), {}, 2],
  ['UTF-16', one(2, { faults: { 1: { fault: 'wrong-charset', charset: 'utf-16' } } }), {}, 2],
  ['latin1 that is said to be UTF-8', one(2, { faults: { 1: 'wrong-charset' } }), {}, refused(/UTF-8|utf-8/)],
]);

describeBehaviours('no rows where they should be', {}, [
  [
    'a wrong path',
    one(3, ITEMS),
    { data_path: 'rows' },
    paging(/nothing at "rows": the answer has no "rows" \(its keys: items\)$/, /data_path/),
  ],
  [
    'a wrong second name',
    one(3, { envelope: 'data.items' }),
    { data_path: 'data.rows' },
    paging(/"data" has no "rows" \(its keys: items\)$/),
  ],
  [
    'a path through null',
    one(0, says({ data: null })),
    { data_path: 'data.items' },
    paging(/"data" is null$/),
  ],
  ['a path into a list', one(3), AT_ITEMS, paging(/the answer is a list$/)],
  [
    'a key every object inherits',
    one(0, says({ a: 1 })),
    { data_path: 'constructor' },
    paging(/no "constructor"/),
  ],
  ['an empty object', one(0, says({})), AT_ITEMS, paging(/\(it is empty\)$/, /empty_if_missing/)],
  ['an empty object, allowed', one(0, says({})), EMPTY, 0],
  [
    'null',
    one(0, { ...ITEMS, emptyRows: 'null' }),
    AT_ITEMS,
    paging(/has null at "items"/, /empty_if_missing/),
  ],
  ['null, allowed', one(0, { ...ITEMS, emptyRows: 'null' }), EMPTY, 0],
  ['nothing', one(0, { ...ITEMS, emptyRows: 'missing' }), AT_ITEMS, paging(/nothing at "items"/)],
  ['nothing, allowed', one(0, { ...ITEMS, emptyRows: 'missing' }), EMPTY, 0],
  ['a number', one(0, says({ items: 3 })), EMPTY, paging(/has a number at "items"/)],
  ['a scalar for an answer', one(3, { faults: { 1: 'scalar' } }), {}, paging(/has a number as the answer/)],
  ['a list of numbers', one(0, says([1, 2])), {}, paging(/a list of numbers as the answer/)],
  ['a list with a gap', one(0, says([{ id: 1 }, null])), {}, paging(/has null as item 2/)],
  [
    'an item without its record',
    one(0, says([{ node: { id: 1 } }, {}])),
    { record_path: 'node' },
    paging(/nothing at "node" of item 2/),
  ],
  ['a JMESPath that finds nothing', one(3), { data_path: 'items[?id]' }, paging(/at "items\[\?id\]"/)],
  [
    'a function that does not take the value',
    one(3),
    { data_path: 'abs(@)' },
    paging(/"abs\(@\)" cannot be applied to the answer/, /^Correct data_path\.$/),
  ],
  [
    'errors with status 200',
    one(3, { faults: { 1: 'errors' } }),
    {},
    paging(/an error: the field is not there$/, /allow_errors/),
  ],
  [
    'errors beside rows',
    one(0, says({ errors: [{ message: 'x' }], items: [{ id: 1 }] })),
    AT_ITEMS,
    paging(/an error: x$/),
  ],
  [
    'errors beside rows, allowed',
    one(0, says({ errors: ['x'], items: [{ id: 1 }] })),
    { ...AT_ITEMS, allow_errors: true },
    [{ id: 1 }],
  ],
  ['an empty list of errors', one(0, says({ errors: [], items: [{ id: 1 }] })), AT_ITEMS, [{ id: 1 }]],
]);

describeBehaviours('no rows on a later page', PAGES, [
  ['an object', pages(25), AT_ITEMS, paging(/\(page=0, .*the answer is a list$/)],
  [
    'an object where the rows should be',
    pages(25, { ...ITEMS, faults: { 2: 'not-a-list' } }),
    AT_ITEMS,
    paging(/\(page=1, .*has an object \(its keys: note\) at "items"/),
  ],
  [
    'an object where the rows should be, though none may be',
    pages(25, { ...ITEMS, faults: { 2: 'not-a-list' } }),
    EMPTY,
    paging(/has an object/),
  ],
  ['nothing', pages(25, { ...ITEMS, ...says({}, 2) }), AT_ITEMS, paging(/\(page=1, .*nothing at "items"/)],
  ['a number', pages(25, { faults: { 2: 'scalar' } }), {}, paging(/\(page=1, .*has a number/)],
  [
    'an error with status 200',
    pages(25, { ...ITEMS, ...says({ error: 'x' }, 3) }),
    AT_ITEMS,
    paging(/\(page=2, .*its keys: error/),
  ],
  [
    'errors with status 200',
    pages(25, { ...ITEMS, faults: { 2: 'errors' } }),
    EMPTY,
    paging(/\(page=1, .*an error: the field/),
  ],
  [
    'nothing beyond the end',
    pages(20, { ...ITEMS, emptyRows: 'missing' }),
    AT_ITEMS,
    paging(/\(page=2, .*nothing/, /empty_if_missing/),
  ],
  ['nothing beyond the end, allowed', pages(20, { ...ITEMS, emptyRows: 'missing' }), EMPTY, 20],
  ['null beyond the end, allowed', pages(25, { ...ITEMS, emptyRows: 'null' }), EMPTY, 25],
  [
    'one object for a list',
    pages(25, says({ id: 1 })),
    {},
    paging(/has an object \(its keys: id\) as the answer/, /pagination_type none/),
  ],
]);

const asTexts = (count: number): Row[] => rowsTo(count).map(({ id, name }) => ({ id: String(id), name }));
const TEXTS = asTexts(3);
const NDJSON = { response_format: 'ndjson' } as const;
const CSV = { response_format: 'csv' } as const;

describeBehaviours('formats', {}, [
  ['NDJSON', one(3, { format: 'ndjson' }), NDJSON, 3],
  ['NDJSON without rows', one(0, { format: 'ndjson' }), NDJSON, 0],
  ['NDJSON by page', pages(25, { format: 'ndjson' }), { ...PAGES, ...NDJSON }, 25],
  ['NDJSON in gzip', one(3, { format: 'ndjson', gzip: true }), NDJSON, 3],
  ['NDJSON in a gzip file', one(3, { format: 'ndjson', gzip: 'file' }), NDJSON, 3],
  ['CSV', one(3, { format: 'csv' }), CSV, TEXTS],
  ['CSV by page', pages(25, { format: 'csv' }), { ...PAGES, ...CSV }, asTexts(25)],
  [
    'JSON for CSV',
    one(0, says({ error: 'x' })),
    CSV,
    refused(/200 with application\/json.* that is not CSV/),
  ],
  ['CSV in gzip', one(3, { format: 'csv', gzip: true }), CSV, TEXTS],
  ['CSV without rows, a header alone', one([], says('id,name\n')), CSV, 0],
  ['JSON in gzip', pages(25, { gzip: true }), PAGES, 25],
  ['JSON in a gzip file', one(3, { gzip: 'file' }), {}, 3],
  ['JSON under another content type', one(3, { contentType: 'text/plain' }), {}, 3],
  ['JSON for NDJSON', one(0, says({ id: 1 })), NDJSON, [{ id: 1 }]],
  [
    'CSV for JSON',
    one(3, { format: 'csv' }),
    {},
    refused(/200 with text\/csv.* that is not JSON: "id,name 1,Café 1/),
  ],
  [
    'HTML',
    one(3, { faults: { 1: 'html' } }),
    {},
    refused(/ answered 200 with text\/html; charset=utf-8 that is not JSON: "<!DOCTYPE html> .{184}…"$/),
  ],
  [
    'HTML for NDJSON',
    one(3, { format: 'ndjson', faults: { 1: 'html' } }),
    NDJSON,
    refused(/text\/html.*not NDJSON/),
  ],
  ['HTML on a later page', pages(25, { faults: { 3: 'html' } }), PAGES, refused(/not JSON/)],
  ['an empty body', one(3, { faults: { 1: 'empty' } }), {}, refused(/answered 200 with an empty body$/)],
  ['204', one(3, { faults: { 1: { status: 204 } } }), {}, refused(/answered 204 with an empty body$/)],
]);
