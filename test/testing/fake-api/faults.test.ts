import { get, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { startFakeApi, type FakeRoute, type Fault, type FaultScript } from 'connector-host/testing';
import { json, useApi } from './use-api.js';

const { serve } = useApi();
const JSON_TYPE = 'application/json; charset=utf-8';
const BODY = '[{"id":1,"name":"Café 1"},{"id":2,"name":"Café 2"}]';
const BYTES = Buffer.byteLength(BODY);

/** What came over the wire, also of an answer that broke off. */
interface Received {
  readonly status?: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly error?: string | undefined;
}

function receive(url: string, stopAfter = Infinity): Promise<Received> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const { statusCode = 0, headers } = response;
      let error: string | undefined;
      const end = (): void => resolve({ status: statusCode, headers, body: Buffer.concat(chunks), error });
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (Buffer.concat(chunks).length < stopAfter) return;
        request.destroy();
        end();
      });
      response.on('error', (cause: NodeJS.ErrnoException) => (error = cause.code));
      response.on('close', end);
    });
    request.on('error', ({ code }: NodeJS.ErrnoException) => resolve({ body: Buffer.alloc(0), error: code }));
  });
}

/** The first answer of a route of two rows with a fault. */
async function faulty(fault: Fault, route: Partial<FakeRoute> = {}): Promise<Received> {
  const api = await serve({ rows: 2, ...route, faults: { 1: fault } });
  return receive(`${api.url}/items`);
}

describe('faults of the wire', () => {
  it('reset: there is no answer', async () => {
    const api = await serve({ rows: 2, faults: { 1: 'reset' } });
    expect(await receive(`${api.url}/items`)).toEqual({ body: Buffer.alloc(0), error: 'ECONNRESET' });
    expect(api.requests.map(({ status }) => status)).toEqual([undefined]);
    expect(api.served('/items')).toBe(0);
  });

  it('hang: nothing comes until the server closes', async () => {
    const api = await serve({ rows: 2, faults: { 1: 'hang' } });
    const answer = receive(`${api.url}/items`);
    await expect(Promise.race([answer, sleep(50)])).resolves.toBeUndefined();
    await api.close();
    expect((await answer).error).toBe('ECONNRESET');
  });

  it('cut: half of the body that Content-Length promised', async () => {
    const { status, headers, body, error } = await faulty('cut');
    expect([status, headers?.['content-length'], error]).toEqual([200, String(BYTES), 'ECONNRESET']);
    expect(body).toEqual(Buffer.from(BODY).subarray(0, BYTES >> 1));
  });

  it('cut after so many bytes', async () => {
    expect((await faulty({ fault: 'cut', bytes: 0 })).body.length).toBe(0);
    expect((await faulty({ fault: 'cut', bytes: 5 })).body.toString()).toBe('[{"id');
  });

  it('cut-chunked: the last chunk never comes', async () => {
    const { headers, body, error } = await faulty('cut-chunked');
    expect([headers?.['transfer-encoding'], body.length, error]).toEqual([
      'chunked',
      BYTES >> 1,
      'ECONNRESET',
    ]);
  });

  it('trickle: a byte at a time', async () => {
    const began = performance.now();
    const { body, error } = await faulty({ fault: 'trickle', ms: 2 });
    expect([body.toString(), error]).toEqual([BODY, undefined]);
    expect(performance.now() - began).toBeGreaterThan(BYTES * 1.5);
  });

  it('delay: the right answer, late', async () => {
    const began = performance.now();
    expect((await faulty({ fault: 'delay', ms: 60 })).body.toString()).toBe(BODY);
    expect(performance.now() - began).toBeGreaterThan(55);
  });

  it('huge: data until the client leaves', async () => {
    const api = await serve({ rows: 2, faults: { 1: 'huge' } });
    const { headers, body } = await receive(`${api.url}/items`, 1e6);
    expect(headers?.['content-length']).toBe(String(2 ** 31));
    expect(body.length).toBeGreaterThanOrEqual(1e6);
  });

  it('huge, small enough to end', async () => {
    const { body, error } = await faulty({ fault: 'huge', bytes: 200_000 });
    expect([body.length, JSON.parse(body.toString()), error]).toEqual([200_000, [], undefined]);
  });

  it('gzip-bomb: little that becomes much', async () => {
    const api = await serve({
      rows: 2,
      faults: { 1: { fault: 'gzip-bomb', bytes: 40_000_000 }, 2: 'gzip-bomb' },
    });
    expect((await receive(`${api.url}/items`)).body.length).toBeLessThan(100_000);
    api.reset();
    const text = await (await fetch(`${api.url}/items`)).text();
    expect([text.length, text.trimEnd().length, JSON.parse(text)]).toEqual([40_000_000, 40_000_000, []]);
    expect((await receive(`${api.url}/items`)).body.length).toBeGreaterThan(1_000_000);
  });

  it('gzip-cut: the gzip breaks off in an answer that is whole', async () => {
    const { headers, body, error } = await faulty('gzip-cut');
    expect([headers?.['content-encoding'], error]).toEqual(['gzip', undefined]);
    expect(() => gunzipSync(body)).toThrow('unexpected end of file');
  });
});

