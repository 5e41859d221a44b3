import { describe, expect, it } from '@jest/globals';
import type { PaginateOptions, Row } from 'connector-host';
import type { JsonAnswer, JsonRequest } from '../../helpers/serve-json.js';
import { read, rowsOf, type Options } from './read.js';

const ALL = rowsOf(1, 250);
const slice = (offset: number): Row[] => ALL.slice(offset, offset + 100);
const offsetOf = ({ query }: JsonRequest): number => Number(query.get('offset') ?? query.get('cursor') ?? 0);
const nextOf = (offset: number): string | null => (offset + 100 < 250 ? String(offset + 100) : null);

describe('what would lose or double rows in silence', () => {
  it.each<[string, Options['paging'], PaginateOptions['onRepeat'], (request: JsonRequest) => object, RegExp]>(
    [
      [
        'a total that is capped, while the API names a next page',
        { type: 'cursor', path: 'next', totalPath: 'total' },
        'error',
        (request) => ({ total: 200, items: slice(offsetOf(request)), next: nextOf(offsetOf(request)) }),
        /brought 250 rows so far, where the API says that there are 200/,
      ],
      [
        'a total that is capped, while has_more says that more follows',
        { type: 'offset', size: 100, totalPath: 'total', hasMorePath: 'more' },
        'error',
        (request) => ({ total: 200, items: slice(offsetOf(request)), more: offsetOf(request) < 200 }),
        /brought 250 rows/,
      ],
      [
        'a repeat that ends the read before the total',
        { type: 'offset', size: 100, totalPath: 'total' },
        'stop',
        (request) => ({ total: 250, items: slice(Math.min(offsetOf(request), 100)) }),
        /ended the pages \(repeat\) with 200 rows so far, where the API says that there are 250/,
      ],
      [
        'a repeat that ends the read though more follows',
        { type: 'offset', size: 100, hasMorePath: 'more' },
        'stop',
        (request) => ({ more: true, items: slice(Math.min(offsetOf(request), 100)) }),
        /ended the pages \(repeat\), though the API says that more follows/,
      ],
      [
        'one page where more follows',
        { type: 'none', hasMorePath: 'more' },
        'error',
        () => ({ more: true, items: slice(0) }),
        /ended the pages \(one-page\), though the API says that more follows/,
      ],
      [
        'an offset without rows where more follows',
        { type: 'offset', size: 100, hasMorePath: 'more' },
        'error',
        (request) => ({ more: true, items: offsetOf(request) === 0 ? slice(0) : [] }),
        /ended the pages \(empty-page\), though the API says that more follows/,
      ],
      [
        'a keyset whose field does not tell rows apart',
        { type: 'keyset', field: 'name' },
        'error',
        () => ({ items: slice(0) }),
        /has the same "name" in its last two rows/,
      ],
    ],
  )('is an error: %s', async (_what, paging, onRepeat = 'error', json, message) => {
    const reading = read((request) => ({ json: json(request) }), { paging, onRepeat, rows: 'items' });
    await expect(reading).rejects.toMatchObject({
      code: 'PAGING_FAILED',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('takes no HTML page, and no refusal of a page that the API named, for proof of a total', async () => {
    const paging = { type: 'offset', size: 100, totalPath: 'count' } as const;
    const html = ({ number }: JsonRequest): JsonAnswer =>
      number === 1
        ? { json: { count: 100, items: slice(0) } }
        : { json: {}, headers: { 'Content-Type': 'text/html' } };
    await expect(read(html, { paging, rows: 'items' })).rejects.toMatchObject({ code: 'PAGING_FAILED' });
    const named = ({ number }: JsonRequest): JsonAnswer =>
      number === 1 ? { json: { count: 100, items: slice(0), next: 'x' } } : { json: {}, status: 400 };
    const cursor = { type: 'cursor', path: 'next', totalPath: 'count' } as const;
    await expect(read(named, { paging: cursor, rows: 'items' })).rejects.toMatchObject({
      code: 'HTTP_REFUSED',
    });
  });

  it('finds the next link among links that few write so', async () => {
    for (const link of [
      '</f.woff2>; rel=preload; as=font; crossorigin, <?p=2>; rel="next"',
      '<?p=2>; foo; rel="next"',
      "<?p=2>; rel='next'",
      ', <?p=2>; rel=next,',
      '<?p=2>; title="a, <b>; rel=next; c"; REL="prefetch NEXT"',
    ]) {
      const { ids } = await read(
        ({ query }) =>
          query.has('p') ? { json: rowsOf(3, 4) } : { json: rowsOf(1, 2), headers: { Link: link } },
        { paging: { type: 'link' } },
      );
      expect(ids).toEqual([1, 2, 3, 4]);
    }
  });

  it('sends a page size in a header or the body with every next link', async () => {
    const sizes: unknown[] = [];
    await read(
      ({ headers, query }) => {
        sizes.push(headers['x-size']);
        return {
          json: { items: rowsOf(1 + query.size, 1 + query.size), next: query.has('p') ? null : '?p=2' },
        };
      },
      {
        paging: { type: 'nextUrl', path: 'next', in: 'header', size: 20, sizeParam: 'x-size' },
        rows: 'items',
      },
    );
    expect(sizes).toEqual(['20', '20']);
  });

  it('takes no late repetition for the end, also where a repeat is one', async () => {
    let page = 0;
    const cycle = (): JsonAnswer => {
      page += 1;
      const seen = page > 7 ? 3 + ((page - 3) % 5) : page;
      return { json: rowsOf(seen, seen) };
    };
    await expect(read(cycle, { paging: { type: 'page' }, onRepeat: 'stop' })).rejects.toMatchObject({
      code: 'PAGING_FAILED',
    });
  });

  it('finds rows that come again after a first page of one row, and among values that repeat', async () => {
    const answers = [[1], [2, 3, 4], [4, 5, 6], []].map((ids) => ids.map((id) => ({ id })));
    let number = 0;
    const uneven = (): JsonAnswer => ({ json: answers[number++] });
    await expect(read(uneven, { paging: { type: 'page' } })).rejects.toMatchObject({ code: 'PAGING_FAILED' });
  });
});

describe('what is right, though it looks odd', () => {
  it('ends a feed at an empty page that names the cursor it was asked with', async () => {
    const { ids, context } = await read(
      (request) => {
        const cursor = offsetOf(request);
        return { json: { items: slice(cursor), next: String(Math.min(cursor + 100, 250)) } };
      },
      { paging: { type: 'cursor', path: 'next' }, rows: 'items' },
    );
    expect(ids).toHaveLength(250);
    expect(context.pagings).toMatchObject([{ end: 'no-next', pages: 4 }]);
  });

  it('ends at the total before the largest offset is passed', async () => {
    const { ids } = await read((request) => ({ json: { total: 250, items: slice(offsetOf(request)) } }), {
      paging: { type: 'offset', size: 100, maxOffset: 200, totalPath: 'total' },
      rows: 'items',
    });
    expect(ids).toHaveLength(250);
  });

  it('reads as many pages as it may, and no more', async () => {
    const answer = (request: JsonRequest): JsonAnswer => ({ json: slice(offsetOf(request)) });
    const paging = { type: 'offset', size: 100 } as const;
    expect((await read(answer, { paging, maxPages: 3 })).ids).toHaveLength(250);
    await expect(read(answer, { paging, maxPages: 2 })).rejects.toMatchObject({
      message: 'GET /rows (offset=200, limit=100) was page 3, and maxPages is 2',
    });
  });

  it('warns of a total that changes in mid-read', async () => {
    const { context } = await read(
      (request) => ({
        json: {
          total: 250 - (offsetOf(request) > 0 ? 1 : 0),
          items: slice(offsetOf(request)).slice(0, offsetOf(request) === 200 ? 49 : 100),
        },
      }),
      { paging: { type: 'offset', size: 100, totalPath: 'total' }, rows: 'items' },
    );
    expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([
      expect.stringMatching(/changed from 250 to 249 in mid-read, so rows may be missing or doubled$/),
    ]);
  });

  it('takes one row alike at the border of two pages for data, where no column tells rows apart', async () => {
    const log = [
      { second: 1, text: 'a' },
      { second: 2, text: 'b' },
      { second: 3, text: 'c' },
    ];
    const answers: Row[][] = [
      log,
      [
        { second: 3, text: 'c' },
        { second: 4, text: 'd' },
      ],
      [],
    ];
    let number = 0;
    const { pages } = await read(() => ({ json: answers[number++] }), { paging: { type: 'page' } });
    expect(pages).toEqual([3, 2]);
  });
});

it.each<[object, string]>([
  [
    { paging: { type: 'keysett' } },
    'paginate: the option "paging.type" must be one of none, page, offset, cursor, keyset, graphql, link, nextUrl',
  ],
  [
    {},
    'paginate: the option "paging.type" must be one of none, page, offset, cursor, keyset, graphql, link, nextUrl',
  ],
  [
    { paging: { type: 'keyset' } },
    'paginate: the option "paging.field" must be a text where paging.type is keyset',
  ],
  [
    { paging: { type: 'page', endStatus: 404 } },
    'paginate: the option "paging.endStatus" must be a list of statuses',
  ],
  [
    { paging: { type: 'page' }, onRepeat: 'stopp' },
    'paginate: the option "onRepeat" must be error, stop or allow',
  ],
])('names a wrong option: %j', async (options, message) => {
  await expect(read(() => ({ json: [] }), options as Options)).rejects.toMatchObject({
    name: 'ConnectorError',
    message,
  });
});

it('takes a link that leads to the same empty page for no end', async () => {
  const answer = (): JsonAnswer => ({ json: [], headers: { Link: '<?page=2>; rel="next"' } });
  await expect(read(answer, { paging: { type: 'link' } })).rejects.toMatchObject({
    code: 'PAGING_FAILED',
    message: expect.stringMatching(/named a next URL that was there before$/) as unknown,
  });
});
