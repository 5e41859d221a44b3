import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiConnectorConfig } from '../../../python-connectors/my-plugin-api-connector/api-config.js';
import {
  startApi,
  type FixtureApi,
} from '../../../python-connectors/my-plugin-api-connector/fixtures/api.js';
import type { Row } from '../../../src/index.js';
import { fakeContext } from '../fake-context.js';
import { playWrites, type Played, type PlayOptions, type Step } from './play-writes.js';

let api: FixtureApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const play = (config: ApiConnectorConfig, steps: readonly Step[], how?: PlayOptions): Promise<Played> =>
  playWrites({ api_endpoint: api.url, ...config }, steps, how);

const asked = (): string[] => api.writes.map(({ request }) => request);
const bodies = (): unknown[] =>
  api.writes.map(({ body }) => (body === '' ? '' : (JSON.parse(body) as unknown)));

async function read(path: string): Promise<Row[]> {
  const headers = { Authorization: 'Bearer fixture-key' };
  return (await fakeContext().http.get<Row[]>(`${api.url}${path}`, { headers })).data;
}

const ADA = { id: 1, name: 'Ada' };
const BOB = { id: 2, name: 'Bob' };
const CY = { id: 7, name: 'Cy' };

describe('rows that are new', () => {
  it.each<[ApiConnectorConfig, string, string, string]>([
    [{}, 'POST /upload', 'application/json', '[{"id":1,"name":"Ada"},{"id":7,"name":"Cy"}]'],
    [
      { write_path: '/bulk/list', body_shape: 'records' },
      'POST /bulk/list',
      'application/json',
      '{"records":[{"id":1,"name":"Ada"},{"id":7,"name":"Cy"}]}',
    ],
    [
      { write_path: '/{resource}', resource: 'orders', write_method: 'POST' },
      'POST /orders',
      'application/json',
      '[{"id":1,"name":"Ada"},{"id":7,"name":"Cy"}]',
    ],
    [
      { write_path: '/bulk/ndjson', body_shape: 'ndjson' },
      'POST /bulk/ndjson',
      'application/x-ndjson',
      '{"id":1,"name":"Ada"}\n{"id":7,"name":"Cy"}\n',
    ],
  ])('go with %j as %s, %s', async (config, request, contentType, body) => {
    await play(config, [['insert', [ADA, CY]]]);
    expect(api.writes).toEqual([
      { request, contentType, body, idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  it('go one by one as objects, in the order of the rows', async () => {
    await play({ write_path: '/{table}', body_shape: 'object' }, [['insert', [ADA, CY]]]);
    expect([asked(), bodies()]).toEqual([
      ['POST /users', 'POST /users'],
      [ADA, CY],
    ]);
    expect(await read('/users/7')).toEqual(CY);
  });

  it('go in batches of batch_rows or batch_bytes', async () => {
    await play({ batch_rows: 2 }, [['insert', [ADA, BOB, CY]]]);
    await play({ batch_bytes: 40 }, [['insert', [ADA, BOB, CY]]]);
    expect(bodies()).toEqual([[ADA, BOB], [CY], [ADA], [BOB], [CY]]);
  });

  it('have their integers with all digits in every shape', async () => {
    const big = [{ id: 9007199254740993n, name: 'big', nested: { list: [2n ** 62n, null] } }];
    for (const body_shape of ['array', 'records', 'object', 'ndjson'] as const) {
      const write_path = body_shape === 'object' ? '/users' : '/bulk/list';
      await play({ body_shape, write_path }, [['insert', big]]);
    }
    const row = '{"id":9007199254740993,"name":"big","nested":{"list":[4611686018427387904,null]}}';
    expect(api.writes.map(({ body }) => body)).toEqual([`[${row}]`, `{"records":[${row}]}`, row, `${row}\n`]);
  });
});

describe('rows that are written by their key', () => {
  it('go as new ones by default, and one without its key is refused', async () => {
    const { refused } = await play({}, [['upsert', [ADA, { id: null, name: 'nobody' }, CY]]]);
    expect(refused.map(({ number, code, message }) => [number, code, message])).toEqual([
      [2, 'ROW_INVALID', 'the key column "id" of table "users" has no value'],
    ]);
    expect(await read('/uploaded')).toEqual([ADA, CY]);
  });

  it('go with PUT as whole rows, with PATCH as what is given', async () => {
    await play({ upsert_method: 'PUT' }, [['upsert', [ADA]]]);
    // Rows of two runs have the same names here.
    const named = { idempotency_header: '' };
    await play({ upsert_method: 'PATCH', ...named }, [['upsert', [{ id: 2, email: 'g@example.com' }]]]);
    expect(asked()).toEqual(['PUT /users/1', 'PATCH /users/2']);
    expect(await read('/users')).toEqual([
      ADA,
      {
        id: 2,
        name: 'Grace Hopper',
        email: 'g@example.com',
        is_active: true,
        created_at: '2024-03-01',
      },
      expect.objectContaining({ id: 3 }),
    ]);
  });

  it('are made where they are not there and upsert_missing says so', async () => {
    const config = { upsert_method: 'PUT', write_path: '/{resource}', body_shape: 'object' } as const;
    await play({ ...config, upsert_missing: 'insert' }, [['upsert', [ADA, CY]]]);
    expect(asked()).toEqual(['PUT /users/1', 'PUT /users/7', 'POST /users']);
    expect(await read('/users/7')).toEqual(CY);
  });

  it('are refused, or end the run, where they are not there', async () => {
    const gone = [['upsert', [CY, ADA]]] as const;
    const { refused } = await play({ upsert_method: 'PUT', upsert_missing: 'reject' }, gone);
    expect(refused).toEqual([
      {
        row: CY,
        number: 1,
        operation: 'upsert',
        attempts: 1,
        code: '404',
        message: `PUT ${api.url}/users/7 answered 404 Not Found: "{\\"error\\":\\"not found\\"}"`,
        request: `PUT ${api.url}/users/7`,
        status: 404,
        response: '{"error":"not found"}',
      },
    ]);
    expect(await read('/users/1')).toEqual(ADA);
    await expect(play({ upsert_method: 'PUT' }, gone)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      action: expect.stringContaining('set upsert_missing to insert or reject'),
    });
  });

  it('are refused one by one, with the request and the answer', async () => {
    const { refused } = await play({ upsert_method: 'PUT' }, [
      ['upsert', [ADA, { id: 2 }, { id: 3, name: 'José' }]],
    ]);
    expect(refused).toMatchObject([
      { number: 2, code: '422', attempts: 1, status: 422, request: `PUT ${api.url}/users/2` },
    ]);
    expect(asked()).toEqual(['PUT /users/1', 'PUT /users/2', 'PUT /users/3']);
  });

  it('have their key encoded in the path, and a key that no path can have is refused', async () => {
    const config = { upsert_method: 'PUT', upsert_missing: 'reject' } as const;
    const ids = ['a/b?c#d e', 'ü,%', '', '.', '..', null, { a: 1 }, '\ud800', true, 5n];
    const { refused } = await play(config, [['upsert', ids.map((id) => ({ id }))]]);
    expect(asked()).toEqual([
      'PUT /users/a%2Fb%3Fc%23d%20e',
      'PUT /users/%C3%BC%2C%25',
      'PUT /users/true',
      'PUT /users/5',
    ]);
    expect(refused.filter(({ code }) => code === 'ROW_INVALID').map(({ row }) => row.id)).toEqual(
      ids.slice(2, 8),
    );
  });

  it('have several key columns joined, or each in its place', async () => {
    const how = { key: ['order_id', 'line'] };
    const rows = [{ order_id: 'a,b', line: 2 }];
    await play({ upsert_method: 'PUT', upsert_missing: 'reject' }, [['upsert', rows]], how);
    const upsert_path = '/orders/{order_id}/lines/{line}';
    await play({ upsert_method: 'PUT', upsert_missing: 'reject', upsert_path }, [['upsert', rows]], how);
    expect(asked()).toEqual(['PUT /users/a%2Cb,2', 'PUT /orders/a%2Cb/lines/2']);
  });

  it('need a key, and a path that names columns of it', async () => {
    await expect(play({ upsert_method: 'PUT' }, [['upsert', [ADA]]], { key: [] })).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'table "users" has no primary key, and rows go to the API by their key',
    });
    const upsert_path = '/users/{nr}';
    await expect(play({ upsert_method: 'PUT', upsert_path }, [['upsert', [ADA]]])).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'the path /users/{nr} has {nr}, which is no key column of the table',
    });
  });

  it('may have some columns changed, of rows that are there', async () => {
    const patches = [{ id: 1, name: 'A' }, CY];
    const { warnings, refused } = await play({ upsert_method: 'PUT' }, [['update', patches]]);
    expect(asked()).toEqual(['PATCH /users/1', 'PATCH /users/7']);
    expect(refused).toEqual([]);
    expect(warnings).toEqual(['warn 1 row to change or delete was not there (table users)']);
    expect(await read('/users/1')).toMatchObject({ name: 'A', email: 'ada@example.com' });
  });
});