describe('faults of the answer', () => {
  it.each<[Fault, number, string | undefined, string]>([
    [{ status: 418 }, 418, JSON_TYPE, '{"error":"status 418"}'],
    [{ status: 500, body: 'oh' }, 500, 'text/plain; charset=utf-8', 'oh'],
    [{ fault: 'status', status: 400, body: { code: 7 } }, 400, JSON_TYPE, '{"code":7}'],
    [{ status: 204 }, 204, undefined, ''],
    ['empty', 200, JSON_TYPE, ''],
    ['scalar', 200, JSON_TYPE, '42'],
    ['not-a-list', 200, JSON_TYPE, '{"note":"this is not a list"}'],
    ['truncate', 200, JSON_TYPE, BODY.slice(0, Math.ceil(BODY.length / 2))],
    [
      'errors',
      200,
      JSON_TYPE,
      '{"errors":[{"message":"the field is not there","path":["items"]}],"data":null}',
    ],
    [
      'big-integers',
      200,
      JSON_TYPE,
      '[{"id":1,"name":"Café 1","big_integer":9007199254740993},{"id":2,"name":"Café 2","big_integer":9007199254740995}]',
    ],
    [
      'duplicate-keys',
      200,
      JSON_TYPE,
      '[{"id":"not this one","id":1,"name":"Café 1"},{"id":"not this one","id":2,"name":"Café 2"}]',
    ],
  ])('%j', async (fault, status, type, text) => {
    const received = await faulty(fault);
    expect([received.status, received.headers?.['content-type'], received.body.toString()]).toEqual([
      status,
      type,
      text,
    ]);
  });

  it('status with headers', async () => {
    const { headers } = await faulty({
      status: 429,
      headers: { 'Retry-After': '3', 'Set-Cookie': ['a=1', 'b=2'] },
    });
    expect([headers?.['retry-after'], headers?.['set-cookie']]).toEqual(['3', ['a=1', 'b=2']]);
  });

  it('html: with 200, or another status', async () => {
    const { status, headers, body } = await faulty('html');
    expect([status, headers?.['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body.toString()).toMatch(/^<!DOCTYPE html>/);
    expect(body.length).toBeGreaterThan(400);
    expect((await faulty({ fault: 'html', status: 502 })).status).toBe(502);
  });

  it('truncate never ends at the end of a line', async () => {
    const { body } = await faulty('truncate', { rows: [{ a: 1 }, { a: 2 }], format: 'ndjson' });
    expect(body.toString()).toBe('{"a":1');
  });

  it('redirect: elsewhere, or to itself', async () => {
    const away = await faulty({ fault: 'redirect', to: 'http://other.example/', status: 308 });
    expect([away.status, away.headers?.location]).toEqual([308, 'http://other.example/']);
    const api = await serve({ rows: 2, faults: { 1: 'redirect-loop' } });
    await expect(fetch(`${api.url}/items?a=1`)).rejects.toThrow();
    expect(api.requests.length).toBeGreaterThan(10);
    expect(api.requests[1]?.query).toEqual({ a: '1', redirect_loop: '1' });
  });

  it('wrong-charset: other bytes than the header says, or than JSON may have', async () => {
    const latin1 = await faulty('wrong-charset');
    expect([latin1.headers?.['content-type'], latin1.body.toString('latin1')]).toEqual([JSON_TYPE, BODY]);
    const utf16 = await faulty({ fault: 'wrong-charset', charset: 'utf-16' });
    expect(utf16.headers?.['content-type']).toBe('application/json; charset=utf-16le');
    expect(utf16.body.toString('utf16le')).toBe(`\ufeff${BODY}`);
  });

  it('not-a-list in an envelope and in a connection', async () => {
    const { body } = await faulty('not-a-list', { envelope: 'items' });
    expect(JSON.parse(body.toString())).toEqual({ items: { note: 'this is not a list' } });
    const api = await serve({ rows: 1, paging: { type: 'graphql' }, faults: { 1: 'not-a-list' } });
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${api.url}/items`, { method: 'POST', headers, body: '{"query":"{}"}' });
    expect(await json(response)).toMatchObject({
      data: { items: { edges: { note: 'this is not a list' } } },
    });
  });
});

describe('scripts', () => {
  const statuses = async (route: Partial<FakeRoute>, requests: number): Promise<number[]> => {
    const { url } = await serve({ rows: 2, ...route });
    const found = [];
    for (let i = 0; i < requests; i += 1) found.push((await fetch(`${url}/items?n=${i}`)).status);
    return found;
  };

  it.each<[string, FaultScript, number[]]>([
    ['by number', { 2: { status: 500 } }, [200, 500, 200, 200]],
    ['some in a row', { 2: { status: 500, times: 2 } }, [200, 500, 500, 200]],
    ['for ever', { 2: { status: 500, times: Infinity } }, [200, 500, 500, 500]],
    ['a later entry wins', { 1: { status: 500, times: 4 }, 3: { status: 503 } }, [500, 500, 503, 500]],
    [
      'a function',
      ({ query }, number) => (query.n === '1' || number === 4 ? { status: 502 } : undefined),
      [200, 502, 200, 502],
    ],
  ])('%s', async (_name, faults, expected) => {
    expect(await statuses({ faults }, 4)).toEqual(expected);
  });

  it('an error of the function is a 500, and fails close', async () => {
    const faults = (): Fault => {
      throw new Error('the script is wrong');
    };
    const api = await startFakeApi({ routes: { '/items': { rows: 1, faults } } });
    expect((await fetch(`${api.url}/items`)).status).toBe(500);
    await expect(api.close()).rejects.toThrow('the script is wrong');
  });

  it('so is a fault of a function that there is not', async () => {
    const api = await startFakeApi({ routes: { '/items': { rows: 1, faults: () => 'rset' as Fault } } });
    expect(await (await fetch(`${api.url}/items`)).text()).toContain('"rset" is unknown');
    await expect(api.close()).rejects.toThrow('the fault of a function "rset" is unknown');
  });
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
