import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { HttpOptions } from '../../../src/sdk/http.js';
import { client, failureOf, serve, serveEcho, type Echo } from './http-harness.js';

describe('the query', () => {
  it.each<[HttpOptions['arrayFormat'], string]>([
    [undefined, 'tags%5B%5D=a%20b&tags%5B%5D=c%2Cd'],
    ['brackets', 'tags%5B%5D=a%20b&tags%5B%5D=c%2Cd'],
    ['repeat', 'tags=a%20b&tags=c%2Cd'],
    ['indices', 'tags%5B0%5D=a%20b&tags%5B1%5D=c%2Cd'],
    ['comma', 'tags=a%20b,c%2Cd'],
  ])('writes a list as %s', async (arrayFormat, list) => {
    const http = client({ baseURL: await serveEcho(), ...(arrayFormat ? { arrayFormat } : {}) });
    const params = {
      tags: ['a b', 'c,d'],
      q: 'x+y é',
      n: 9007199254740993n,
      none: null,
      gone: undefined,
      b: false,
    };
    const { data } = await http.get<Echo>('/x', { params });
    expect(data.url).toBe(`/x?${list}&q=x%2By%20%C3%A9&n=9007199254740993&b=false`);
  });

  it.each([
    [{ at: new Date(0) }, '/x?a=1&at=1970-01-01T00%3A00%3A00.000Z'],
    [{ f: { g: 1 } }, '/x?a=1&f%5Bg%5D=1'],
    [new URLSearchParams({ q: 'a b+c' }), '/x?a=1&q=a%20b%2Bc'],
    [{}, '/x?a=1'],
    [undefined, '/x?a=1'],
  ])('adds %j to what the URL has', async (params, url) => {
    const http = client({ baseURL: await serveEcho() });
    expect((await http.get<Echo>('/x?a=1#part', { params })).data.url).toBe(url);
  });

  it.each([
    ['/v1', '/a', '/v1/a'],
    ['/v1/', 'a', '/v1/a'],
    ['/v1/', '//a', null],
    ['/v1', '', '/v1'],
  ])('puts %s before %s', async (base, path, url) => {
    const http = client({ baseURL: (await serveEcho()) + base });
    if (url === null) expect((await failureOf(http.get(path))).message).toMatch(/is not a URL$/);
    else expect((await http.get<Echo>(path)).data.url).toBe(url);
  });

  it("leaves an author's own serializer alone", async () => {
    const http = client({ baseURL: await serveEcho() });
    const config = { params: { a: 1 }, paramsSerializer: () => 'own=1' };
    expect((await http.get<Echo>('/', config)).data.url).toBe('/?own=1');
  });
});

describe('the body', () => {
  const pool = new Uint8Array([1, 2, 3, 4]);
  it.each([
    ['text', 'é', 'application/x-www-form-urlencoded', 'Ã©'],
    ['bytes', new Uint8Array([104, 105]), 'application/octet-stream', 'hi'],
    ['a part of a memory', pool.subarray(1, 3), 'application/octet-stream', '\x02\x03'],
    ['an ArrayBuffer', new Uint8Array([104, 105]).buffer, 'application/x-www-form-urlencoded', 'hi'],
    ['an object', { a: [1n, null] }, 'application/json', '{"a":[1,null]}'],
    ['a form', new URLSearchParams({ a: '1 2' }), 'application/x-www-form-urlencoded;charset=utf-8', 'a=1+2'],
    ['a blob', new Blob(['hi'], { type: 'text/plain' }), 'text/plain', 'hi'],
    ['nothing', undefined, 'application/x-www-form-urlencoded', ''],
  ])('may be %s', async (_what, body, type, sent) => {
    const http = client({ baseURL: await serveEcho() });
    const { data } = await http.post<Echo>('/', body);
    expect(data).toMatchObject({
      method: 'POST',
      body: sent,
      headers: { 'content-type': type, 'content-length': String(sent.length) },
    });
  });

  it.each(['GET', 'DELETE'])('goes with %s too', async (method) => {
    const http = client({ baseURL: await serveEcho() });
    const { data } = await http.request<Echo>({ url: '/', method, data: { a: 1 } });
    expect(data).toMatchObject({ method, body: '{"a":1}', headers: { 'content-length': '7' } });
  });

  it('may be a form with files, of the platform or of axios', async () => {
    const http = client({ baseURL: await serveEcho() });
    const form = new FormData();
    form.append('name', 'x');
    form.append('file', new Blob(['rows']), 'rows.csv');
    for (const { data } of [
      await http.post<Echo>('/', form),
      await http.postForm<Echo>('/', { name: 'x', file: new Blob(['rows']) }),
    ]) {
      const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(data.headers['content-type'] ?? '')?.[1];
      expect(boundary).toBeDefined();
      expect(data.body).toContain(`--${boundary ?? ''}\r\n`);
      expect(data.body).toContain('rows');
    }
  });

  it('may be a stream, which is sent once only', async () => {
    const http = client({ baseURL: await serveEcho() });
    expect((await http.put<Echo>('/', Readable.from(['a', 'b']))).data.body).toBe('ab');
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      request
        .resume()
        .on('end', () => response.writeHead(requests === 1 ? 500 : 307, { Location: '/' }).end());
    });
    expect((await failureOf(client().put(url, Readable.from(['a'])))).message).toBe(
      `PUT ${url} answered 500 Internal Server Error`,
    );
    expect((await failureOf(client().put(url, Readable.from(['a'])))).message).toBe(
      `PUT ${url} is redirected, and its body is a stream, which can be sent once only`,
    );
    expect(requests).toBe(2);
  });

  it('fails the request when its stream fails', async () => {
    const http = client({ baseURL: await serveEcho() });
    const body = new Readable({
      read() {
        this.destroy(new Error('disk gone'));
      },
    });
    expect((await failureOf(http.put('/', body))).message).toMatch(/^PUT \S+ cannot be sent: disk gone$/);
  });

  it('is no number', async () => {
    const http = client({ baseURL: await serveEcho() });
    const error = await failureOf(http.post('/', 5, { headers: { 'Content-Type': 'text/plain' } }));
    expect(error).toMatchObject({ name: 'ConnectorError' });
  });
});

it("keeps axios' interceptors, transformers and defaults", async () => {
  const http = client({ baseURL: await serveEcho() });
  http.interceptors.request.use((config) => {
    config.headers.set('X-From', 'interceptor');
    return config;
  });
  http.interceptors.response.use((response) => ({ ...response, statusText: 'seen' }));
  http.defaults.headers.common['X-Default'] = 'yes';
  const response = await http.get<string>('/', {
    responseType: 'text',
    transformResponse: (text: string) => text.toUpperCase(),
  });
  expect(response.statusText).toBe('seen');
  expect(response.data).toContain('"X-FROM":"INTERCEPTOR"');
  expect(response.data).toContain('"X-DEFAULT":"YES"');
});
