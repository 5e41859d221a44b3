import { describe, expect, it } from '@jest/globals';
import { ConfigError, paginate } from 'connector-host';
import { fakeContext } from '../../connectors/fake-context.js';
import type { JsonAnswer, JsonRequest } from '../../helpers/serve-json.js';
import { ALL, read, type Options } from './read.js';

describe('what is no page of rows', () => {
  const options: Options = { paging: { type: 'page' }, rows: 'data.items' };

  it.each<[string, unknown, string]>([
    [
      'a path that ends early',
      { data: { rows: [] } },
      'has nothing at "data.items": "data" has no "items" (its keys: rows)',
    ],
    [
      'a path that begins nowhere',
      { meta: {} },
      'has nothing at "data.items": the answer has no "data" (its keys: meta)',
    ],
    ['a path through a list', { data: [1] }, 'has nothing at "data.items": "data" is a list'],
    ['null', { data: { items: null } }, 'has null at "data.items", where a list of rows should be'],
    ['a number', { data: { items: 3 } }, 'has a number at "data.items", where a list of rows should be'],
    [
      'an object',
      { data: { items: { a: 1 } } },
      'has an object (its keys: a) at "data.items", where a list of rows should be',
    ],
    [
      'a list of texts',
      { data: { items: ['a'] } },
      'has a list of strings at "data.items", where a list of rows should be',
    ],
    [
      'a list with a gap',
      { data: { items: [{}, null] } },
      'has null as item 2 at "data.items", where a row should be',
    ],
  ])('refuses %s', async (_what, json, message) => {
    await expect(read(() => ({ json }), options)).rejects.toMatchObject({
      code: 'PAGING_FAILED',
      message: `GET /rows (page=1) ${message}`,
    });
  });

  it('takes what is missing for no rows where it is told to', async () => {
    const answer = ({ number }: JsonRequest): JsonAnswer => ({
      json: number === 1 ? { data: { items: ALL } } : {},
    });
    const { ids } = await read(answer, { ...options, emptyIfMissing: true });
    expect(ids).toHaveLength(7);
    await expect(read(answer, options)).rejects.toMatchObject({ code: 'PAGING_FAILED' });
  });

  it('reads one object as a row where there is no paging, and records inside items', async () => {
    expect((await read(() => ({ json: { id: 1 } }), { paging: { type: 'none' } })).ids).toEqual([1]);
    const nested = (): JsonAnswer => ({ json: [{ node: { id: 1 } }, { node: { id: 2 } }] });
    expect((await read(nested, { paging: { type: 'none' }, record: 'node' })).ids).toEqual([1, 2]);
    await expect(read(() => ({ json: [{}] }), { paging: { type: 'none' }, record: 'node' })).rejects.toThrow(
      'has nothing at "node" of item 1 as the answer, where a row should be',
    );
  });

  it('says at once that a path is none', () => {
    expect(() => paginate(fakeContext(), { url: '/', paging: { type: 'none' }, rows: 'a[' })).toThrow(
      ConfigError,
    );
  });
});
