import { describe, expect, it } from '@jest/globals';
import { ConfigError, paginate, type Row } from 'connector-host';
import { fakeContext } from '../../connectors/fake-context.js';
import { serveJson, type JsonAnswer } from '../../helpers/serve-json.js';
import { read, rowsOf, type Options } from './read.js';

describe('a page that came before', () => {
  const cycle = (pages: readonly Row[][]) => {
    let number = 0;
    return (): JsonAnswer => ({ json: pages[number++ % pages.length] });
  };
  const [A, B, C] = [rowsOf(1, 2), rowsOf(3, 4), rowsOf(5, 6)];
  const options: Options = { paging: { type: 'page', size: 2 }, prefetch: false };

  it.each([
    [
      [A],
      'GET /rows (page=2, per_page=2) brought the same 2 rows as GET /rows (page=1, per_page=2)',
      /ignore the paging/,
    ],
    [
      [A, B],
      'GET /rows (page=3, per_page=2) brought the same 2 rows as GET /rows (page=1, per_page=2)',
      /begin anew/,
    ],
    [
      [A, B, B, B],
      'GET /rows (page=3, per_page=2) brought the same 2 rows as GET /rows (page=2, per_page=2)',
      /last page again/,
    ],
    [
      [A, B, [...B.slice(1), ...C]],
      'GET /rows (page=3, per_page=2) began with the row that ended GET /rows (page=2, per_page=2)',
      /fill up its last page/,
    ],
  ])('is an error', async (pages, message, action) => {
    await expect(read(cycle(pages), options)).rejects.toMatchObject({
      code: 'PAGING_FAILED',
      message,
      action: expect.stringMatching(action) as unknown,
    });
  });

  it('is found also in a cycle that leaves out the first page', async () => {
    let number = 0;
    const answer = (): JsonAnswer => {
      number += 1;
      return { json: number === 1 ? A : rowsOf(10 + (number % 37), 10 + (number % 37)) };
    };
    await expect(read(answer, options)).rejects.toMatchObject({ code: 'PAGING_FAILED' });
    expect(number).toBeLessThan(4 * 37);
  });

  it('ends the read where it is told to, and is given where that is told', async () => {
    expect((await read(cycle([A, B, B]), { ...options, onRepeat: 'stop' })).ids).toEqual([1, 2, 3, 4]);
    const answers = [A, A, []];
    let number = 0;
    const once = (): JsonAnswer => ({ json: answers[number++] });
    expect((await read(once, { ...options, onRepeat: 'allow' })).ids).toEqual([1, 2, 1, 2]);
  });

  it('is found whatever the connector did to the rows it was given', async () => {
    const api = await serveJson(cycle([A, B, B]));
    const pages = paginate(fakeContext(), { ...options, url: api.url });
    const consume = async (): Promise<void> => {
      for await (const page of pages) for (const row of page) delete row.id;
    };
    await expect(consume()).rejects.toBeInstanceOf(ConfigError);
  });

  it('is none where only neighbours are alike: rows without a column that tells them apart', async () => {
    const answers = [[{ a: 1 }, { a: 1 }], [{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 3 }], []];
    let number = 0;
    const { pages } = await read(() => ({ json: answers[number++] }), options);
    expect(pages).toEqual([2, 2, 2]);
  });
});
