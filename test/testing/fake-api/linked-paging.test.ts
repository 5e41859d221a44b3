import { describe, expect, it } from '@jest/globals';
import type { FakePaging, FakeRoute } from 'connector-host/testing';
import { ids, json, useApi } from './use-api.js';

const { serve } = useApi();

type Answer = Record<string, unknown> & { items: unknown[] };

/** The body of each request of a route, without its rows, and the ids. */
async function ask(
  route: FakeRoute,
  queries: readonly string[],
): Promise<{ ids: unknown[]; rest: unknown }[]> {
  const { url } = await serve(route);
  const found = [];
  for (const query of queries) {
    const { items, ...rest } = await json<Answer>(await fetch(`${url}/items${query}`));
    found.push({ ids: ids(items), rest: JSON.parse(JSON.stringify(rest).replaceAll(url, 'URL')) as unknown });
  }
  return found;
}

describe('cursor', () => {
  it('is opaque base64 that a query does not carry as it is', async () => {
    const { url } = await serve({ rows: 5, paging: { type: 'cursor', size: 2 } });
    const first = await json<Answer>(await fetch(`${url}/items`));
    expect(first.next_cursor).toBe('++//Mg==');
    const second = await json<Answer>(await fetch(`${url}/items?cursor=${encodeURIComponent('++//Mg==')}`));
    expect(ids(second.items)).toEqual([3, 4]);
    const last = await json<Answer>(await fetch(`${url}/items?cursor=${encodeURIComponent('++//Mw==')}`));
    expect(last).toEqual({ items: [{ id: 5, name: 'Café 5' }] });
    expect((await fetch(`${url}/items?cursor=++//Mg==`)).status).toBe(400);
  });

  const last = ['?cursor=2'];
  it.each([
    ['missing', {}],
    ['null', { next_cursor: null }],
    ['false', { next_cursor: false }],
    ['empty', { next_cursor: '' }],
    ['zero', { next_cursor: 0 }],
    ['cursor', { next_cursor: 3 }],
  ] as const)('ends with %s', async (end, rest) => {
    const paging = { type: 'cursor', size: 3, cursors: 'number', end } as const;
    expect(await ask({ rows: 5, paging }, last)).toEqual([{ ids: [4, 5], rest }]);
  });

  it('ends at an empty page that leads to itself', async () => {
    const paging = { type: 'cursor', size: 3, cursors: 'number', end: 'cursor' } as const;
    expect(await ask({ rows: 5, paging, hasMore: 'more' }, ['', '?cursor=2', '?cursor=3'])).toEqual([
      { ids: [1, 2, 3], rest: { more: true, next_cursor: 2 } },
      { ids: [4, 5], rest: { more: false, next_cursor: 3 } },
      { ids: [], rest: { more: false, next_cursor: 3 } },
    ]);
  });

  it('ends late, at an empty page', async () => {
    const paging = { type: 'cursor', size: 2, cursors: 'number', lateEnd: true } as const;
    expect(await ask({ rows: 2, paging }, ['', '?cursor=2'])).toEqual([
      { ids: [1, 2], rest: { next_cursor: 2 } },
      { ids: [], rest: {} },
    ]);
  });

  it('has empty pages on its way', async () => {
    const paging = { type: 'cursor', size: 2, cursors: 'number', shortPages: { 2: 0 } } as const;
    expect(await ask({ rows: 4, paging }, ['', '?cursor=2', '?cursor=3'])).toEqual([
      { ids: [1, 2], rest: { next_cursor: 2 } },
      { ids: [], rest: { next_cursor: 3 } },
      { ids: [3, 4], rest: {} },
    ]);
  });

  it('is stuck', async () => {
    const paging = { type: 'cursor', size: 2, cursors: 'number', stuckAt: 2 } as const;
    expect(await ask({ rows: 9, paging }, ['?cursor=2'])).toEqual([
      { ids: [3, 4], rest: { next_cursor: 2 } },
    ]);
  });

  it('is an object, taken back in the body, at a path of its own', async () => {
    const paging = { type: 'cursor', size: 2, cursors: 'object', in: 'body', path: '"@next".at' } as const;
    const { url } = await serve({ rows: 3, paging });
    const post = async (body: unknown): Promise<Answer> =>
      json(
        await fetch(`${url}/items`, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'Content-Type': 'application/json' },
        }),
      );
    expect((await post({}))['@next']).toEqual({ at: { page: 2 } });
    expect(ids((await post({ cursor: { page: 2 } })).items)).toEqual([3]);
  });

  it('is taken from a header', async () => {
    const { url } = await serve({
      rows: 3,
      paging: { type: 'cursor', size: 2, in: 'header', param: 'X-Cursor' },
    });
    const response = await fetch(`${url}/items`, { headers: { 'X-Cursor': '++//Mg==' } });
    expect(ids((await json<Answer>(response)).items)).toEqual([3]);
  });
});

