import { describe, expect, it } from '@jest/globals';
import { paginate } from 'connector-host';
import { fakeContext } from '../../connectors/fake-context.js';
import { serveJson, type JsonAnswer, type JsonRequest } from '../../helpers/serve-json.js';
import { ALL, read, rowsOf, type Options } from './read.js';

/** Seven rows by offset, three at most. */
const byOffset = ({ query }: JsonRequest): JsonAnswer => {
  const offset = Number(query.get('offset'));
  return { json: ALL.slice(offset, offset + Math.min(Number(query.get('limit')), 3)) };
};

/** Seven rows by a cursor, three a page, in an envelope. */
const byCursor = (cursor: string | number | null | undefined): JsonAnswer => {
  const first = cursor === null || cursor === undefined ? 0 : Number(cursor);
  return { json: { rows: ALL.slice(first, first + 3), next: first + 3 < 7 ? first + 3 : null } };
};

describe('a read by offset', () => {
  it('moves by the rows that came, and ends at an empty page', async () => {
    const { ids, asked, context } = await read(byOffset, {
      paging: { type: 'offset', size: 5 },
      prefetch: false,
    });
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(asked).toEqual(['offset=0&limit=5', 'offset=3&limit=5', 'offset=6&limit=5', 'offset=7&limit=5']);
    expect(context.pagings).toMatchObject([{ paging: 'offset', pages: 4, rows: 7, end: 'empty-page' }]);
    expect(context.lines.at(-1)).toMatch(
      /^info read 7 rows in 4 pages from .* \(offset\), ended by empty-page$/,
    );
  });

  it('drops a page that was asked for ahead and turns out to be at the wrong offset', async () => {
    const { ids, pages } = await read(
      ({ query }) => {
        const offset = Number(query.get('offset'));
        // The third page is short, so a fourth that was guessed begins too late.
        const lengths: Readonly<Record<number, number>> = { 0: 2, 2: 2, 4: 1 };
        return { json: ALL.slice(offset, offset + (lengths[offset] ?? 2)) };
      },
      { paging: { type: 'offset', size: 2 } },
    );
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(pages).toEqual([2, 2, 1, 2]);
  });

  it('stops at the largest offset that the API serves', async () => {
    await expect(read(byOffset, { paging: { type: 'offset', size: 3, maxOffset: 5 } })).rejects.toMatchObject(
      {
        code: 'PAGING_FAILED',
        message:
          'GET /rows (offset=3, limit=3) may have more rows behind it, but no offset beyond 5 is served',
      },
    );
  });

  it('asks for no page that the limit does not need', async () => {
    for (const limit of [1, 3, 4, 6, 7]) {
      const { ids, asked } = await read(byOffset, { paging: { type: 'offset', size: 3 }, limit });
      expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7].slice(0, limit));
      expect(asked).toHaveLength(Math.ceil(limit / 3));
    }
  });

  it('asks for the next page only when the last was consumed, where it must', async () => {
    const api = await serveJson(byOffset);
    const pages = paginate(fakeContext(), {
      url: api.url,
      paging: { type: 'offset', size: 3 },
      prefetch: false,
    });
    await pages.next();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(api.requests).toHaveLength(1);
    await pages.next();
    expect(api.requests).toHaveLength(2);
    await pages.return();
  });

  it('ends what is under way when it is closed', async () => {
    let open = 0;
    const api = await serveJson(async (request) => {
      if (request.number === 1) return byOffset(request);
      open += 1;
      return new Promise(() => undefined);
    });
    const context = fakeContext();
    const pages = paginate(context, { url: api.url, paging: { type: 'offset', size: 3 } });
    await pages.next();
    while (open === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await pages.return();
    expect(context.pagings).toMatchObject([{ pages: 1, rows: 3, end: 'closed' }]);
  });
});

