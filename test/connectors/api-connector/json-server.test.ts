import { describe, expect, it } from '@jest/globals';
import { serveRest } from '../../helpers/serve-rest.js';
import { playWrites } from './play-writes.js';

const ADA = { id: 1, name: 'Ada', tags: ['a', { b: null }] };
const GRACE = { id: 2, name: 'Grace', tags: [] };
/** What an API of json-server wants: one object for each request, and POST for a row that is not there. */
const REST = {
  write_path: '/{resource}',
  body_shape: 'object',
  upsert_method: 'PUT',
  upsert_missing: 'insert',
} as const;

describe('rows in json-server', () => {
  it('are inserted, upserted, changed and deleted by their key', async () => {
    const api = await serveRest({ users: [GRACE] });
    await playWrites({ api_endpoint: api.url, ...REST }, [
      ['insert', [ADA]],
      [
        'upsert',
        [
          { id: 2, name: 'Grace Hopper' },
          { id: 'x/y', name: 'slash' },
        ],
      ],
      ['update', [{ id: 1, name: 'Ada Lovelace' }]],
      ['delete', [{ id: 'x/y' }, { id: 'gone' }]],
    ]);
    expect(api.writes).toEqual([
      'POST /users',
      'PUT /users/2',
      'PUT /users/x%2Fy',
      'POST /users',
      'PATCH /users/1',
      'DELETE /users/x%2Fy',
      'DELETE /users/gone',
    ]);
    expect(api.rows('users')).toEqual([
      { id: 2, name: 'Grace Hopper' },
      { ...ADA, name: 'Ada Lovelace' },
    ]);
  });

  it('are changed in the columns given, with PATCH', async () => {
    const api = await serveRest({ users: [ADA, GRACE] });
    const config = { api_endpoint: api.url, ...REST, upsert_method: 'PATCH' } as const;
    await playWrites(config, [['upsert', [{ id: 2, tags: ['new'] }]]]);
    expect(api.rows('users')).toEqual([ADA, { id: 2, name: 'Grace', tags: ['new'] }]);
  });

  it('are the last of each key, whatever is in flight', async () => {
    const api = await serveRest({ users: [] });
    const config = { api_endpoint: api.url, ...REST, max_in_flight: 8 } as const;
    const rows = Array.from({ length: 60 }, (_, n) => ({ id: (n % 5) + 1, version: n }));
    await playWrites(config, [['upsert', rows]]);
    expect(api.rows('users').toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(rows.slice(55));
  });
});
