import { getEventListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { AbortError } from '../../../src/sdk/errors.js';
import type { HttpClient } from '../../../src/sdk/http.js';
import { client, failureOf, serve } from './http-harness.js';

const LONG = Array.from({ length: 20_000 }, (_, i) => `row ${i}`).join('\n');

async function open(http: HttpClient, url: string): Promise<Readable> {
  return (await http.get<Readable>(url, { responseType: 'stream' })).data;
}

describe('an answer read as a stream', () => {
  it.each([
    ['', Buffer.from(LONG)],
    ['gzip', gzipSync(LONG)],
    ['deflate', deflateSync(LONG)],
    ['deflate', deflateRawSync(LONG)],
    ['br', brotliCompressSync(LONG)],
  ])('is decompressed: %s', async (encoding, body) => {
    const url = await serve((_request, response) =>
      response.writeHead(200, encoding === '' ? {} : { 'Content-Encoding': encoding }).end(body),
    );
    expect(await text(await open(client(), url))).toBe(LONG);
  });

  it('has neither a limit nor a deadline', async () => {
    const url = await serve((_request, response) => {
      let left = 10;
      const timer = setInterval(() => {
        response.write('x'.repeat(100));
        left -= 1;
        if (left === 0) {
          clearInterval(timer);
          response.end();
        }
      }, 20);
    });
    const http = client({ maxResponseBytes: 10, deadlineSeconds: 0.05, timeoutSeconds: 0.1 });
    expect(await text(await open(http, url))).toHaveLength(1000);
  });

  it('fails when no byte comes for too long, but not when its reader is slow', async () => {
    const url = await serve((_request, response) => {
      response.write('x'.repeat(5_000_000), () => {
        setTimeout(() => response.write('y'), 10);
      });
    });
    const stream = await open(client({ timeoutSeconds: 0.1 }), url);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await failureOf(text(stream))).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: `GET ${url} broke off in the middle of the answer: no byte for 0.1 s`,
    });
  });

  it.each([
    ['the connection ends', undefined, Buffer.from('abc')],
    ['the connection ends within gzip', 'gzip', gzipSync(LONG).subarray(0, 1000)],
  ])('fails when %s', async (_what, encoding, body) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, {
        'Content-Length': 1_000_000,
        ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
      });
      response.write(body, () => setTimeout(() => response.socket?.destroy(), 20));
    });
    expect(await failureOf(text(await open(client(), url)))).toMatchObject({
      name: 'TransientError',
      message: `GET ${url} broke off in the middle of the answer`,
    });
  });

  it('fails when its gzip ends too soon', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(LONG).subarray(0, 1000)),
    );
    expect((await failureOf(text(await open(client(), url)))).name).toBe('TransientError');
  });

  it('ends with the run', async () => {
    const run = new AbortController();
    const stopped = new AbortError('SIGINT');
    const url = await serve((_request, response) => response.write('x'));
    const stream = await open(client({}, { signal: run.signal }), url);
    const reading = failureOf(text(stream));
    setTimeout(() => run.abort(stopped), 20);
    expect(await reading).toBe(stopped);
    expect(getEventListeners(run.signal, 'abort')).toEqual([]);
  });

  it('lets go of signal and connection when its reader has enough', async () => {
    const [run, own] = [new AbortController(), new AbortController()];
    const closed = new Promise<void>((resolve, reject) => {
      setTimeout(() => reject(new Error('still open')), 2000).unref();
      void serve((request, response) => {
        request.socket.once('close', () => resolve());
        response.write('x');
      }).then(async (url) => {
        const { data } = await client({}, { signal: run.signal }).get<Readable>(url, {
          responseType: 'stream',
          signal: own.signal,
        });
        for await (const chunk of data) {
          expect(String(chunk)).toBe('x');
          break;
        }
      });
    });
    await closed;
    expect(getEventListeners(run.signal, 'abort')).toEqual([]);
    expect(getEventListeners(own.signal, 'abort')).toEqual([]);
  });
});