describe('a read by cursor', () => {
  it.each<[string, Options, (request: JsonRequest) => JsonAnswer, string[]]>([
    [
      'in the query',
      { paging: { type: 'cursor', path: 'next', sizeParam: 'n', size: 3 } },
      ({ query }) => byCursor(query.get('cursor')),
      ['n=3', 'cursor=3&n=3', 'cursor=6&n=3'],
    ],
    [
      'in a header',
      { paging: { type: 'cursor', path: 'next', in: 'header', param: 'X-After' } },
      ({ headers }) => byCursor(headers['x-after'] as string | undefined),
      ['', '', ''],
    ],
    [
      'in the body, deep',
      {
        paging: { type: 'cursor', path: 'next', in: 'body', param: 'page.after' },
        body: { page: { of: 'rows' } },
      },
      ({ body }) => byCursor((body as { page: { after?: number } }).page.after),
      ['{"page":{"of":"rows"}}', '{"page":{"of":"rows","after":3}}', '{"page":{"of":"rows","after":6}}'],
    ],
  ])('sends it %s', async (_where, options, answer, asked) => {
    const result = await read(answer, { ...options, rows: 'rows' });
    expect(result.ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(result.asked).toEqual(asked);
    expect(result.context.pagings).toMatchObject([{ pages: 3, end: 'no-next' }]);
  });

  it('goes on over empty pages while there is a cursor', async () => {
    const { ids } = await read(
      ({ query }) => {
        const cursor = Number(query.get('cursor') ?? 0);
        return {
          json: { rows: cursor === 1 ? [] : rowsOf(cursor, cursor), next: cursor < 3 ? cursor + 1 : '' },
        };
      },
      { paging: { type: 'cursor', path: 'next' }, rows: 'rows' },
    );
    expect(ids).toEqual([0, 2, 3]);
  });

  it('keeps the digits of a cursor beyond 2^53', async () => {
    const { asked } = await read(
      ({ query }) => ({
        json: { rows: rowsOf(query.size, query.size), next: query.size === 0 ? 'BIG' : null },
        headers: {},
      }),
      { paging: { type: 'cursor', path: 'next' }, rows: 'rows' },
    );
    expect(asked).toEqual(['', 'cursor=BIG']);
  });

  it('warns of one page whose cursor is nowhere, if it may be full', async () => {
    const paging = { type: 'cursor', path: 'nxt' } as const;
    const { context } = await read(() => ({ json: { rows: rowsOf(1, 10) } }), { paging, rows: 'rows' });
    expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([
      expect.stringMatching(/has only one page of 10 rows, as it names no next page at "nxt"; check that/),
    ]);
    const sized = { ...paging, size: 100, sizeParam: 'n' } as const;
    const lowered = await read(() => ({ json: { rows: rowsOf(1, 50) } }), { paging: sized, rows: 'rows' });
    expect(lowered.context.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
    const last = await read(() => ({ json: { rows: rowsOf(1, 10), nxt: null } }), { paging, rows: 'rows' });
    expect(last.context.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
    const short = await read(() => ({ json: { rows: rowsOf(1, 9) } }), { paging, rows: 'rows' });
    expect(short.context.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('refuses a cursor that is an object, and the same one again', async () => {
    const options: Options = { paging: { type: 'cursor', path: 'next' }, rows: 'rows' };
    await expect(read(() => ({ json: { rows: rowsOf(1, 1), next: {} } }), options)).rejects.toMatchObject({
      code: 'PAGING_FAILED',
      message: 'GET /rows has an object at "next", where the cursor should be',
    });
    let id = 0;
    const sameCursor = (): JsonAnswer => ({ json: { rows: [{ id: (id += 1) }], next: 'c' } });
    await expect(read(sameCursor, options)).rejects.toMatchObject({
      message: 'GET /rows (cursor=c) named a cursor that was there before',
    });
    expect((await read(sameCursor, { ...options, onRepeat: 'stop' })).ids).toHaveLength(2);
  });
});

describe('a keyset', () => {
  const after =
    (inclusive: boolean) =>
    ({ query }: JsonRequest): JsonAnswer => {
      const last = Number(query.get('after') ?? 0);
      return {
        json: ALL.filter(({ id }) => Number(id) > last - (inclusive && last > 0 ? 1 : 0)).slice(0, 3),
      };
    };

  it('begins after the last row', async () => {
    const { ids, asked } = await read(after(false), { paging: { type: 'keyset', field: 'id' } });
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(asked).toEqual(['', 'after=3', 'after=6', 'after=7']);
  });

  it('sees that the last row comes again, and drops it where it is told to', async () => {
    const paging = { type: 'keyset', field: 'id' } as const;
    await expect(read(after(true), { paging })).rejects.toMatchObject({
      code: 'PAGING_FAILED',
      message: 'GET /rows (after=3) began with the row that ended GET /rows',
    });
    expect((await read(after(true), { paging, onRepeat: 'stop' })).ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('GraphQL', () => {
  const users = ({ body }: JsonRequest): JsonAnswer => {
    const { variables } = body as { variables: { after?: string; first: number } };
    const first = Number(variables.after ?? 0);
    const edges = ALL.slice(first, first + variables.first).map((node) => ({ node }));
    const pageInfo = { hasNextPage: first + variables.first < 7, endCursor: String(first + edges.length) };
    return { json: { data: { users: { edges, pageInfo } } } };
  };
  const options: Options = {
    paging: { type: 'graphql', pageInfo: 'data.users.pageInfo', size: 3, sizeVariable: 'first' },
    body: { query: 'query', variables: { of: 'x' } },
    rows: 'data.users.edges[].node',
  };

  it('sends the cursor as a variable', async () => {
    const { ids, asked, context } = await read(users, options);
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(asked.at(-1)).toBe('{"query":"query","variables":{"of":"x","after":"6","first":3}}');
    expect(context.pagings).toMatchObject([{ end: 'no-more' }]);
  });

  it('refuses an answer with errors, and one without pageInfo', async () => {
    const failing = (): JsonAnswer => ({ json: { data: null, errors: [{ message: 'no such field' }] } });
    await expect(read(failing, options)).rejects.toMatchObject({
      code: 'PAGING_FAILED',
      message: 'POST /rows (variables.first=3) was answered with an error: no such field',
    });
    const bare = (): JsonAnswer => ({ json: { data: { users: { edges: [] } } } });
    await expect(read(bare, options)).rejects.toThrow('has no "data.users.pageInfo.hasNextPage"; ask for it');
  });
});
