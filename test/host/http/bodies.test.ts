import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { client, failureOf, serve } from './http-harness.js';

const send = (body: Buffer | string, headers: Record<string, string> = {}): Promise<string> =>
  serve((_request, response) => response.writeHead(200, headers).end(body));

describe('compression', () => {
  const rows = JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, name: `é${id}` })));
  it.each([
    ['gzip', gzipSync(rows)],
    ['x-gzip', gzipSync(rows)],
    ['deflate', deflateSync(rows)],
    ['deflate', deflateRawSync(rows)],
    ['br', brotliCompressSync(rows)],
    ['BR', brotliCompressSync(rows)],
    ['gzip, br', brotliCompressSync(gzipSync(rows))],
    ['identity', Buffer.from(rows)],
    ['gzip', Buffer.alloc(0)],
  ])('reads %s', async (encoding, body) => {
    const url = await send(body, { 'Content-Encoding': encoding });
    const { data } = await client().get<string>(url, { responseType: 'text' });
    expect(data).toBe(body.length === 0 ? '' : rows);
  });

  it('names an encoding that it does not know', async () => {
    const url = await send('x', { 'Content-Encoding': 'zstd' });
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'ConfigError',
      message: `GET ${url} answered with a Content-Encoding that is not known: "zstd"`,
      action: 'Ask for another one: only gzip, deflate, br are read.',
    });
  });

  it('names bytes that are not in the encoding they claim', async () => {
    const url = await send('{"a":1}', { 'Content-Encoding': 'gzip' });
    expect((await failureOf(client().get(url))).message).toBe(
      `GET ${url} answered with a body that cannot be decompressed (Z_DATA_ERROR)`,
    );
  });

  it('leaves the bytes alone where axios is told so', async () => {
    const url = await send(gzipSync('x'), { 'Content-Encoding': 'gzip' });
    const { data } = await client().get<Buffer>(url, { decompress: false, responseType: 'arraybuffer' });
    expect(data).toEqual(gzipSync('x'));
  });
});

describe('the size of an answer', () => {
  const message = (url: string): string => `GET ${url} answered with more than 2 KiB`;
  const options = { maxResponseBytes: 2048 };

  it('is refused by its head', async () => {
    let written = 0;
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Length': 2049 });
      response.flushHeaders();
      setTimeout(() => (written = response.write('x') ? 1 : 1), 200).unref();
    });
    expect(await failureOf(client(options).get(url))).toMatchObject({
      name: 'ConfigError',
      message: message(url),
      action:
        'Ask for smaller pages; a connector of your own can raise maxResponseBytes, or read it with responseType "stream".',
    });
    expect(written).toBe(0);
  });

  it('is counted while it comes', async () => {
    const url = await serve((_request, response) => {
      response.write('x'.repeat(1500));
      response.write('x'.repeat(1500));
      setTimeout(() => response.end(), 5000).unref();
    });
    expect((await failureOf(client(options).get(url))).message).toBe(message(url));
  });

  it('counts after decompression', async () => {
    const url = await send(gzipSync('0'.repeat(1_000_000)), { 'Content-Encoding': 'gzip' });
    expect((await failureOf(client(options).get(url))).message).toBe(message(url));
    expect((await failureOf(client(options).get(url, { decode: 'json' }))).message).toBe(message(url));
  });

  it('counts what a gzip file holds', async () => {
    const url = await send(gzipSync('0'.repeat(1_000_000)));
    expect((await failureOf(client(options).get(url, { decode: 'json' }))).message).toBe(message(url));
  });

  it('may be the limit itself', async () => {
    const url = await send('x'.repeat(2048));
    expect((await client(options).get<string>(url)).data).toHaveLength(2048);
  });

  it('does not stop a HEAD request, whose length is that of another answer', async () => {
    const url = await serve((_request, response) => response.writeHead(200, { 'Content-Length': 1e9 }).end());
    expect((await client(options).head(url)).headers['content-length']).toBe('1000000000');
  });
});

describe('text', () => {
  it.each([
    ['utf-8 without a charset', Buffer.from('é€😀'), 'text/plain', 'é€😀'],
    ['a byte order mark', Buffer.from('\uFEFFé'), 'text/plain; charset=UTF-8', 'é'],
    ['latin-1', Buffer.from('é', 'latin1'), 'text/plain; charset=ISO-8859-1', 'é'],
    [
      'a quoted charset',
      Buffer.from([0x93, 0x61, 0x94]),
      'text/csv; header=present; charset="windows-1252"',
      '“a”',
    ],
    ['utf-16', Buffer.from('\uFEFFab', 'utf16le'), 'text/plain;charset=utf-16le', 'ab'],
    ['ascii', Buffer.from('plain'), 'text/plain; charset=us-ascii', 'plain'],
  ])('reads %s', async (_what, body, type, text) => {
    const url = await send(body, { 'Content-Type': type });
    expect((await client().get<string>(url)).data).toBe(text);
  });

  it('names bytes that are no text in their charset', async () => {
    const url = await send(Buffer.from([0x61, 0xff, 0xfe]), { 'Content-Type': 'application/json' });
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${url} answered with bytes that are not valid utf-8`,
    });
    expect((await client().get<Buffer>(url, { responseType: 'arraybuffer' })).data).toEqual(
      Buffer.from([0x61, 0xff, 0xfe]),
    );
  });

  it('names a charset that is not known', async () => {
    const url = await send('x', { 'Content-Type': 'text/plain; charset=klingon' });
    expect((await failureOf(client().get(url))).message).toBe(
      `GET ${url} answered with a charset that is not known: "klingon"`,
    );
  });

  it('parses JSON without losing digits, and leaves other text as it is', async () => {
    const url = await send('{"id":9007199254740993}');
    expect((await client().get(url)).data).toEqual({ id: 9007199254740993n });
    expect((await client().get(await send('{"id":'))).data).toBe('{"id":');
    expect((await client().get(await send(''))).data).toBe('');
  });
});
