import { describe, expect, it } from '@jest/globals';
import type { FakePaging } from 'connector-host/testing';
import { ids, json, useApi } from './use-api.js';

const { serve } = useApi();

/** Name, paging of seven rows, and what each query is answered with: ids, or a status. */
const CASES: readonly (readonly [
  string,
  FakePaging,
  Readonly<Record<string, readonly number[] | number>>,
])[] = [
  ['none', { type: 'none' }, { '': [1, 2, 3, 4, 5, 6, 7], '?page=2': [1, 2, 3, 4, 5, 6, 7] }],
  [
    'page',
    { type: 'page', size: 3 },
    { '': [1, 2, 3], '?page=2': [4, 5, 6], '?page=3': [7], '?page=4': [], '?page=0': 400, '?page=x': 400 },
  ],
  ['page, size asked for', { type: 'page' }, { '?per_page=2&page=2': [3, 4], '?per_page=0': 400 }],
  ['page, size under another name', { type: 'page', sizeParam: 'n' }, { '?n=2&page=2': [3, 4] }],
  ['page from 0', { type: 'page', first: 0, size: 3 }, { '?page=0': [1, 2, 3], '?page=2': [7] }],
  [
    'page 0 is page 1',
    { type: 'page', zeroIsOne: true, size: 3 },
    { '?page=0': [1, 2, 3], '?page=1': [1, 2, 3] },
  ],
  ['a capped size', { type: 'page', maxSize: 2 }, { '?per_page=5': [1, 2], '?per_page=5&page=2': [3, 4] }],
  [
    'ignored paging',
    { type: 'page', size: 3, ignoresPaging: true },
    { '?page=2&per_page=1': [1, 2, 3, 4, 5, 6, 7] },
  ],
  ['ignored paging with a cap', { type: 'page', ignoresPaging: true, maxSize: 2 }, { '?page=2': [1, 2] }],
  ['ignored position', { type: 'page', ignoresPaging: 'position' }, { '?page=2&per_page=2': [1, 2] }],
  ['the last page again', { type: 'page', size: 3, pastEnd: 'last' }, { '?page=3': [7], '?page=9': [7] }],
  [
    'the last rows',
    { type: 'page', size: 3, pastEnd: 'slide' },
    { '?page=3': [5, 6, 7], '?page=4': [5, 6, 7] },
  ],
  ['anew', { type: 'page', size: 3, pastEnd: 'restart' }, { '?page=4': [1, 2, 3], '?page=5': [4, 5, 6] }],
  ['404 beyond the end', { type: 'page', size: 3, pastEnd: 404 }, { '?page=3': [7], '?page=4': 404 }],
  [
    'short pages',
    { type: 'page', size: 3, shortPages: { 1: 2, 2: 0 } },
    { '?page=1': [1, 2], '?page=2': [], '?page=3': [3, 4, 5], '?page=4': [6, 7], '?page=5': [] },
  ],
  [
    'offset',
    { type: 'offset', size: 3 },
    { '': [1, 2, 3], '?offset=2': [3, 4, 5], '?offset=6': [7], '?offset=7': [], '?offset=2&limit=1': [3] },
  ],
  ['offset from 1', { type: 'offset', first: 1, size: 3 }, { '?offset=1': [1, 2, 3], '?offset=0': 400 }],
  ['offset, a cap', { type: 'offset', maxOffset: 4, size: 2 }, { '?offset=4': [5, 6], '?offset=5': 400 }],
  ['offset, the last page again', { type: 'offset', size: 3, pastEnd: 'last' }, { '?offset=9': [7] }],
  ['offset, the last rows', { type: 'offset', size: 3, pastEnd: 'slide' }, { '?offset=6': [5, 6, 7] }],
  [
    'offset, anew',
    { type: 'offset', size: 3, pastEnd: 'restart' },
    { '?offset=7': [1, 2, 3], '?offset=9': [3, 4, 5] },
  ],
  ['offset, refused', { type: 'offset', size: 3, pastEnd: 400 }, { '?offset=6': [7], '?offset=7': 400 }],
  [
    'offset, short',
    { type: 'offset', size: 3, shortPages: { 2: 1 } },
    { '?offset=3': [4], '?offset=4': [5, 6, 7] },
  ],
  [
    'keyset',
    { type: 'keyset', size: 3 },
    { '': [1, 2, 3], '?after=3': [4, 5, 6], '?after=6': [7], '?after=7': [], '?after=x': 400 },
  ],
  [
    'keyset, inclusive',
    { type: 'keyset', size: 3, inclusive: true },
    { '?after=3': [3, 4, 5], '?after=7': [7] },
  ],
  [
    'keyset of texts',
    { type: 'keyset', size: 2, field: 'name', param: 'since' },
    { '?since=Caf%C3%A9+2': [3, 4] },
  ],
];

describe('pages of seven rows', () => {
  it.each(CASES)('%s', async (_name, paging, answers) => {
    const { url } = await serve({ rows: 7, paging });
    for (const [query, expected] of Object.entries(answers)) {
      const response = await fetch(`${url}/items${query}`);
      const found = response.ok ? ids(await response.json()) : response.status;
      expect({ query, found }).toEqual({ query, found: expected });
    }
  });

  it.each(['page', 'offset', 'keyset'] as const)('no rows, %s', async (type) => {
    const { url } = await serve({ rows: [], paging: { type } });
    expect(await json(await fetch(`${url}/items`))).toEqual([]);
  });

  it('restart of nothing is nothing', async () => {
    const { url } = await serve({ rows: 0, paging: { type: 'offset', pastEnd: 'restart' } });
    expect(await json(await fetch(`${url}/items?offset=5`))).toEqual([]);
  });

  it('a keyset of bigints', async () => {
    const rows = [2n ** 53n + 1n, 2n ** 53n + 2n, 2n ** 53n + 3n].map((id) => ({ id }));
    const { url } = await serve({ rows, paging: { type: 'keyset', size: 1 } });
    const response = await fetch(`${url}/items?after=9007199254740993`);
    expect(await response.text()).toBe('[{"id":9007199254740994}]');
  });
});

describe('where parameters are', () => {
  it('in headers', async () => {
    const { url } = await serve({
      rows: 7,
      paging: { type: 'page', in: 'header', param: 'X-Page', sizeParam: 'X-Size' },
    });
    const response = await fetch(`${url}/items?page=1`, { headers: { 'X-Page': '2', 'X-Size': '2' } });
    expect(ids(await response.json())).toEqual([3, 4]);
  });

  it('in the body, by a dotted path', async () => {
    const paging = { type: 'offset', in: 'body', param: 'page.offset', sizeParam: 'page.limit' } as const;
    const { url } = await serve({ rows: 7, paging });
    const ask = (body: unknown): Promise<Response> =>
      fetch(`${url}/items`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
    expect(ids(await json(await ask({ page: { offset: 2, limit: 2 } })))).toEqual([3, 4]);
    expect((await ask({ page: { offset: 'two' } })).status).toBe(400);
    expect((await fetch(`${url}/items`)).status).toBe(405);
  });
});