describe('rows that are removed', () => {
  it('go with DELETE, and may be gone already', async () => {
    const { warnings } = await play({}, [['delete', [{ id: 1 }, { id: 7 }, { id: 8 }]]]);
    expect(asked()).toEqual(['DELETE /users/1', 'DELETE /users/7', 'DELETE /users/8']);
    expect(warnings).toEqual(['warn 2 rows to change or delete were not there (table users)']);
    expect((await read('/users')).map(({ id }) => id)).toEqual([2, 3]);
  });

  it('go in batches of keys where the API takes them', async () => {
    const config = { delete_method: 'batch', delete_path: '/upload', batch_rows: 2 } as const;
    await play(config, [['delete', [{ id: 1 }, { id: 2 }, { id: 3 }]]]);
    expect([asked(), bodies()]).toEqual([
      ['POST /upload', 'POST /upload'],
      [[{ id: 1 }, { id: 2 }], [{ id: 3 }]],
    ]);
  });

  it('keep their order among the others', async () => {
    const config = { upsert_method: 'PUT', write_path: '/users', max_in_flight: 8, batch_rows: 1 } as const;
    await play(config, [
      ['insert', [CY]],
      ['upsert', [{ id: 7, name: 'Cyd' }]],
      ['delete', [{ id: 7 }]],
      ['insert', [CY]],
    ]);
    expect(asked()).toEqual(['POST /users', 'PUT /users/7', 'DELETE /users/7', 'POST /users']);
  });
});

