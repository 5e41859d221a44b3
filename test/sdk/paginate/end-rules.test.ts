import { describe, expect, it } from '@jest/globals';
import type { JsonAnswer, JsonRequest } from '../../helpers/serve-json.js';
import { read, rowsOf, type Options } from './read.js';

describe('what an answer says about the end', () => {
  const paged =
    (extra: (page: number) => object, last = 3) =>
    ({ query }: JsonRequest): JsonAnswer => {
      const page = Number(query.get('page'));
      return { json: { rows: page > last ? [] : rowsOf(page * 2 - 1, page * 2), ...extra(page) } };
    };
  const options: Options = { paging: { type: 'page', size: 2 }, rows: 'rows', prefetch: false };

  it.each([false, 0, '', 'false', 'No', '0'])('takes has_more %j for no', async (no) => {
    const { ids, asked } = await read(
      paged((page) => ({ more: page === 2 ? no : true })),
      { ...options, paging: { type: 'page', hasMorePath: 'more' } },
    );
    expect([ids.length, asked.length]).toEqual([4, 2]);
  });

  it('goes on by the other rules where has_more is missing', async () => {
    const { ids } = await read(
      paged(() => ({})),
      { ...options, paging: { type: 'page', hasMorePath: 'more' } },
    );
    expect(ids).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('ends at the total without another request', async () => {
    const { ids, asked, context } = await read(
      paged(() => ({ total: '6' })),
      { ...options, paging: { type: 'page', totalPath: 'total' } },
    );
    expect([ids.length, asked.length]).toEqual([6, 3]);
    expect(context.pagings).toMatchObject([{ end: 'total' }]);
  });

  it.each([
    [
      'fewer rows than the total',
      8,
      'GET /rows (page=4) ended the pages (empty-page) with 6 rows so far, where the API says that there are 8',
    ],
    [
      'a count of the page for a total',
      2,
      'GET /rows (page=2) brought 4 rows so far, where the API says that there are 2',
    ],
  ])('refuses %s', async (_what, total, message) => {
    const paging = { type: 'page', totalPath: 'total' } as const;
    await expect(
      read(
        paged(() => ({ total })),
        { ...options, paging },
      ),
    ).rejects.toMatchObject({
      code: 'PAGING_FAILED',
      message,
    });
  });

  it('takes a status beyond the last page for the end where it is told to', async () => {
    const answer = (request: JsonRequest): JsonAnswer =>
      Number(request.query.get('page')) > 3
        ? { json: 'no such page', status: 404 }
        : paged(() => ({}))(request);
    const { ids, context } = await read(answer, { ...options, paging: { type: 'page', endStatus: [404] } });
    expect(ids).toEqual([1, 2, 3, 4, 5, 6]);
    expect(context.pagings).toMatchObject([{ end: 'end-status' }]);
    await expect(read(answer, options)).rejects.toMatchObject({
      code: 'HTTP_REFUSED',
      action: expect.stringContaining('add the status to endStatus') as unknown,
    });
  });

  it('counts from 1 where page 0 is empty', async () => {
    const answer = ({ query }: JsonRequest): JsonAnswer => {
      const page = Number(query.get('page'));
      return { json: page === 0 || page > 2 ? [] : rowsOf(page, page) };
    };
    expect((await read(answer, { paging: { type: 'page', first: 0 } })).ids).toEqual([1, 2]);
  });
});

it('makes sure of a total that the first page reaches, and takes a refusal of the second page for its proof', async () => {
  const paging = { type: 'page', totalPath: 'total', size: 10 } as const;
  const answer =
    (total: number) =>
    ({ query }: JsonRequest): JsonAnswer =>
      query.get('page') === '1'
        ? { json: { rows: rowsOf(1, 4), total } }
        : { json: { detail: 'no such page' }, status: 404 };
  const { ids, context } = await read(answer(4), { paging, rows: 'rows' });
  expect(ids).toEqual([1, 2, 3, 4]);
  expect(context.pagings).toMatchObject([{ pages: 1, end: 'total' }]);
  await expect(read(answer(5), { paging, rows: 'rows' })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
});

it('is not misled by the number of rows of a page, though the page is shorter than asked for', async () => {
  const paging = { type: 'page', totalPath: 'count', size: 10 } as const;
  const answer = ({ query }: JsonRequest): JsonAnswer => {
    const first = Number(query.get('page')) * 4 - 3;
    return { json: { rows: first > 25 ? [] : rowsOf(first, Math.min(first + 3, 25)), count: 4 } };
  };
  await expect(read(answer, { paging, rows: 'rows' })).rejects.toMatchObject({ code: 'PAGING_FAILED' });
});

it('refuses a path of the total that leads to nothing, and warns of one of has_more', async () => {
  const answer = ({ query }: JsonRequest): JsonAnswer => ({
    json: { rows: query.get('page') === '1' ? rowsOf(1, 2) : [] },
  });
  const total = read(answer, { paging: { type: 'page', totalPath: 'meta.totl' }, rows: 'rows' });
  await expect(total).rejects.toMatchObject({
    code: 'PAGING_FAILED',
    message: 'GET /rows (page=1) has nothing at "meta.totl", where the number of all rows should be',
  });
  const { ids, context } = await read(answer, { paging: { type: 'page', hasMorePath: 'mor' }, rows: 'rows' });
  expect(ids).toEqual([1, 2]);
  expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringMatching(/has anything at "mor", which should say whether more follows; correct the path$/),
  ]);
});
