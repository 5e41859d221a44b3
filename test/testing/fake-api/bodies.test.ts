import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { FakeRoute } from 'connector-host/testing';
import { json, useApi } from './use-api.js';

const { serve } = useApi();
const ROWS = [
  { id: 1, ok: true, tags: ['a'] },
  { id: 2, ok: false, tags: [] },
];

describe('JSON', () => {
  it.each<[string, Omit<FakeRoute, 'rows'>, unknown]>([
    ['a list', {}, ROWS],
    ['an envelope', { envelope: 'data.items' }, { data: { items: ROWS } }],
    ['a name with a dot', { envelope: '"a.b"' }, { 'a.b': ROWS }],
    ['wrapped rows', { record: '_source' }, ROWS.map((row) => ({ _source: row }))],
    ['fields', { fields: { ok: true } }, { ok: true, items: ROWS }],
    ['a total', { total: 'meta.total' }, { items: ROWS, meta: { total: 2 } }],
    ['a wrong total', { total: { path: 'total', value: 9 } }, { items: ROWS, total: 9 }],
    ['a total as text', { total: { path: 'total', asText: true } }, { items: ROWS, total: '2' }],
    ['has_more', { hasMore: 'has_more' }, { items: ROWS, has_more: false }],
    ['has_more as text', { hasMore: { path: 'more', asText: true } }, { items: ROWS, more: 'false' }],
    ['has_more that lies', { hasMore: { path: 'more', value: true } }, { items: ROWS, more: true }],
  ])('%s', async (_name, route, body) => {
    const { url } = await serve({ rows: ROWS, ...route });
    const response = await fetch(`${url}/items`);
    expect(response.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(body);
  });

  it.each([
    ['list', { items: [] }],
    ['null', { items: null }],
    ['missing', {}],
  ] as const)('no rows: %s', async (emptyRows, body) => {
    const { url } = await serve({ rows: [], envelope: 'items', emptyRows });
    expect(await json(await fetch(`${url}/items`))).toEqual(body);
  });

  it('has headers and a content type of its own', async () => {
    const { url } = await serve({ rows: 0, headers: { 'X-A': 'b' }, contentType: 'application/hal+json' });
    const { headers } = await fetch(`${url}/items`);
    expect([headers.get('X-A'), headers.get('Content-Type')]).toEqual(['b', 'application/hal+json']);
  });
});

describe('other formats', () => {
  it.each([
    [
      'ndjson',
      '{"id":1,"ok":true,"tags":["a"]}\n{"id":2,"ok":false,"tags":[]}\n',
      'application/x-ndjson; charset=utf-8',
    ],
    ['csv', 'id,ok,tags\n1,true,"[""a""]"\n2,false,[]\n', 'text/csv; charset=utf-8'],
  ] as const)('%s', async (format, text, type) => {
    const { url } = await serve({ rows: ROWS, format });
    const response = await fetch(`${url}/items`);
    expect([await response.text(), response.headers.get('Content-Type')]).toEqual([text, type]);
  });

  it('an empty page of CSV has the header', async () => {
    const { url } = await serve({ rows: ROWS, format: 'csv', paging: { type: 'page' } });
    expect(await (await fetch(`${url}/items?page=2`)).text()).toBe('id,ok,tags\n');
  });

  it('gzip as an encoding, and as a file', async () => {
    const encoded = await serve({ rows: ROWS, gzip: true });
    const response = await fetch(`${encoded.url}/items`);
    expect(response.headers.get('Content-Encoding')).toBe('gzip');
    expect(await response.json()).toEqual(ROWS);
    const file = await fetch(`${(await serve({ rows: ROWS, gzip: 'file' })).url}/items`);
    expect([file.headers.get('Content-Encoding'), file.headers.get('Content-Type')]).toEqual([
      null,
      'application/gzip',
    ]);
    expect(JSON.parse(gunzipSync(await file.arrayBuffer()).toString())).toEqual(ROWS);
  });
});