describe('an overwrite', () => {
  const reset_path = '/{resource}';
  it('removes what was there once, before its first row', async () => {
    const config = { reset_path, write_path: '/users', batch_rows: 1, max_in_flight: 4 } as const;
    await play(config, [['insert', [ADA, CY]]], { writeMode: 'OVERWRITE' });
    expect(asked()).toEqual(['DELETE /users', 'POST /users', 'POST /users']);
    expect(await read('/users')).toEqual([ADA, CY]);
  });

  it('names its requests anew each time, since rows that were removed are to be taken again', async () => {
    const config = { reset_path, write_path: '/users' } as const;
    for (let run = 0; run < 2; run += 1) await play(config, [['insert', [ADA]]], { writeMode: 'OVERWRITE' });
    expect(await read('/users')).toEqual([ADA]);
  });

  it('sends the requests of an append otherwise, which removes nothing', async () => {
    await play({ write_path: '/users' }, [['insert', [ADA]]], { writeMode: 'OVERWRITE' });
    await play({ write_path: '/users', reset_path }, [['insert', [ADA]]]);
    expect(asked()).toEqual(['POST /users', 'POST /users']);
    expect(await read('/users')).toHaveLength(3);
  });
});

describe('names of requests and rows', () => {
  it('are those of the host, the same in every run', async () => {
    const config = { upsert_method: 'PUT', row_key_field: '_key', idempotency_header: 'X-Request' } as const;
    await play(config, [
      ['upsert', [ADA]],
      ['insert', [BOB, CY]],
    ]);
    expect(bodies()).toEqual([
      { ...ADA, _key: 'row-1' },
      [
        { ...BOB, _key: 'row-2' },
        { ...CY, _key: 'row-3' },
      ],
    ]);
    expect(api.writes.map(({ idempotencyKey }) => idempotencyKey)).toEqual([undefined, undefined]);
  });

  it('make a request that came before no second one', async () => {
    for (let run = 0; run < 2; run += 1) await play({}, [['insert', [ADA]]]);
    expect(asked()).toHaveLength(2);
    expect(await read('/uploaded')).toEqual([ADA]);
    for (let run = 0; run < 2; run += 1) await play({ idempotency_header: '' }, [['insert', [ADA]]]);
    expect(await read('/uploaded')).toEqual([ADA, ADA, ADA]);
  });
});