describe('Link header', () => {
  /** Link headers of all queries, the server's address as URL. */
  async function links(
    paging: Omit<FakePaging & { type: 'link' }, 'type'>,
    ...queries: string[]
  ): Promise<unknown[]> {
    const { url } = await serve({ rows: 5, paging: { type: 'link', size: 2, ...paging } });
    const found = [];
    for (const query of queries) {
      const response = await fetch(`${url}/items${query}`);
      found.push([ids(await response.json()), response.headers.get('Link')?.replaceAll(url, 'URL')]);
    }
    return found;
  }

  it('leads from page to page', async () => {
    expect(await links({}, '?sort=id&limit=2', '?page=2', '?page=3')).toEqual([
      [[1, 2], '<URL/items?sort=id&limit=2&page=2>; rel="next"'],
      [[3, 4], '<URL/items?page=3>; rel="next"'],
      [[5], undefined],
    ]);
  });

  it('has other relations besides', async () => {
    expect(
      await links({ otherRels: ['first', 'prev', 'last', 'help'], form: 'query' }, '', '?page=3'),
    ).toEqual([
      [[1, 2], '<?page=1>; rel="first", <?page=3>; rel="last", <?page=1>; rel="help", <?page=2>; rel="next"'],
      [[5], '<?page=1>; rel="first", <?page=2>; rel="prev", <?page=3>; rel="last", <?page=1>; rel="help"'],
    ]);
  });

  it.each([
    [{ writing: 'unquoted' }, '<URL/items?page=2>; rel=next'],
    [{ writing: 'upper' }, '<URL/items?page=2>; REL="NEXT"'],
    [{ writing: 'commas' }, '<URL/items?page=2>; title="a, <b>; rel=next"; rel="next"'],
    [{ writing: 'several' }, '<URL/items?page=2>; rel="page next"'],
    [{ form: 'path' }, '</items?page=2>; rel="next"'],
    [{ rel: 'more', param: 'p' }, '<URL/items?p=2>; rel="more"'],
    [{ otherOrigin: 'http://other.example' }, '<http://other.example/items?page=2>; rel="next"'],
  ] as const)('%j', async (paging, link) => {
    expect(await links(paging, '')).toEqual([[[1, 2], link]]);
  });
});

describe('next URL', () => {
  it.each([
    ['absolute', 'URL/items?limit=2&page=2'],
    ['path', '/items?limit=2&page=2'],
    ['query', '?limit=2&page=2'],
  ] as const)('is %s', async (form, next) => {
    expect(
      await ask({ rows: 3, paging: { type: 'nextUrl', form } }, ['?limit=2', '?limit=2&page=2']),
    ).toEqual([
      { ids: [1, 2], rest: { next } },
      { ids: [3], rest: {} },
    ]);
  });

  it('leads to another origin, or ends with null', async () => {
    const paging = {
      type: 'nextUrl',
      size: 2,
      path: 'links.next',
      otherOrigin: 'http://other.example',
      end: 'null',
    } as const;
    expect(await ask({ rows: 3, paging }, ['', '?page=2'])).toEqual([
      { ids: [1, 2], rest: { links: { next: 'http://other.example/items?page=2' } } },
      { ids: [3], rest: { links: { next: null } } },
    ]);
  });
});

describe('GraphQL', () => {
  const post = async (url: string, body: unknown): Promise<Response> =>
    fetch(`${url}/items`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    });

  it('has edges, and a cursor that is a variable', async () => {
    const { url } = await serve({ rows: 3, paging: { type: 'graphql' } });
    const query = '{ items { edges } }';
    expect(await json(await post(url, { query, variables: { first: 2 } }))).toEqual({
      data: {
        items: {
          edges: [
            { cursor: '++//Mg==', node: { id: 1, name: 'Café 1' } },
            { cursor: '++//Mg==', node: { id: 2, name: 'Café 2' } },
          ],
          pageInfo: { hasNextPage: true, endCursor: '++//Mg==' },
        },
      },
    });
    const variables = { first: 2, after: '++//Mg==' };
    expect(await json(await post(url, { query, variables }))).toMatchObject({
      data: { items: { edges: [{ node: { id: 3 } }], pageInfo: { hasNextPage: false } } },
    });
    expect((await post(url, {})).status).toBe(400);
  });

  it('has nodes, a total and a connection of its own', async () => {
    const paging = { type: 'graphql', list: 'nodes', connection: 'data.users', stuckAt: 1, size: 1 } as const;
    const { url } = await serve({ rows: [{ id: 1 }], paging, total: 'data.users.totalCount' });
    const pageInfo = { hasNextPage: true, endCursor: '++//MQ==' };
    expect(await json(await post(url, { query: '{}' }))).toEqual({
      data: { users: { nodes: [{ id: 1 }], pageInfo, totalCount: 1 } },
    });
  });

  it('has no cursor where it has no rows', async () => {
    const { url } = await serve({ rows: 0, paging: { type: 'graphql' } });
    expect(await json(await post(url, { query: '{}' }))).toEqual({
      data: { items: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } } },
    });
  });
});
