import { describe, expect, it } from '@jest/globals';
import { ConfigError, readRowResults, type Row, type RowResult, type RowResultOptions } from 'connector-host';

const rows: readonly Row[] = [{ id: 1 }, { id: 2n }, { id: 'c' }];
const ok = { ok: true };
const refused = (code: string, message = 'refused by the endpoint'): RowResult => ({
  reject: { code, message },
});

interface Case {
  readonly what: string;
  readonly options: RowResultOptions;
  readonly body: unknown;
  readonly results: readonly unknown[];
}

const CASES: readonly Case[] = [
  {
    what: 'a list of statuses',
    options: { shape: 'list' },
    body: [201, 422, '429'],
    results: [ok, refused('422'), { retryAfter: 0 }],
  },
  {
    what: 'a list of booleans',
    options: { shape: 'list' },
    body: [true, false, true],
    results: [ok, refused('refused'), ok],
  },
  {
    what: 'items at a path',
    options: { shape: 'list', path: 'data.results', codePath: 'http.code', messagePath: 'error' },
    body: {
      data: {
        results: [{ http: { code: 200 } }, { http: { code: 409 }, error: 'twice' }, { http: { code: 204 } }],
      },
    },
    results: [ok, refused('409', 'twice'), ok],
  },
  {
    what: 'a list longer than the rows, for the writer to find',
    options: { shape: 'list' },
    body: [200, 200, 200, 200],
    results: [ok, ok, ok, ok],
  },
  {
    what: 'words of success and of a group that was rolled back',
    options: { shape: 'list', okCodes: ['created'], retryCodes: ['rolled_back'] },
    body: [
      { status: 'created' },
      { status: 'rolled_back', retryAfter: '1.5' },
      { status: 'bad_email', message: { at: 'x' } },
    ],
    results: [ok, { retryAfter: 1.5 }, refused('bad_email', '{"at":"x"}')],
  },
  {
    what: 'no code as success, where it is said',
    options: { shape: 'list', codePath: 'error.code', messagePath: 'error.text', okCodes: [null] },
    body: [null, { error: { code: 'E1', text: 'no' } }, { id: 'c' }],
    results: [ok, refused('E1', 'no'), ok],
  },
  {
    what: 'NDJSON',
    options: { shape: 'ndjson' },
    body: '{"status":200}\n{"status":400,"message":"no"}\n\n{"status":503,"retryAfter":2}\n',
    results: [ok, refused('400', 'no'), { retryAfter: 2 }],
  },
  {
    what: 'NDJSON that the client has read',
    options: { shape: 'ndjson' },
    body: [200, 200, 404],
    results: [ok, ok, refused('404')],
  },
  {
    what: 'errors by index',
    options: { shape: 'errors', path: 'errors', codePath: 'code' },
    body: { errors: [{ index: 1, code: 'bad', message: 'x'.repeat(600) }] },
    results: [ok, refused('bad', 'x'.repeat(500)), ok],
  },
  {
    what: 'errors by index counted from 1, without a code',
    options: { shape: 'errors', path: 'errors', indexPath: 'row', firstIndex: 1 },
    body: { errors: [{ row: '3', message: 'no' }] },
    results: [ok, ok, refused('refused', 'no')],
  },
  {
    what: 'errors that may pass',
    options: { shape: 'errors', path: 'errors' },
    body: { errors: [{ index: 0, status: 429, retryAfter: 7 }] },
    results: [{ retryAfter: 7 }, ok, ok],
  },
  {
    what: 'no errors at all',
    options: { shape: 'errors', path: 'errors', missing: 'ok' },
    body: {},
    results: [ok, ok, ok],
  },
  { what: 'no body', options: { shape: 'errors', path: 'errors' }, body: '', results: [ok, ok, ok] },
  {
    what: 'failed indexes',
    options: { shape: 'indexes', path: 'failed' },
    body: { failed: [0, 2] },
    results: [refused('refused'), ok, refused('refused')],
  },
  {
    what: 'an object by id',
    options: { shape: 'by-id', path: 'results' },
    body: { results: { 1: 200, 2: { status: 409, message: 'twice' }, c: true } },
    results: [ok, refused('409', 'twice'), ok],
  },
  {
    what: 'a list by id, in any order, of failures alone',
    options: { shape: 'by-id', idPath: 'ref', unnamed: 'ok' },
    body: [{ ref: 'c', status: 'gone' }],
    results: [ok, ok, refused('gone')],
  },
  {
    what: 'a list by id of successes alone',
    options: { shape: 'by-id', unnamed: 'retry', path: 'done' },
    body: { done: [{ id: 2, status: 200 }] },
    results: [{ retryAfter: 0 }, ok, { retryAfter: 0 }],
  },
  {
    what: 'nothing by id, where those that are not named were taken',
    options: { shape: 'by-id', unnamed: 'ok', path: 'failed' },
    body: {},
    results: [ok, ok, ok],
  },
];

const UNREADABLE: readonly (readonly [
  what: string,
  options: RowResultOptions,
  body: unknown,
  message: string,
])[] = [
  [
    'an answer without the list of errors',
    { shape: 'errors', path: 'error' },
    { errors: [] },
    'no list of results at error, but nothing',
  ],
  ['HTML', { shape: 'list' }, '<html>', 'the answer to a batch has no list of results, but text'],
  [
    'an object',
    { shape: 'list', path: 'rows' },
    { row: 1 },
    'the answer to a batch has no list of results at rows, but nothing',
  ],
  ['null', { shape: 'errors' }, { errors: 1 }, 'the answer to a batch has no list of results, but an object'],
  ['no NDJSON', { shape: 'ndjson' }, '200\n<p>', 'the answer to a batch is not NDJSON: line 2 is not JSON'],
  [
    'an index too high',
    { shape: 'indexes' },
    [3],
    'the answer to a batch names a row that was not sent: index 3 of 3',
  ],
  [
    'an index too low',
    { shape: 'indexes', firstIndex: 1 },
    [0],
    'the answer to a batch names a row that was not sent: index 0 of 3',
  ],
  [
    'no index',
    { shape: 'errors' },
    [{ code: 1 }],
    'the answer to a batch names a row that was not sent: no index of 3',
  ],
  [
    'a row that is not named',
    { shape: 'by-id' },
    { 1: 200 },
    'the answer to a batch does not name every row by its id',
  ],
  [
    'no object by id',
    { shape: 'by-id', path: 'r' },
    {},
    'the answer to a batch has no results by id at r, but nothing',
  ],
  [
    'an item without a code',
    { shape: 'list' },
    [{ state: 'ok' }],
    'the answer to a batch has a result without a code at status',
  ],
  ['an item that is null', { shape: 'list' }, [null], 'the answer to a batch has a result without a code'],
];

describe('readRowResults', () => {
  it.each(CASES)('reads $what', ({ options, body, results }) => {
    expect(readRowResults(body, options, rows)).toEqual(results);
  });

  it.each(UNREADABLE)('does not take %s', (_what, options, body, message) => {
    expect(() => readRowResults(body, options, rows)).toThrow(ConfigError);
    expect(() => readRowResults(body, options, rows)).toThrow(message);
  });
});
